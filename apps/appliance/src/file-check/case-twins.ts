import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { finding, type TreeFinding } from "./findings.ts";

/** Folders looked into: a root with hundreds of thousands of files must not keep anybody waiting. */
const mostFolders = 2000;

/** Folders beside each other that differ only in upper and lower case: who looks into one does not see the other. */
export async function checkCaseTwins(root: string): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  const waiting: string[] = [""];
  for (let looked = 0; looked < mostFolders; looked++) {
    const folder = waiting.shift();
    if (folder === undefined) break;
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const groups = new Map<string, string[]>();
    for (const name of names.sort()) {
      waiting.push(join(folder, name));
      groups.set(name.toLowerCase(), [...(groups.get(name.toLowerCase()) ?? []), name]);
    }
    for (const [first = "", ...others] of groups.values()) {
      for (const other of others) findings.push(twins(root, join(folder, first), join(folder, other)));
    }
  }
  return findings;
}

function twins(root: string, first: string, other: string): TreeFinding {
  const place = { file: join(root, other), line: 0, column: 0, path: "" };
  const problem = `the folders ${quote(first)} and ${quote(other)} differ only in upper and lower case`;
  return finding(
    "T003",
    place,
    problem,
    "Put their files into one of them: Bootlace looks into both, other servers do not",
  );
}
