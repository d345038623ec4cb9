import { quote } from "@bootlace/dhcp-core";

/** Whether silence was decided before `choose` was asked about the client, or by its answer. */
export type IgnoreStage = "before the rules" | "after the rules";

/** What hangs on one reason for silence. */
export interface IgnoreRow {
  /** For people: what follows "ignored: ". Not stable. */
  readonly text: string;
  /** `debug`: every packet of an ordinary LAN has it; `info`: a person may look for it; `warn`: something is wrong. */
  readonly level: "debug" | "info" | "warn";
  readonly stage: IgnoreStage;
  /** What `detail` holds: the value that decided, or a text that says more than the row's own. */
  readonly detail: "value" | "text";
}

function row(text: string, level: IgnoreRow["level"], stage: IgnoreStage, detail: IgnoreRow["detail"] = "value") {
  return Object.freeze({ text, level, stage, detail });
}

const BEFORE = "before the rules";
const AFTER = "after the rules";

/**
 * Every reason for silence: code → row. The codes are stable. A code without a row does not compile, nor does a table of
 * yours, `Record<IgnoreReason, …>`, that has no entry for one.
 */
export const ignoreTable = {
  malformed: row("the datagram is not a well-formed DHCP message", "debug", BEFORE),
  "not-a-request": row("op is not BOOTREQUEST", "debug", BEFORE),
  "no-message-type": row("option 53 is absent or malformed: BOOTP, not DHCP", "debug", BEFORE),
  "no-vendor-class": row("an ordinary DHCP client: option 60 is absent", "debug", BEFORE),
  "other-vendor-class": row("option 60 is neither PXEClient nor HTTPClient", "debug", BEFORE),
  "bad-hardware-address": row("htype and hlen do not describe a usable hardware address", "info", BEFORE),
  "architecture-missing": row("neither option 93 nor option 60 names an architecture", "info", BEFORE),
  "unknown-architecture": row("no architecture in option 93 is known", "info", BEFORE),
  "message-type-not-served": row("a proxyDHCP server has no answer to this message type", "debug", BEFORE),
  "discover-on-pxe-port": row("DHCPDISCOVER belongs on the DHCP port", "info", BEFORE),
  "request-for-other-server": row("option 54 names another server: the request belongs to it", "debug", BEFORE),
  "request-without-boot-item": row("a DHCPREQUEST without option 43.71 belongs to the DHCP server", "debug", BEFORE),
  "credentials-requested": row("the layer asks for BIS credentials, which nobody serves", "info", BEFORE),
  "boot-item-not-served": row("the boot server type is not one of ours", "info", AFTER),
  "layer-not-served": row("the boot item has no such layer", "info", AFTER),
  "own-traffic": row("the datagram comes from one of our own addresses", "debug", BEFORE),
  "no-interface": row("no served interface belongs to this request", "info", BEFORE),
  "relay-not-allowed": row("giaddr is not in the list of allowed relays", "info", BEFORE),
  "source-not-local": row("the source is in no served subnet", "info", BEFORE),
  "source-port-not-allowed": row("the source port is neither 68, 4011 nor unprivileged", "info", BEFORE),
  "ciaddr-mismatch": row("ciaddr differs from the source address", "info", BEFORE),
  "no-return-address": row("neither source nor ciaddr names an address to answer", "info", BEFORE),
  "rate-limited": row("the client, its address or the whole network asked too often", "warn", AFTER),
  "no-plan": row("nobody planned a boot for this client", "info", AFTER, "text"),
  "no-boot-file": row("the plan has neither file nor menu for this client", "info", AFTER),
  "no-boot-url": row("the plan has no URL, and an HTTP client needs one", "info", AFTER),
  "bad-boot-url": row("the URL is not an absolute http or https URL", "info", AFTER),
  "ipxe-chain-loop": row("iPXE would be handed iPXE again: the plan needs a script", "info", AFTER),
  "program-asks-again": row(
    "the program that the machine has just loaded asks, and would be told to load itself",
    "info",
    AFTER,
  ),
  "wds-request": row("wdsnbp.com asks for a Windows Deployment Server (option 250), and none is here", "info", BEFORE),
  "boot-file-too-long": row("the boot file name does not fit into the reply", "info", AFTER),
  "menu-unusable": row("the boot menu does not fit into option 43 or names no item", "info", AFTER),
  "plan-unusable": row("a value of the plan cannot be written into a DHCP packet", "info", AFTER),
  "reply-too-large": row("the reply does not fit into what the client accepts", "info", AFTER),
} as const satisfies Readonly<Record<string, IgnoreRow>>;

export type IgnoreReason = keyof typeof ignoreTable;

/** The text of each reason. */
export const ignoreReasons = Object.fromEntries(
  Object.entries(ignoreTable).map(([code, { text }]) => [code, text]),
) as Readonly<Record<IgnoreReason, string>>;

/** Why a request was ignored, for people: the row's text, and the detail in quotes where it is a value. */
export function ignoreText({ reason, detail }: { readonly reason: IgnoreReason; readonly detail?: string }): string {
  const { text, detail: holds }: IgnoreRow = ignoreTable[reason];
  if (detail === undefined || detail === text) return text;
  return holds === "text" ? detail : `${text} (${quote(detail)})`;
}

/** The outcome of `identify` for a packet that no boot client sent. */
export type NotBootReason = Extract<
  IgnoreReason,
  "not-a-request" | "no-message-type" | "no-vendor-class" | "other-vendor-class" | "bad-hardware-address"
>;
