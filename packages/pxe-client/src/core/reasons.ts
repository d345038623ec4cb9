/** Why firmware does not use a packet, or does not get any further. Each code has its sentence here and nowhere else. */
export const reasons = {
  "not-dhcp": "the packet cannot be decoded as DHCP",
  "not-a-reply": "the packet is not a BOOTREPLY",
  "other-transaction": "the transaction ID is not that of the request",
  "other-client": "the hardware address is another machine's",
  "wrong-source-port": "the packet comes from a port that this firmware does not accept",
  "wrong-port": "the packet went to a port on which this firmware does not listen",
  "too-long": "the packet is longer than the receive buffer of this firmware",
  "too-short": "the packet is shorter than the 300 bytes that old boot ROMs expect",
  "no-end": "the options have no END",
  "not-an-offer": "option 53 is not OFFER",
  "not-an-ack": "option 53 is neither ACK nor, where this firmware accepts it, OFFER",
  "no-message-type": "option 53 is missing",
  "no-server-identifier": "option 54 is missing, not 4 bytes long, or zero",
  "bad-client-identifier": "option 61 is too short",
  "not-pxeclient": "option 60 does not start with PXEClient",
  "not-httpclient": "option 60 does not start with HTTPClient",
  "mtftp-only": "option 43 holds MTFTP options and nothing else",
  "no-raspberry-pi-words": 'option 43 does not hold the words "Raspberry Pi Boot"',
  relayed: "the packet went through a relay",
  "no-uri": "neither option 67 nor the field file holds an absolute http or https URI",
  "name-without-dns": "the URI names a host, and the DHCP server names no DNS server (option 6)",
  "no-dhcp-offer": "no DHCP server offered an address",
  "no-proxy-offer": "no usable offer says what to boot",
  "proxy-without-class": "a proxy offer without option 60: edk2 then reads an index from an empty list",
  "no-combination": "no combination of the offers is acceptable",
  "no-boot-file": "no boot file is named",
  "no-server": "no server is named for the boot file (siaddr, or option 66 where this firmware reads it)",
  "no-menu-or-file": "the reply holds neither a menu nor a boot file",
  "no-pxe-options": "the reply has neither boot file and siaddr nor a menu",
  "remote-boot-cancelled": "PXE-E21: option 43 holds boot discovery options but no menu",
  "multicast-without-address": "option 43 leaves multicast discovery on and gives no multicast address",
  "type-not-in-server-list": "a type in the menu is missing from the boot server list",
  "no-way-to-a-server": "broadcast and multicast are off, and there is no boot server list",
  "other-server": "the reply comes from another server than the one that was asked",
  "other-boot-server-type": "the reply is for another type of boot server",
  "unlisted-server": "option 43 allows only the listed servers, and this is none of them",
  "address-refused": "the DHCP server answered with NAK",
  "other-address": "the ACK gives another address than the OFFER",
  "no-answer": "nobody answered, not even the last repetition",
  "not-found": "the server does not have the file",
  "fetch-failed": "the file did not arrive",
  deadline: "the deadline passed",
} as const;

/** A code of {@link reasons}. */
export type ReasonCode = keyof typeof reasons;

/**
 * What firmware makes of one packet. `as` is the use it has for it: `lease` (an address, and perhaps more), `proxy` (no
 * address, but something to boot), `reply` (what was asked for on the PXE port), `lease-ack` (the address is granted).
 */
export type Verdict =
  | { readonly accepted: true; readonly as: "lease" | "proxy" | "reply" | "lease-ack" }
  | { readonly accepted: false; readonly code: ReasonCode };

/** A verdict against a packet. */
export function rejected(code: ReasonCode): { readonly accepted: false; readonly code: ReasonCode } {
  return { accepted: false, code };
}
