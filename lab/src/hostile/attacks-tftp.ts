import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../failure.ts";
import { filler } from "../filler.ts";
import { start } from "../processes.ts";
import type { Attack, HostileSite } from "./attack.ts";
import { type Forged, forge } from "./forge.ts";
import { ATTACKER, SERVER, VICTIMS } from "./site.ts";

const SLOW_CLIENT = fileURLToPath(new URL("../programs/slow-tftp.ts", import.meta.url));

function forging(name: string, forged: Forged, more: Partial<Attack> = {}): Attack {
  return { name, start: (site) => forge(site, forged), ...more };
}

/** Twenty thousand names beside those that are asked for. */
function plantFolder({ root }: HostileSite): void {
  const folder = join(root, "pxelinux.cfg");
  mkdirSync(folder);
  for (let at = 0; at < 20_000; at++) writeFileSync(join(folder, `01-52-54-00-${at}`), "");
}

function missing(name: string, forged: Omit<Forged, "kind">, more: Partial<Attack> = {}): Attack {
  return {
    ...more,
    name,
    async start(site) {
      plantFolder(site);
      return forge(site, { ...forged, kind: "missing" });
    },
  };
}

const large = { tree: { "initrd.img": { bytes: () => filler(60 * 1024 * 1024) } } };
const [victim = ""] = VICTIMS;
const aimedAt = { address: victim };
const singlePort = "tftp: { singlePort: true }\n";
/** A boot ROM's. */
const PORT = 2070;

/** Requests in the name of a machine, from the very port from which it fetches a file meanwhile. */
function replacing(): Attack {
  const size = 300_000;
  let ended = (): Promise<RegExpExecArray> => Promise.reject(new Error("not started"));
  return {
    name: "replaces-transfer",
    tree: { "initrd.img": { bytes: () => filler(size) } },
    aimedAt,
    async start(site) {
      const args = [SLOW_CLIENT, SERVER, victim, String(PORT), "initrd.img", "20"];
      const client = start(site.lab, site.victim.netns, { name: "slow", command: process.execPath, args });
      await client.output.until(/begun/, 20);
      ended = () => client.output.until(/(whole|refused|broken off) (\d+)/, 30);
      return forge(site, { kind: "present", rate: 50, sender: victim, port: PORT });
    },
    async meanwhile() {
      const [, word, bytes] = await ended();
      must(
        word === "whole" && Number(bytes) === size,
        `a running transfer was ${word} after ${bytes} bytes of ${size}`,
      );
      return `a running transfer of ${bytes} bytes was whole`;
    },
  };
}

export const attacksByTftp: readonly Attack[] = [
  forging("netascii-300", { kind: "netascii", rate: 300 }, large),
  forging("netascii-400", { kind: "netascii", rate: 400 }, { ...large, seconds: 12 }),
  missing("missing-400", { rate: 400, sender: ATTACKER }),
  missing("missing-1000", { rate: 1000, sender: ATTACKER }),
  missing("missing-invented", { rate: 1000 }),
  forging("requests-invented", { kind: "present", rate: 1000 }),
  forging("requests-of-victim-10", { kind: "present", rate: 10, burst: 64, sender: victim }, { aimedAt }),
  forging("requests-of-victim-300", { kind: "present", rate: 300, sender: victim }, { aimedAt }),
  missing("missing-of-victim-300", { rate: 300, sender: victim }, { aimedAt }),
  replacing(),
  forging("single-port-requests", { kind: "present", rate: 300, sender: victim }, { aimedAt, yaml: singlePort }),
];
