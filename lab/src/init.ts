import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN } from "./bootlace.ts";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { runOk } from "./processes.ts";

/** What `bootlace init --json` says, as far as the lab looks at it. */
interface InitJson {
  readonly networks: readonly unknown[];
  readonly missing: { readonly needed: readonly unknown[] };
  readonly files: readonly { readonly path: string; readonly status: string; readonly from?: string }[];
}

/** Runs a command of Bootlace on a host; it must end with 0. Gives what it printed. */
export async function bootlace(lab: Lab, host: Host, ...words: readonly string[]): Promise<string> {
  return (await runOk(lab, host.netns, process.execPath, [BOOTLACE_MAIN, ...words])).stdout.toString();
}

export async function initJson(lab: Lab, host: Host, ...words: readonly string[]): Promise<InitJson> {
  return JSON.parse(await bootlace(lab, host, "init", "--json", ...words)) as InitJson;
}

/** A text that is equal for folders with equal files. */
export function fingerprint(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const lines = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return `${path} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
  });
  return lines.sort().join("\n");
}
