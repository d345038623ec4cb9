import { plainName } from "../catalogue/file-role.ts";
import type { BootTree } from "../catalogue/tree.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Tree } from "./contents.ts";
import type { TreeFinding } from "./findings.ts";
import { configWalk } from "./loader-files.ts";
import { namedFiles } from "./named-files.ts";
import { checkEsxi, checkRaspberryPi, checkWindows } from "./other-loaders.ts";
import { checkPxelinux } from "./pxelinux-files.ts";
import { checkUBoot } from "./uboot-files.ts";
import { checkGrubForBios, checkUefiProgram } from "./uefi-files.ts";

/** Everything that a client can reach from the files it is offered: loaders, their configurations, what these name. */
export async function checkReachable(loaded: LoadedConfig, tree: Tree, offers: BootTree): Promise<TreeFinding[]> {
  const { boot } = loaded.config;
  const walk = configWalk(tree);
  const elsewhere = boot.some(({ root }) => root !== undefined);
  const findings = await checkPxelinux(tree, walk, { elsewhere });
  const offered = new Set([
    ...namedFiles(loaded).flatMap(({ name, ownRoot }) => (ownRoot ? [] : [plainName(name)])),
    ...[...offers.entries.values()].map(({ file }) => file),
    ...[offers.script, offers.uefiScript].filter((script) => script !== undefined),
  ]);
  for (const path of offered) {
    const found = await tree.look(path);
    if (found.kind !== "file" && found.kind !== "other-case") continue;
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (/^mboot[^/]*\.efi$/i.test(name)) findings.push(...(await checkEsxi(tree, path, walk)));
    else if (/^(core|grub)[^/]*\.(0|pxe)$/i.test(name)) findings.push(...(await checkGrubForBios(tree, path, walk)));
    else findings.push(...(await checkUefiProgram(tree, path, walk)), ...(await walk(path)));
  }
  findings.push(...(await checkUBoot(tree, walk)), ...(await checkWindows(tree, walk)));
  if (offers.raspberryPi !== undefined) findings.push(...(await checkRaspberryPi(tree, offers.raspberryPi)));
  return findings;
}
