import { type BootItem, type DhcpPacket, decodePxeOptions, messageTypes, optionValue } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { ServicePort } from "./events.ts";
import type { ServedInterface } from "./interfaces.ts";
import type { IgnoreReason } from "./reasons.ts";

/** The request of a boot client. `item` is sub-option 71; its absence means type 0, layer 0 (PXE 2.1 table 2-1). */
export type BootRequest =
  | { readonly kind: "discover" }
  | {
      readonly kind: "pxe-request" | "broadcast-discovery";
      readonly item?: BootItem;
    };

export type ReadRequest =
  | { readonly ok: true; readonly request: BootRequest }
  | { readonly ok: false; readonly reason: IgnoreReason; readonly detail?: string };

const VENDOR_SPECIFIC = 43;
/** Of wdsnbp.com and wdsmgfw.efi, for their own server ([MS-WDSOSD] §2.2.1). */
const WDS_PROGRAM = 250;
const CREDENTIALS = 0x8000;

/**
 * Sorts a message by type and port (PXE 2.1 §2.2.3, §2.5). On the DHCP port a REQUEST is the DHCP server's, unless
 * it looks for a boot server by broadcast; the PXE port takes REQUEST and INFORM alike.
 */
export function readRequest(
  packet: DhcpPacket,
  client: BootClient,
  port: ServicePort,
  interfaces: readonly ServedInterface[],
): ReadRequest {
  const type = optionValue(packet, "messageType");
  if (type === messageTypes.DISCOVER) {
    return port === "dhcp"
      ? { ok: true, request: { kind: "discover" } }
      : { ok: false, reason: "discover-on-pxe-port" };
  }
  if (type !== messageTypes.REQUEST && type !== messageTypes.INFORM) {
    return { ok: false, reason: "message-type-not-served", detail: String(type) };
  }
  // Its firmware has asked before, without this option.
  if (port === "pxe" && packet.options.has(WDS_PROGRAM)) return { ok: false, reason: "wds-request" };
  const item = client.http ? undefined : bootItemOf(packet);
  if (port === "dhcp") {
    const server = optionValue(packet, "serverIdentifier");
    if (server !== undefined && !interfaces.some((iface) => iface.address === server)) {
      return { ok: false, reason: "request-for-other-server", detail: server };
    }
    if (item === undefined) return { ok: false, reason: "request-without-boot-item" };
  } else if (client.http) {
    return { ok: false, reason: "message-type-not-served", detail: "HTTP Boot has no second request" };
  }
  if (item !== undefined && (item.layer & CREDENTIALS) !== 0) return { ok: false, reason: "credentials-requested" };
  const kind = port === "dhcp" ? "broadcast-discovery" : "pxe-request";
  return { ok: true, request: { kind, ...(item === undefined ? {} : { item }) } };
}

function bootItemOf(packet: DhcpPacket): BootItem | undefined {
  const bytes = packet.options.get(VENDOR_SPECIFIC);
  const decoded = bytes === undefined ? undefined : decodePxeOptions(bytes);
  return decoded?.ok ? decoded.value.bootItem : undefined;
}
