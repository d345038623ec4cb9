import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { checkPrograms } from "../catalogue/boot-check.ts";
import { look } from "./files.ts";
import { finding, type TreeFinding } from "./findings.ts";

/** Files of the root that are never served, because Bootlace serves its own programs under their names. */
export async function checkNames(root: string): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  for (const { file } of checkPrograms) {
    const found = await look(root, file);
    if (found.kind === "missing") continue;
    const name = found.kind === "other-case" ? found.name : file;
    const place = { file: join(root, name), line: 0, column: 0, path: "" };
    const problem = `${quote(name)} is never served: Bootlace serves the boot check under this name`;
    findings.push(finding("T009", place, problem, "Rename the file or its folder"));
  }
  return findings;
}
