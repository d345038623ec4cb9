import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../failure.ts";
import { start } from "../processes.ts";
import { metric } from "../vitals.ts";
import type { Attack, HostileSite } from "./attack.ts";
import { ATTACKER, HTTP_PORT, MiB, plantSparse, SERVER, STRANGER } from "./site.ts";

const PROGRAM = fileURLToPath(new URL("../programs/hostile-http.ts", import.meta.url));

interface ByTcp {
  readonly kind: string;
  readonly connections: number;
  readonly from?: string;
  /** The file asked for, where the kind asks for one. */
  readonly file?: string;
}

/** Starts the program of one kind at the attacker. */
export async function misbehave(
  { lab, attacker }: HostileSite,
  { kind, connections, from = ATTACKER, file = "" }: ByTcp,
): Promise<() => Promise<void>> {
  const args = [PROGRAM, kind, SERVER, String(HTTP_PORT), from, String(connections), file];
  const program = start(lab, attacker.netns, { name: `${kind}-${connections}`, command: process.execPath, args });
  await program.output.until(/begun/, 20);
  return async () => void (await program.stop("SIGKILL"));
}

/** What was refused is counted, and the log says to whom. */
function refusedTo(address: string) {
  return async ({ lab, server, bootlace }: HostileSite): Promise<string> => {
    const lines = bootlace.records().filter(({ event, ip }) => event === "http.refused" && ip === address);
    const counted = await metric(lab, server, "bootlace_rate_limited_total", 'subsystem="http"');
    must(lines.length > 0, `the log does not say that ${address} was refused`);
    must(lines.length < 100, `the log says ${lines.length} times that ${address} was refused`);
    must(counted > 0, "the metrics do not count what was refused");
    return `${counted} refused, ${lines.length} lines in the log`;
  };
}

export const attacksByHttp: readonly Attack[] = [
  {
    name: "silent-64",
    start: (site) => misbehave(site, { kind: "silent", connections: 64 }),
    meanwhile: refusedTo(ATTACKER),
  },
  {
    name: "silent-128",
    start: (site) => misbehave(site, { kind: "silent", connections: 128 }),
    meanwhile: refusedTo(ATTACKER),
  },
  {
    name: "silent-strangers",
    start: (site) => misbehave(site, { kind: "silent", connections: 128, from: STRANGER }),
    meanwhile: refusedTo(STRANGER),
  },
  {
    name: "stuck-transfers",
    async start(site) {
      plantSparse(site.root, "huge.iso", 3000 * MiB);
      return misbehave(site, { kind: "stuck", connections: 64, file: "huge.iso" });
    },
  },
  {
    name: "range-blanks",
    start: (site) => misbehave(site, { kind: "ranges", connections: 8 }),
  },
  {
    name: "missing-by-http",
    async start(site) {
      const folder = join(site.root, "pxelinux.cfg");
      mkdirSync(folder);
      for (let at = 0; at < 20_000; at++) writeFileSync(join(folder, `01-52-54-00-${at}`), "");
      return misbehave(site, { kind: "missing", connections: 16 });
    },
  },
  {
    name: "one-byte-ranges",
    async start(site) {
      plantSparse(site.root, "huge.iso", 3000 * MiB);
      return misbehave(site, { kind: "one-byte", connections: 8, file: "huge.iso" });
    },
  },
];
