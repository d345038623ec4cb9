import { quote } from "@bootlace/dhcp-core";
import { isForBiosAlone } from "../catalogue/bios-kernel.ts";
import { isIpxeBinary } from "../catalogue/boot-programs.ts";
import { bios } from "../catalogue/names.ts";
import type { BootTree } from "../catalogue/tree.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Tree } from "./contents.ts";
import { namedFiles } from "./named-files.ts";

/** Kernels that only PC BIOS starts, in scripts that iPXE runs on UEFI as well. What a script tells apart, it may tell apart. */
export async function biosKernelNotes(loaded: LoadedConfig, offers: BootTree, tree: Tree): Promise<string[]> {
  const ofTree = [...offers.ipxe.keys()].some((code) => code !== bios.code);
  const ofRules = namedFiles(loaded).some(
    ({ name, role }) => role === "file" && /\.efi$/i.test(name) && isIpxeBinary(name),
  );
  if (!ofTree && !ofRules) return [];
  const scripts = new Set([
    ...namedFiles(loaded)
      .filter(
        ({ role, archs }) => role === "script" && (archs.length === 0 || archs.some((arch) => arch !== "x86-bios")),
      )
      .map(({ name }) => name),
    ...[offers.script].filter((script) => script !== undefined),
  ]);
  const notes: string[] = [];
  for (const script of scripts) {
    const text = Buffer.from(await tree.whole(script)).toString("utf8");
    const facts = await tree.facts(script);
    if (facts?.loader !== "ipxe" || /\$\{(platform|buildarch)\b/.test(text)) continue;
    for (const { role, name, path, optional, entry, line } of facts.needs ?? []) {
      if (role !== "kernel" || optional || entry !== undefined || path === undefined) continue;
      const kernel = await tree.facts(path);
      if (kernel === undefined || !isForBiosAlone(kernel)) continue;
      notes.push(
        `${quote(script)} starts ${quote(name)} (line ${line}), which is for PC BIOS: iPXE on UEFI machines cannot start it. ` +
          `Name a kernel with an EFI stub, or tell them apart by \${platform}`,
      );
    }
  }
  return notes;
}
