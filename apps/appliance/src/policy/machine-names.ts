import { quote } from "@bootlace/dhcp-core";
import type { BootClient } from "@bootlace/proxy-dhcp";
import type { Problem } from "../config/faults.ts";
import { nearest } from "../config/nearest.ts";
import { checkWholeMac, clientIdOf, macPrefix } from "../config/values.ts";
import type { RequestDescription } from "./boot-request.ts";
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

function machineOfAddress(text: string, hosts: Hosts): NamedMachines {
  const fault = checkMachineId(text);
  if (fault === undefined) return { ok: true, machines: [machineIdOf(text)] };
  const known = Object.keys(hosts);
  // What has separators, or digits of addresses alone, was meant to be one.
  const meant = macPrefix(text) !== undefined || /^[0-9a-f]+([:.-][0-9a-f]*)+\*?$/i.test(text);
  if (meant || known.length === 0) return { ok: false, fault };
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

/** A Raspberry Pi's, by which its boot ROM is known (see proxy-dhcp); and one that no maker gave away. */
const madeUp = { pi: "dc:a6:32:00:00:01", other: "02:00:00:00:00:01" } as const;

/** The same request with what `hosts` says of the machine, where it is named by its name. */
export function describedByHosts<T extends RequestDescription>(request: T, hosts: Hosts): T | Problem {
  const row = Object.hasOwn(hosts, request.mac) ? hosts[request.mac] : undefined;
  if (row === undefined) {
    const named = machineOfAddress(request.mac, hosts);
    return named.ok ? request : named.fault;
  }
  const [mac] = row.mac ?? [];
  const [clientId] = row.clientId ?? [];
  if (mac !== undefined || clientId !== undefined) return { ...request, mac: mac ?? clientId };
  const [uuid] = row.uuid ?? [];
  const [serial] = row.serial ?? [];
  if (uuid !== undefined) return { ...request, mac: madeUp.other, uuid: request.uuid ?? uuid };
  const vendorClass = request.vendorClass ?? "PXEClient:Arch:00000:UNDI:002001";
  return { ...request, mac: madeUp.pi, serial: request.serial ?? serial, vendorClass };
}
