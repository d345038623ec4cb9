import type { Problem } from "../config/faults.ts";
import type { NamedMachines } from "./machine-names.ts";
import { type OneTimeBoot, type OneTimeBootEvent, type OneTimeBoots, openEntries } from "./one-time-boot.ts";
import { type OneTimeBootRequest, readOneTimeBootRequest } from "./one-time-boot-request.ts";

/** One-time boots, for whoever administers them. */
export interface OneTimeBootCommands {
  list(): readonly OneTimeBoot[];
  /** Replaces an earlier one-time boot of the machine. */
  set(
    request: OneTimeBootRequest,
  ): { readonly ok: true; readonly entry: OneTimeBoot } | { readonly ok: false; readonly fault: Problem };
  /** `mac` may be written in any usual way, or be a name. `removed` is false when there was nothing. */
  remove(
    mac: string,
  ): { readonly ok: true; readonly removed: boolean } | { readonly ok: false; readonly fault: Problem };
}

/** What the commands need of the policy. */
export interface OneTimeBootRoom {
  readonly state: () => OneTimeBoots;
  readonly step: (event: OneTimeBootEvent) => void;
  readonly now: () => number;
  readonly machinesNamed: (text: string) => NamedMachines;
  /** The name of a machine under `hosts`. */
  readonly hostOf: (machine: string) => string | undefined;
}

/** The one-time boots by command: listed, set and removed for every machine that a MAC address or a name means. */
export function oneTimeBootCommands({ state, step, now, machinesNamed, hostOf }: OneTimeBootRoom): OneTimeBootCommands {
  function named(entry: OneTimeBoot): OneTimeBoot {
    const host = hostOf(entry.mac);
    return host === undefined ? entry : { ...entry, host };
  }

  return {
    list: () => openEntries(state(), now()).map(named),
    set(request) {
      const meant = machinesNamed(request.mac);
      if (!meant.ok) return meant;
      const [mac = ""] = meant.machines;
      const read = readOneTimeBootRequest({ ...request, mac });
      if (!read.ok) return read;
      const { action } = read;
      for (const machine of meant.machines) step({ type: "set", time: now(), mac: machine, action });
      return { ok: true, entry: named({ mac, action, setAt: now() }) };
    },
    remove(mac) {
      const meant = machinesNamed(mac);
      if (!meant.ok) return meant;
      const waiting = meant.machines.filter((machine) => state().has(machine));
      for (const machine of waiting) step({ type: "removed", mac: machine });
      return { ok: true, removed: waiting.length > 0 };
    },
  };
}
