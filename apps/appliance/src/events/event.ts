import type { DhcpPacket } from "@bootlace/dhcp-core";
import type { HttpBootEvent } from "@bootlace/http-boot";
import type { Endpoint, ProxyDhcpEvent } from "@bootlace/proxy-dhcp";
import type { TftpEvent } from "@bootlace/tftp-serve";
import type { FileFacts } from "../catalogue/file-facts.ts";

/** The headers of the programs in the boot folder, by path. */
export interface Programs {
  /** The PE machine. */
  readonly machines: ReadonlyMap<string, string>;
  readonly unsigned: ReadonlySet<string>;
}

/** What the appliance itself reports. `time` is Unix time in milliseconds. */
export type OwnEvent =
  /** Time passes: about once a second, so that silence can be judged. */
  | { readonly type: "tick"; readonly time: number }
  /** The programs in the boot folder, with their machine and whether they are unsigned. Replaces the previous event. */
  | ({ readonly type: "programs"; readonly time: number } & Programs)
  /** The content of a boot file that a client requested: `path` is below the root, in plain form. */
  | { readonly type: "inspected"; readonly time: number; readonly path: string; readonly facts: FileFacts }
  /** Another server's broadcast reply to a client. */
  | { readonly type: "overheard"; readonly time: number; readonly source: Endpoint; readonly reply: DhcpPacket }
  /** Whether replies of other servers can be overheard from now on. */
  | { readonly type: "overhearing"; readonly time: number; readonly on: boolean; readonly code?: string }
  | { readonly type: "reloaded"; readonly time: number; readonly ok: boolean; readonly faults: readonly string[] };

/** Every event in one union, the only source of log, boot sessions, metrics and stream. */
export type ApplianceEvent =
  | { readonly kind: "dhcp"; readonly event: ProxyDhcpEvent }
  | { readonly kind: "tftp"; readonly event: TftpEvent }
  | { readonly kind: "http"; readonly event: HttpBootEvent }
  | { readonly kind: "appliance"; readonly event: OwnEvent };

/** When it happened: Unix time in milliseconds. */
export function timeOf({ event }: ApplianceEvent): number {
  return event.time;
}
