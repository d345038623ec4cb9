import { type Ipv4Address, parseIpv4 } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { ReplyNote } from "./decision.ts";
import type { ServedInterface } from "./interfaces.ts";
import { canFetch, isIpxeBinary, isOneOf, surelyFetches } from "./ipxe.ts";
import type { BootPlan, IpxeScript } from "./plan.ts";
import type { IgnoreReason } from "./reasons.ts";

/** The boot file of a client, and its server. */
export type BootFile =
  | {
      readonly ok: true;
      /** Absent when the client chooses its files itself. */
      readonly name?: string;
      /** siaddr: the TFTP server, or ourselves for a URL. */
      readonly server: Ipv4Address;
      readonly notes: readonly ReplyNote[];
    }
  | { readonly ok: false; readonly reason: IgnoreReason; readonly detail?: string };

/** The part of a plan for this client, with the interface's own address in its URLs. */
export function bootFileFor(client: BootClient, plan: BootPlan, iface: ServedInterface): BootFile {
  const server = plan.server ?? iface.address;
  if (client.http) return httpBootFile(plan, iface);
  switch (client.firmware) {
    // It reads a fixed set of names below the TFTP root; a name meant for x86 stalls it.
    case "raspberry-pi":
      return { ok: true, server, notes: [] };
    case "ipxe":
      return ipxeBootFile(client, plan, iface);
    default:
      return !plan.file ? { ok: false, reason: "no-boot-file" } : { ok: true, name: plan.file, server, notes: [] };
  }
}

function httpBootFile(plan: BootPlan, iface: ServedInterface): BootFile {
  if (!plan.url) return { ok: false, reason: "no-boot-url" };
  const url = expandUrl(plan.url, iface);
  const host = /^https?:\/\/([^/?#:@]+)(?::[0-9]{1,5})?(?:[/?#]|$)/i.exec(url)?.[1];
  if (host === undefined) return { ok: false, reason: "bad-boot-url", detail: plan.url };
  // edk2 resolves a name only with option 6 in the DHCP server's own offer; it ignores ours.
  const notes: ReplyNote[] = parseIpv4(host) === undefined ? ["url-host-is-a-name"] : [];
  return { ok: true, name: url, server: iface.address, notes };
}

function ipxeBootFile(client: BootClient, plan: BootPlan, iface: ServedInterface): BootFile {
  const server = plan.server ?? iface.address;
  if (plan.script !== undefined) {
    const name = scriptName(client, plan.script, server, iface);
    if (name !== undefined) return { ok: true, name, server, notes: [] };
  }
  const url = plan.url && canFetch(client, plan.url) ? expandUrl(plan.url, iface) : undefined;
  const name = plan.file || url;
  if (name === undefined) {
    return plan.serverAlone === true ? { ok: true, server, notes: [] } : { ok: false, reason: "no-boot-file" };
  }
  if (isLoop(name, plan)) return { ok: false, reason: "ipxe-chain-loop", detail: name };
  return { ok: true, name, server: plan.file ? server : iface.address, notes: [] };
}

/** iPXE that is handed iPXE asks again and is handed it again, for ever. */
export function isLoop(name: string, { ipxeLoops, allowIpxeChain }: BootPlan): boolean {
  return ipxeLoops === undefined ? isIpxeBinary(name) && allowIpxeChain !== true : isOneOf(ipxeLoops, name);
}

/** A TFTP script is named by a full URL: iPXE built into other firmware does not look at siaddr with a bare name. */
function scriptName(
  client: BootClient,
  script: IpxeScript,
  server: Ipv4Address,
  iface: ServedInterface,
): string | undefined {
  const { url, file } = script;
  if (url && surelyFetches(client, url)) return expandUrl(url, iface);
  if (file) return `tftp://${server}/${escaped(file.replace(/^\/+/, "")).replace(/[?#]/g, encodeURIComponent)}`;
  return url && canFetch(client, url) ? expandUrl(url, iface) : undefined;
}

/**
 * `{address}` becomes the interface's own address. Characters not allowed in a URL are percent-encoded (RFC 3986 §2.1);
 * existing escapes stay unchanged.
 */
function expandUrl(url: string, iface: ServedInterface): string {
  return escaped(url.replaceAll("{address}", iface.address)).replace(/%25(?=[0-9a-f]{2})/gi, "%");
}

function escaped(text: string): string {
  return encodeURI(text.replace(/\p{Cs}/gu, "\ufffd"));
}
