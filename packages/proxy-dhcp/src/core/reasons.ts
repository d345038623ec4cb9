/** Every reason for silence, with what a person should know about it. The code is stable; the text is not. */
export const ignoreReasons = {
  malformed: "the datagram is not a well-formed DHCP message",
  "not-a-request": "op is not BOOTREQUEST",
  "no-message-type": "option 53 is absent or malformed: BOOTP, not DHCP",
  "no-vendor-class": "an ordinary DHCP client: option 60 is absent",
  "other-vendor-class": "option 60 is neither PXEClient nor HTTPClient",
  "bad-hardware-address": "htype and hlen do not describe a usable hardware address",
  "architecture-missing": "neither option 93 nor option 60 names an architecture",
  "unknown-architecture": "no architecture in option 93 is known",
  "message-type-not-served": "a proxyDHCP server has no answer to this message type",
  "discover-on-pxe-port": "DHCPDISCOVER belongs on the DHCP port",
  "request-for-other-server": "option 54 names another server: the request belongs to it",
  "request-without-boot-item": "a DHCPREQUEST without option 43.71 belongs to the DHCP server",
  "credentials-requested": "the layer asks for BIS credentials, which nobody serves",
  "boot-item-not-served": "the boot server type is not one of ours",
  "layer-not-served": "the boot item has no such layer",
  "own-traffic": "the datagram comes from one of our own addresses",
  "no-interface": "no served interface belongs to this request",
  "relay-not-allowed": "giaddr is not in the list of allowed relays",
  "source-not-local": "the source is in no served subnet",
  "source-port-not-allowed": "the source port is neither 68, 4011 nor unprivileged",
  "ciaddr-mismatch": "ciaddr differs from the source address",
  "no-return-address": "neither source nor ciaddr names an address to answer",
  "rate-limited": "the client, its address or the whole network asked too often",
  "no-plan": "nobody planned a boot for this client",
  "no-boot-file": "the plan has neither file nor menu for this client",
  "no-boot-url": "the plan has no URL, and an HTTP client needs one",
  "bad-boot-url": "the URL is not an absolute http or https URL",
  "ipxe-chain-loop": "iPXE would be handed iPXE again: the plan needs a script",
  "boot-file-too-long": "the boot file name does not fit into the reply",
  "menu-unusable": "the boot menu does not fit into option 43 or names no item",
  "plan-unusable": "a value of the plan cannot be written into a DHCP packet",
  "reply-too-large": "the reply does not fit into what the client accepts",
} as const;

export type IgnoreReason = keyof typeof ignoreReasons;

/** The outcome of `identify` for a packet that no boot client sent. */
export type NotBootReason = Extract<
  IgnoreReason,
  "not-a-request" | "no-message-type" | "no-vendor-class" | "other-vendor-class" | "bad-hardware-address"
>;
