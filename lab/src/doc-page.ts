import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "./failure.ts";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { runOk } from "./processes.ts";
import { type Block, blocksOf } from "./readme.ts";

/** The blocks of a page below docs/. */
export function pageBlocks(page: string): Block[] {
  return blocksOf(readFileSync(join("docs", page), "utf8"));
}

/** Every page below docs/, with its blocks. */
export function allPages(): { readonly page: string; readonly blocks: readonly Block[] }[] {
  const names = readdirSync("docs", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  return names.map((page) => ({ page, blocks: pageBlocks(page) }));
}

/** The text of the first block of a page with that language under that heading. Throws a LabFailure when it is not there. */
export function pageBlock(page: string, heading: string, language: string): string {
  const found = pageBlocks(page).find((block) => block.heading === heading && block.language === language);
  must(found !== undefined, `docs/${page} has no ${language} under "${heading}"`);
  return found.text;
}

/**
 * Does what a page says under a heading: its commands, but for those that install packages or start Bootlace, and the
 * files it shows. Gives the paths of these files.
 */
export async function followPage(
  lab: Lab,
  host: Host,
  folder: string,
  page: string,
  heading: string,
): Promise<readonly string[]> {
  const written: string[] = [];
  let done = 0;
  for (const block of pageBlocks(page).filter((one) => one.heading === heading)) {
    if (block.language === "sh") {
      const lines = block.text.split("\n").filter((line) => !/^(apt-get|bootlace) /.test(line));
      await runOk(lab, host.netns, "/bin/sh", ["-euc", lines.join("\n")], { cwd: folder });
      done += lines.length;
    } else if (block.title.startsWith("boot/")) {
      mkdirSync(dirname(join(folder, block.title)), { recursive: true });
      writeFileSync(join(folder, block.title), block.text);
      written.push(block.title);
    }
  }
  must(done + written.length > 0, `docs/${page} says nothing to do under "${heading}"`);
  return written;
}
