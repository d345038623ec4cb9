import type { LoadedConfig } from "../config/load.ts";
import { scanRoot } from "../system/boot-files.ts";
import type { TreeFinding } from "./findings.ts";
import { checkPxelinux } from "./pxelinux-files.ts";
import { checkRuleFiles } from "./rule-files.ts";
import { checkTreeFiles } from "./tree-files.ts";

/** Everything that is wrong with the files this host would serve. A root that does not exist yet holds no files. */
export async function checkTree(loaded: LoadedConfig): Promise<TreeFinding[]> {
  const { root, tftp, http } = loaded.config;
  if (!tftp.enabled && !http.enabled) return [];
  const scan = await scanRoot(root);
  const files = scan.ok ? scan.files : [];
  return [...(await checkRuleFiles(loaded)), ...checkTreeFiles(root, files), ...(await checkPxelinux(root, files))];
}
