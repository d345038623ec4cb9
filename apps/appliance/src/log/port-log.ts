import type { ApplianceEvent } from "../events/event.ts";
import type { LogRecord } from "../events/record.ts";
import { holderText, type PortHolder } from "../os/port-holder.ts";
import { explainPortFailures, type PortFailure } from "../os/privileges.ts";

/** The port that could not be bound while the daemon runs; undefined for other events. */
export function unboundPort({ kind, event }: ApplianceEvent): PortFailure | undefined {
  if (event.type !== "listen-failed" || kind === "appliance") return undefined;
  const { address, port, code } = event;
  // The port that offers are sent from counts as the PXE service of its address.
  return { service: kind === "dhcp" ? "pxe" : kind, address, port, code };
}

/** The record of it, worded as for a failed start, with the process that holds the port. */
export function unboundRecord({ event }: ApplianceEvent, failure: PortFailure, holder?: PortHolder): LogRecord {
  const { service, address, port, code } = failure;
  const known = holder === undefined ? failure : { ...failure, holder: holderText(holder) };
  const iface = "interfaceName" in event ? { interface: event.interfaceName } : {};
  const [scope, name] =
    service === "pxe"
      ? (["dhcp", "dhcp.interface-failed"] as const)
      : service === "tftp"
        ? (["tftp", "tftp.listen-failed"] as const)
        : (["http", "http.listen-failed"] as const);
  return {
    level: "warn",
    scope,
    event: name,
    message: `${explainPortFailures([known])}. Bootlace keeps trying`,
    fields: { ...iface, address, port, code, ...(holder === undefined ? {} : { holder }) },
  };
}
