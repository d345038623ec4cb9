import { join } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { uefiArchitectures, uefiNames } from "../catalogue/names.ts";
import type { TreeFile } from "../catalogue/tree.ts";
import { finding, flawFinding, type TreeFinding } from "./findings.ts";

/** Files of the root that are empty or not programs, and those whose name and header name different machines. */
export function checkTreeFiles(root: string, files: readonly TreeFile[]): TreeFinding[] {
  return files.flatMap(({ path, machine, flaw }): TreeFinding[] => {
    const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
    const place = { file: join(root, path), line: 0, column: 0, path: "" };
    if (flaw !== undefined) return [flawFinding(flaw, quote(name), place)];
    if (machine === undefined) return [];
    const named = uefiArchitectures.find(
      ({ suffix }) => suffix !== undefined && new RegExp(`^(boot|shim|grub|grubnet|bootnet)${suffix}\\.efi`).test(name),
    );
    if (named === undefined || named.machine === machine || !uefiNames(named).includes(name)) return [];
    const problem = `${quote(name)} is named for ${named.machine}, but its header says ${machine}`;
    return [finding("T004", place, problem, "Replace it with the file for that machine, or rename it")];
  });
}
