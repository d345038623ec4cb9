import type { Attack } from "../hostile/attack.ts";
import { attacksByDhcp } from "../hostile/attacks-dhcp.ts";
import { attacksByDisk } from "../hostile/attacks-disk.ts";
import { attacksByHttp } from "../hostile/attacks-http.ts";
import { attacksByMemory } from "../hostile/attacks-memory.ts";
import { attacksByTftp } from "../hostile/attacks-tftp.ts";
import { hold } from "../hostile/judge.ts";
import { buildArena } from "../hostile/site.ts";
import type { Scenario } from "../lab.ts";

/** Each is a part of the scenario. */
const attacks: readonly Attack[] = [
  ...attacksByHttp,
  ...attacksByDisk,
  ...attacksByMemory,
  ...attacksByTftp,
  ...attacksByDhcp,
];

export const hostile: Scenario = {
  name: "hostile",
  alone: true,
  proves: "an honest client is served by DHCP, port 4011, TFTP and HTTP while a machine beside it misbehaves",
  parts: attacks.map(({ name }) => name),
  async run(lab) {
    const arena = await buildArena(lab);
    const only = process.env.HOSTILE?.split(",");
    for (const attack of attacks) {
      if (!lab.part(attack.name) || only?.includes(attack.name) === false) continue;
      lab.proof(`${attack.name}: ${await hold(arena, attack)}`);
    }
  },
};
