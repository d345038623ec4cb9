import { must } from "../failure.ts";
import type { Attack, HostileSite } from "./attack.ts";
import { type Forged, forge } from "./forge.ts";
import { ATTACKER, VICTIMS } from "./site.ts";

const [victim = ""] = VICTIMS;
/** The machine whose name others use. */
const MAC = "52:54:00:00:66:77";

function forging(name: string, forged: Forged, more: Partial<Attack> = {}): Attack {
  return { name, start: (site) => forge(site, forged), ...more };
}

/** Nothing was offered to machines that were invented: their MAC addresses begin with 02:99. */
async function noOffer({ bootlace }: HostileSite): Promise<string> {
  const offers = bootlace
    .records()
    .filter(({ event, mac }) => event === "dhcp.offer" && String(mac).startsWith("02:99"));
  must(offers.length === 0, `${offers.length} offers to machines that are not on a served network`);
  return "no offer to any of them";
}

export const attacksByDhcp: readonly Attack[] = [
  forging("discover-300", { kind: "discover", rate: 300, sender: ATTACKER }),
  forging("discover-1000", { kind: "discover", rate: 1000, sender: ATTACKER }),
  forging("discover-3000", { kind: "discover", rate: 3000, sender: ATTACKER }),
  forging(
    "discover-of-victim-300",
    { kind: "discover", rate: 300, sender: "0.0.0.0", mac: MAC },
    { aimedAt: { mac: MAC } },
  ),
  forging("pxe-of-victim", { kind: "pxe", rate: 10, sender: victim }, { aimedAt: { address: victim } }),
  forging("discover-from-outside", { kind: "discover-here", rate: 50, sender: "8.8.8.8" }, { meanwhile: noOffer }),
  forging(
    "discover-from-guest",
    { kind: "discover", rate: 50, sender: "192.168.77.200", from: ({ guest }) => guest },
    { meanwhile: noOffer },
  ),
];
