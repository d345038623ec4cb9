import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { Endpoint } from "./core/interfaces.ts";
import { findPortHolder, holderText, type PortHolder } from "./port-holder.ts";

export interface BindFailure extends Endpoint {
  /** As the operating system says it: `EACCES`, `EADDRINUSE`, `EADDRNOTAVAIL`. */
  readonly code: string;
  /** The process that holds the port, where /proc tells. */
  readonly holder?: PortHolder;
  /** What the user can do about it. */
  readonly advice?: string;
}

/** At least one port could not be bound; nothing is left bound. `code`, `address`, `port` are the first failure's. */
export class ProxyDhcpStartError extends Error {
  override readonly name = "ProxyDhcpStartError";
  readonly code: string;
  readonly address: Ipv4Address;
  readonly port: number;
  readonly failures: readonly BindFailure[];

  constructor(first: BindFailure, others: readonly BindFailure[]) {
    const failures = [first, ...others];
    super(failures.map(bindFailureText).join("; "));
    this.code = first.code;
    this.address = first.address;
    this.port = first.port;
    this.failures = failures;
  }
}

/** One line for people. */
export function bindFailureText({ address, port, code, holder, advice }: BindFailure): string {
  const held = holder === undefined ? "" : `, held by ${holderText(holder)}`;
  return `cannot bind ${address}:${port} (${code}${held})${advice === undefined ? "" : `. ${advice}`}`;
}

/** Another DHCP server on this host has the port to itself: the two ways to live beside it. */
const dhcpPortAdvice =
  "Let that server bind its interfaces one by one and share the port (dnsmasq: bind-dynamic), " +
  "or use mode pxe-port-only, which answers on the PXE port alone";

/** Adds to a port in use who holds it, and to the DHCP port what to do. */
export async function explained(failure: BindFailure, dhcpPort: number): Promise<BindFailure> {
  if (failure.code !== "EADDRINUSE") return failure;
  const holder = await findPortHolder(failure.address, failure.port);
  return {
    ...failure,
    ...(holder === undefined ? {} : { holder }),
    ...(failure.port === dhcpPort ? { advice: dhcpPortAdvice } : {}),
  };
}
