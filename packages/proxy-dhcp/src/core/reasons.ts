import { quote } from "@bootlace/dhcp-core";

/** Whether the client was ignored before `choose` was called, or because of its result. */
export type IgnoreStage = "before the rules" | "after the rules";

/** Text, level and stage of one reason to ignore a request. */
export interface IgnoreRow {
  /** For people: what follows "ignored: ". Not stable. */
  readonly text: string;
  /** `debug`: normal on every LAN; `info`: useful when looking for a fault; `warn`: something is wrong. */
  readonly level: "debug" | "info" | "warn";
  readonly stage: IgnoreStage;
  /** The kind of `detail`: the value that decided, or a more precise text than the row's own. */
  readonly detail: "value" | "text";
}

function row(text: string, level: IgnoreRow["level"], stage: IgnoreStage, detail: IgnoreRow["detail"] = "value") {
  return Object.freeze({ text, level, stage, detail });
}

const BEFORE = "before the rules";
const AFTER = "after the rules";

/**
 * Every reason to ignore a request: code → row. The codes are stable. A code without a row does not compile, nor does a table of
 * yours, `Record<IgnoreReason, …>`, that has no entry for one.
 */
export const ignoreTable = {
  malformed: row("the datagram is not a well-formed DHCP message", "debug", BEFORE),
  "not-a-request": row("not a request (op is not BOOTREQUEST)", "debug", BEFORE),
  "no-message-type": row("BOOTP, not DHCP: option 53 is missing or malformed", "debug", BEFORE),
  "no-vendor-class": row("an ordinary DHCP client, without option 60 (normal)", "debug", BEFORE),
  "other-vendor-class": row("option 60 is neither PXEClient nor HTTPClient", "debug", BEFORE),
  "bad-hardware-address": row("unusable hardware address in htype and hlen", "info", BEFORE),
  "architecture-missing": row("neither option 93 nor option 60 names an architecture", "info", BEFORE),
  "unknown-architecture": row("unknown architecture in option 93", "info", BEFORE),
  "message-type-not-served": row("not a message type for a proxyDHCP server", "debug", BEFORE),
  "discover-on-pxe-port": row("DHCPDISCOVER belongs on the DHCP port", "info", BEFORE),
  "request-for-other-server": row(
    "not for us: it takes the offer of another server, named in option 54 (normal)",
    "debug",
    BEFORE,
  ),
  "request-without-boot-item": row(
    "not for us: a DHCPREQUEST without option 43.71 is for the DHCP server (normal)",
    "debug",
    BEFORE,
  ),
  "credentials-requested": row("the layer requests BIS credentials, which are not supported", "info", BEFORE),
  "boot-item-not-served": row("unknown boot server type", "info", AFTER),
  "layer-not-served": row("the boot item has no such layer", "info", AFTER),
  "own-traffic": row("the datagram comes from an own address", "debug", BEFORE),
  "no-interface": row("no served interface for this request", "info", BEFORE),
  "relay-not-allowed": row("the relay (giaddr) is not allowed", "info", BEFORE),
  "source-not-local": row("the source is not in a served subnet", "info", BEFORE),
  "source-port-not-allowed": row("the source port is neither 68, 4011 nor unprivileged", "info", BEFORE),
  "ciaddr-mismatch": row("ciaddr differs from the source address", "info", BEFORE),
  "no-return-address": row("no address to reply to: source and ciaddr are empty", "info", BEFORE),
  "rate-limited": row("too many requests from the client, its address or all clients", "warn", BEFORE),
  "no-plan": row("no boot is planned for this client", "info", AFTER, "text"),
  "no-boot-file": row("the plan has neither file nor menu for this client", "info", AFTER),
  "no-boot-url": row("the plan has no URL, and an HTTP client needs one", "info", AFTER),
  "bad-boot-url": row("the URL is not an absolute http or https URL", "info", AFTER),
  "ipxe-chain-loop": row("iPXE would be handed iPXE again: the plan needs a script", "info", AFTER),
  "program-asks-again": row(
    "the program that the machine has just loaded asks, and would be sent its own name",
    "info",
    AFTER,
  ),
  "wds-request": row("wdsnbp.com asks for a Windows Deployment Server (option 250), and none is here", "info", BEFORE),
  "boot-file-too-long": row("the boot file name does not fit into the reply", "info", AFTER),
  "menu-unusable": row("the boot menu has no items or does not fit into option 43", "info", AFTER),
  "plan-unusable": row("a value of the plan does not fit into a DHCP packet", "info", AFTER),
  "reply-too-large": row("the reply is larger than the client accepts", "info", AFTER),
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

/** The result of `identify` for a packet that is not from a boot client. */
export type NotBootReason = Extract<
  IgnoreReason,
  "not-a-request" | "no-message-type" | "no-vendor-class" | "other-vendor-class" | "bad-hardware-address"
>;
