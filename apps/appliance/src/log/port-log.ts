import type { ApplianceEvent } from "../events/event.ts";
import type { LogRecord } from "../events/record.ts";
import { explainPortFailures, type PortFailure } from "../os/privileges.ts";

/** The port that could not be bound while the daemon runs; undefined for any other event. */
export function unboundPort({ kind, event }: ApplianceEvent): PortFailure | undefined {
  if (event.type !== "listen-failed" || kind === "appliance") return undefined;
  const { address, port, code } = event;
  // The port that offers leave from is told under the name of its address's service, as the PXE port is.
  return { service: kind === "dhcp" ? "pxe" : kind, address, port, code };
}

/** What the log says about it, in the words of a start that fails; `failure` may know who holds the port. */
export function unboundRecord({ event }: ApplianceEvent, failure: PortFailure): LogRecord {
  const { service, address, port, code, holder } = failure;
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
    message: `${explainPortFailures([failure])}. It is tried again`,
    fields: { ...iface, address, port, code, ...(holder === undefined ? {} : { holder }) },
  };
}
