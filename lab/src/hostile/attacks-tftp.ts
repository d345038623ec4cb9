import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filler } from "../filler.ts";
import type { Attack, HostileSite } from "./attack.ts";
import { type Forged, forge } from "./forge.ts";
import { ATTACKER, VICTIMS } from "./site.ts";

function forging(name: string, forged: Forged, more: Partial<Attack> = {}): Attack {
  return { name, start: (site) => forge(site, forged), ...more };
}

/** Twenty thousand names beside those that are asked for. */
function plantFolder({ root }: HostileSite): void {
  const folder = join(root, "pxelinux.cfg");
  mkdirSync(folder);
  for (let at = 0; at < 20_000; at++) writeFileSync(join(folder, `01-52-54-00-${at}`), "");
}

function missing(name: string, forged: Omit<Forged, "kind">): Attack {
  return {
    name,
    async start(site) {
      plantFolder(site);
      return forge(site, { ...forged, kind: "missing" });
    },
  };
}

const large = { tree: { "initrd.img": { bytes: () => filler(60 * 1024 * 1024) } } };
const [victim = ""] = VICTIMS;

export const attacksByTftp: readonly Attack[] = [
  forging("netascii-300", { kind: "netascii", rate: 300 }, large),
  forging("netascii-400", { kind: "netascii", rate: 400 }, { ...large, seconds: 12 }),
  missing("missing-400", { rate: 400, sender: ATTACKER }),
  missing("missing-1000", { rate: 1000, sender: ATTACKER }),
  missing("missing-invented", { rate: 1000 }),
  forging("requests-invented", { kind: "present", rate: 1000 }),
  forging("requests-of-victim", { kind: "present", rate: 10, burst: 64, sender: victim }),
];
