import { checkedArchitectures } from "../boot/boot-check.ts";
import { growTree } from "../boot/tree.ts";
import type { LoadedConfig } from "../config/load.ts";
import { scanRoot } from "../system/boot-files.ts";
import { checkNames } from "./check-names.ts";
import type { TreeFinding } from "./findings.ts";
import { checkPxelinux } from "./pxelinux-files.ts";
import { checkRuleFiles } from "./rule-files.ts";
import { checkTreeFiles } from "./tree-files.ts";

export interface TreeReport {
  /** Everything that is wrong with the files this host would serve. */
  readonly findings: readonly TreeFinding[];
  /** Architectures that get the boot check for want of a boot file. */
  readonly bootCheck: readonly string[];
}

/** Looks at the files this host would serve. A root that does not exist yet holds no files. */
export async function checkTree(loaded: LoadedConfig): Promise<TreeReport> {
  const { root, tftp, http, bootCheck } = loaded.config;
  if (!tftp.enabled && !http.enabled) return { findings: [], bootCheck: [] };
  const scan = await scanRoot(root);
  const files = scan.ok ? scan.files : [];
  return {
    findings: [
      ...(await checkRuleFiles(loaded)),
      ...checkTreeFiles(root, files),
      ...(await checkPxelinux(root, files)),
      ...(await checkNames(root)),
    ],
    bootCheck: checkedArchitectures(growTree(files), bootCheck),
  };
}
