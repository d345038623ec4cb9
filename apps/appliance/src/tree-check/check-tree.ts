import { architectureByCode } from "@bootlace/dhcp-core";
import { checkedArchitectures } from "../boot/boot-check.ts";
import { bios, uefiArchitectures } from "../boot/names.ts";
import { type BootTree, growTree, scriptFor } from "../boot/tree.ts";
import type { LoadedConfig } from "../config/load.ts";
import { scanRoot } from "../system/boot-files.ts";
import { checkNames } from "./check-names.ts";
import { finding, type TreeFinding } from "./findings.ts";
import { checkPxelinux } from "./pxelinux-files.ts";
import { checkRuleFiles } from "./rule-files.ts";
import { checkTreeFiles } from "./tree-files.ts";

export interface TreeReport {
  /** Everything that is wrong with the files this host would serve. */
  readonly findings: readonly TreeFinding[];
  /** Architectures that get the boot check for want of a boot file. */
  readonly bootCheck: readonly string[];
  /** Architectures that start iPXE, for which nobody has a script. */
  readonly scriptless: readonly string[];
}

const reasons: ReadonlyMap<string, string> = new Map([["ENOTDIR", "it is no folder"]]);

/** Looks at the files this host would serve. A root that does not exist yet holds no files. */
export async function checkTree(loaded: LoadedConfig): Promise<TreeReport> {
  const { root, tftp, http, bootCheck } = loaded.config;
  const nothing = { bootCheck: [], scriptless: [] };
  if (!tftp.enabled && !http.enabled) return { findings: [], ...nothing };
  const scan = await scanRoot(root);
  if (!scan.ok && scan.code !== "ENOENT") {
    const place = { file: root, line: 0, column: 0, path: "" };
    const problem = `the root cannot be read: ${reasons.get(scan.code) ?? scan.code}`;
    const allowed = "Name a folder that the user of the daemon may read, or give the right to";
    return { findings: [finding("T002", place, problem, allowed)], ...nothing };
  }
  const files = scan.ok ? scan.files : [];
  const served = files.filter(({ flaw }) => flaw !== "leads-out" && flaw !== "unreadable" && flaw !== "odd-name");
  const tree = growTree(files);
  return {
    findings: [
      ...(await checkRuleFiles(loaded)),
      ...checkTreeFiles(root, files),
      ...(await checkPxelinux(root, served)),
      ...(await checkNames(root)),
    ],
    bootCheck: checkedArchitectures(tree, bootCheck),
    scriptless: scriptless(loaded, tree),
  };
}

/** Architectures that start iPXE, which then is given nothing: unless it brings a script along, that is its end. */
function scriptless({ config }: LoadedConfig, tree: BootTree): string[] {
  if (config.boot.some(({ script, when }) => script !== undefined || when?.firmware?.includes("ipxe"))) return [];
  const codes = [bios, ...uefiArchitectures].map(({ code }) => code);
  const dead = codes.filter((code) => {
    const file = tree.entries.get(code)?.file;
    return file !== undefined && file === tree.ipxe.get(code) && scriptFor(tree, code) === undefined;
  });
  return dead.map((code) => architectureByCode(code)?.name ?? `architecture ${code}`);
}
