import type { Problem } from "../config/faults.ts";
import type { RequestDescription } from "./boot-request.ts";
import type { Hosts } from "./conditions.ts";
import { machineOfAddress } from "./machine-names.ts";

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
