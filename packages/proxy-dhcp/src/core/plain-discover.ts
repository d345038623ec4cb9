import { messageTypes } from "@bootlace/dhcp-core";

const GIADDR = 24;
const OPTIONS = 240;
const PAD = 0;
const MESSAGE_TYPE = 53;

/** Whether a datagram is a DISCOVER that no relay has passed on, without decoding it (RFC 2131 §2, RFC 2132 §9.6). */
export function isPlainDiscover(bytes: Uint8Array): boolean {
  for (let at = GIADDR; at < GIADDR + 4; at++) if (bytes[at] !== 0) return false;
  for (let at = OPTIONS; at < bytes.length; ) {
    const code = bytes[at];
    if (code === MESSAGE_TYPE) return bytes[at + 2] === messageTypes.DISCOVER;
    at += code === PAD ? 1 : 2 + (bytes[at + 1] ?? 0);
  }
  return false;
}
