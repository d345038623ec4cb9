import { quote } from "@bootlace/dhcp-core";
import type { ApiConfig } from "../api-model/types.ts";
import { hintOf } from "../config/faults.ts";
import { clientIdOf, macPrefix } from "../config/values.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { checkMachineId, machineIdOf, machinesNamed } from "../policy/machine-names.ts";
import type { Api, ApiFailure } from "./api-client.ts";

/** A machine as the command line names it. */
export interface Machine {
  /** As given. */
  readonly named: string;
  /** The name under `hosts`, where it is one. */
  readonly host?: string;
  /** MAC addresses, client identifiers, and beginnings of MAC addresses, in lower case. */
  readonly ids: readonly string[];
}

export type MachineResult = { readonly ok: true; readonly machine: Machine } | ApiFailure;

/**
 * The machine that is meant, by the config of the daemon. A name wins where it looks like an address.
 * @param whole the beginning of a MAC address is not enough
 */
export async function machineNamed(api: Api, named: string, what: string, whole: boolean): Promise<MachineResult> {
  const config = await api.call<ApiConfig>("GET", "/api/v1/config");
  if (!config.ok) return config;
  const hosts = (config.value.effective.hosts ?? {}) as Parameters<typeof machinesNamed>[1];
  if (Object.hasOwn(hosts, named)) {
    const { mac = [], clientId = [] } = hosts[named] ?? {};
    const ids = [...mac.map(macPrefix), ...clientId.map(clientIdOf)].filter((id) => id !== undefined);
    return { ok: true, machine: { named, host: named, ids } };
  }
  if (checkMachineId(named) === undefined) return { ok: true, machine: { named, ids: [machineIdOf(named)] } };
  const beginning = macPrefix(named);
  if (!whole && beginning !== undefined) return { ok: true, machine: { named, ids: [beginning] } };
  const meant = machinesNamed(named, hosts);
  if (meant.ok) return { ok: true, machine: { named, ids: meant.machines } };
  const hint = hintOf(meant.fault);
  const message = `${what}${quote(named)} is neither a MAC address nor a name under hosts`;
  return {
    ok: false,
    exit: exitCodes.usage,
    error: { code: "usage", message, ...(hint === undefined ? {} : { hint }) },
  };
}
