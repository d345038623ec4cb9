import { quote } from "@bootlace/dhcp-core";
import type { BootClient } from "@bootlace/proxy-dhcp";
import type { Problem } from "../config/faults.ts";
import { nearest } from "../config/nearest.ts";
import { checkWholeMac, clientIdOf, macPrefix } from "../config/values.ts";
import { idOf } from "./client-memory.ts";
import { type Hosts, nameOfHost } from "./conditions.ts";

export type NamedMachines =
  | {
      readonly ok: true;
      /** What the machines are known by: MAC addresses, and client identifiers of those without one. At least one. */
      readonly machines: readonly string[];
      /** The name under `hosts`, where it was one. */
      readonly host?: string;
    }
  | { readonly ok: false; readonly fault: Problem };

/**
 * The machine that somebody names: a name under `hosts`, which wins where it looks like an address, or a MAC address in
 * any usual form, or a client identifier.
 * @param seen clients that have asked: a host known by its UUID or serial number alone has its address from there
 */
export function machinesNamed(text: string, hosts: Hosts, seen: Iterable<BootClient> = []): NamedMachines {
  if (!Object.hasOwn(hosts, text)) return machineOfAddress(text, hosts);
  const { mac = [], clientId = [] } = hosts[text] ?? {};
  const met = [...seen].filter((client) => nameOfHost(client, hosts) === text).map(idOf);
  const all = [...mac.map(macPrefix), ...clientId.map(clientIdOf), ...met];
  const machines = [...new Set(all.filter((id) => id !== undefined))];
  if (machines.length > 0) return { ok: true, machines, host: text };
  const problem = `${quote(text)} has no MAC address under hosts, and has not asked yet`;
  return { ok: false, fault: { code: "E034", problem, allowed: "Give its MAC address" } };
}

/** The machine with this address; a fault that names the hosts there are where it is none. */
export function machineOfAddress(text: string, hosts: Hosts): NamedMachines {
  const fault = checkMachineId(text);
  if (fault === undefined) return { ok: true, machines: [machineIdOf(text)] };
  const known = Object.keys(hosts);
  // What has separators, or digits of addresses alone, was meant to be one.
  const meant = macPrefix(text) !== undefined || /^[0-9a-f]+([:.-][0-9a-f]*)+\*?$/i.test(text);
  if (meant) return { ok: false, fault };
  if (known.length === 0) {
    const problem = `${quote(text)} is neither a MAC address nor a name under hosts`;
    return { ok: false, fault: { ...fault, problem } };
  }
  const suggestion = nearest(text, known);
  const names = known.slice(0, 20).map((name) => quote(name));
  return {
    ok: false,
    fault: {
      code: "E034",
      problem: `unknown machine ${quote(text)}`,
      allowed: `Allowed: a MAC address, or a name under hosts: ${names.join(", ")}`,
      ...(suggestion === undefined ? {} : { suggestion: quote(suggestion) }),
    },
  };
}

/** The address of one machine: its MAC address, or a client identifier, which is longer. */
export function checkMachineId(text: string): Problem | undefined {
  return isClientId(text) ? undefined : checkWholeMac(text);
}

/** @param text one that {@link checkMachineId} finds right */
export function machineIdOf(text: string): string {
  return (isClientId(text) ? clientIdOf(text) : macPrefix(text)) ?? text;
}

function isClientId(text: string): boolean {
  return (clientIdOf(text)?.length ?? 0) > "52:54:00:12:34:56".length;
}
