import { architectureByCode } from "@bootlace/dhcp-core";
import { scanRoot } from "../boot-files/scan.ts";
import { checkedArchitectures } from "../catalogue/boot-check.ts";
import { bios, uefiArchitectures } from "../catalogue/names.ts";
import { type BootTree, growTree, scriptFor } from "../catalogue/tree.ts";
import type { LoadedConfig } from "../config/load.ts";
import { biosKernelNotes } from "./bios-kernels.ts";
import { checkCaseTwins } from "./case-twins.ts";
import { checkHost } from "./check-host.ts";
import { checkNames } from "./check-names.ts";
import { rightsNotes } from "./check-rights.ts";
import { openTree } from "./contents.ts";
import { finding, type TreeFinding } from "./findings.ts";
import { imageFindings, imageNotes, imagesOf, isMadeOf } from "./image-files.ts";
import { imageNameFindings, imageSettingNotes } from "./image-names.ts";
import { ipxeLoopNotes } from "./ipxe-loops.ts";
import type { PendingBoot } from "./named-files.ts";
import { checkReachable } from "./reachable.ts";
import { checkRuleFiles } from "./rule-files.ts";
import { answersNobody, programNotes, ruleNotes, subnetNotes, urlNotes } from "./rule-order.ts";
import { checkTreeFiles } from "./tree-files.ts";
import { vendorClassNotes } from "./vendor-class-notes.ts";

export interface TreeReport {
  /** All findings about the files this machine would serve. */
  readonly findings: readonly TreeFinding[];
  /** Architectures without a boot file, which get the boot check. */
  readonly bootCheck: readonly string[];
  /** Remarks on settings that may be intended. */
  readonly notes: readonly string[];
}

const reasons: ReadonlyMap<string, string> = new Map([["ENOTDIR", "not a folder"]]);

/**
 * Checks the files this machine would serve. A root that does not exist yet has no files.
 * @param pending one-time boots that wait for their machines
 */
export async function checkTree(loaded: LoadedConfig, pending: readonly PendingBoot[] = []): Promise<TreeReport> {
  const { root, tftp, http, bootCheck } = loaded.config;
  const rules = [
    ...rightsNotes(loaded),
    ...ruleNotes(loaded),
    ...subnetNotes(loaded),
    ...ipxeLoopNotes(loaded),
    ...vendorClassNotes(loaded),
  ];
  const host = [...answersNobody(loaded), ...checkHost(loaded)];
  const nothing = { bootCheck: [], notes: rules };
  if (!tftp.enabled && !http.enabled) return { findings: host, ...nothing };
  const scan = await scanRoot(root);
  if (!scan.ok && scan.code !== "ENOENT") {
    const place = { file: root, line: 0, column: 0, path: "" };
    const problem = `the root is not readable: ${reasons.get(scan.code) ?? scan.code}`;
    const allowed = "Name a folder that the daemon's user may read, or make it readable";
    return { findings: [finding("T002", place, problem, allowed), ...host], ...nothing };
  }
  const files = scan.ok ? scan.files : [];
  const served = files.filter(({ flaw }) => flaw !== "leads-out" && flaw !== "unreadable" && flaw !== "odd-name");
  const tree = growTree(files);
  const images = await imagesOf(loaded, Date.now());
  const isMade = isMadeOf(images, loaded.config.images.enabled);
  const contents = openTree(root, served, http.enabled ? [http.port] : [], isMade);
  return {
    findings: onlyOnce([
      ...(await checkRuleFiles(loaded, contents, pending)),
      ...checkTreeFiles(root, files),
      ...imageFindings(images),
      ...imageNameFindings(loaded, images, pending),
      ...(await checkReachable(loaded, contents, tree)),
      ...(await checkNames(root)),
      ...(scan.ok ? await checkCaseTwins(root) : []),
      ...host,
    ]),
    bootCheck: checkedArchitectures(tree, bootCheck),
    notes: [
      ...scriptNotes(loaded, tree),
      ...urlNotes(loaded, tree),
      ...rules,
      ...(await programNotes(loaded, contents)),
      ...(await biosKernelNotes(loaded, tree, contents)),
      ...imageNotes(images, tree),
      ...imageSettingNotes(loaded, images),
    ],
  };
}

/** Several ways may lead to the same file. */
function onlyOnce(findings: readonly TreeFinding[]): TreeFinding[] {
  return [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()];
}

/** Architectures that boot iPXE but have no script for it: without an embedded script it stops. */
function scriptNotes({ config }: LoadedConfig, tree: BootTree): string[] {
  if (config.boot.some(({ script, when }) => script !== undefined || when?.firmware?.includes("ipxe"))) return [];
  const codes = [bios, ...uefiArchitectures].map(({ code }) => code);
  const dead = codes.filter((code) => {
    const file = tree.entries.get(code)?.file;
    return file !== undefined && file === tree.ipxe.get(code) && scriptFor(tree, code) === undefined;
  });
  if (dead.length === 0) return [];
  const names = dead.map((code) => architectureByCode(code)?.name ?? `architecture ${code}`);
  return [
    `missing: a script for iPXE, which ${names.join(", ")} would boot. Put boot.ipxe into the root, or name a script in a rule`,
  ];
}
