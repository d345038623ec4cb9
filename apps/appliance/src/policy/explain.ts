import { type DhcpPacket, describe, formatHex, quote } from "@bootlace/dhcp-core";
import {
  type BootClient,
  type Context,
  type Datagram,
  type Decision,
  handle,
  ignoreText,
  machineId,
  type ServedInterface,
} from "@bootlace/proxy-dhcp";
import { checkProgramNamed } from "../catalogue/boot-check.ts";
import { fileOfBootFile } from "../catalogue/file-role.ts";
import { imagesFolder } from "../catalogue/images.ts";
import { textOf } from "../catalogue/reasons/reason.ts";
import { policyReasons } from "../catalogue/reasons/silences.ts";
import { silenceReason } from "../catalogue/reasons/table.ts";
import { hintOf } from "../config/faults.ts";
import { bootRequest, type RequestDescription, type RequestFault } from "./boot-request.ts";
import { type Hosts, nameOfHost } from "./conditions.ts";
import { describedByHosts } from "./described-by-hosts.ts";
import { oneTimeBootRuleName, type RuleBook, type RuleVerdict } from "./rules.ts";

/** What one request would be answered, and why. Texts of the client are escaped; `hex` is without separators. */
export interface Explanation {
  readonly decision: "offer" | "ack" | "ignore";
  /** Stable name of the reason. */
  readonly reason: string;
  /** One sentence. */
  readonly text: string;
  /** The machine's name under `hosts`. */
  readonly host?: string;
  readonly rule?: string;
  /** In their order, up to the one that decided. */
  readonly rules: readonly RuleVerdict[];
  readonly form?: string;
  readonly bootFile?: string;
  readonly server?: string;
  readonly replies: readonly ExplainedReply[];
}

interface ExplainedReply {
  readonly interface: string;
  /** `address:port`, like `to`. */
  readonly from: string;
  readonly to: string;
  /** The packet for people. */
  readonly lines: readonly string[];
  readonly hex: string;
}

export interface ExplainContext {
  /** The context in which the responder decides. */
  readonly context: Context;
  readonly book: RuleBook;
  /** Machines that have a name. Default: none. */
  readonly hosts?: Hosts;
}

export type ExplainResult =
  | { readonly ok: true; readonly request: DhcpPacket; readonly hex: string; readonly explanation: Explanation }
  | RequestFault;

/** What would be right instead, for people; undefined when nobody knows. */
export function requestHint(fault: RequestFault): string | undefined {
  return hintOf(fault);
}

/** Makes up a request and explains it. */
export function explainRequest(
  request: RequestDescription & { readonly interface?: string | undefined },
  room: ExplainContext,
): ExplainResult {
  const interfaces = room.context.interfaces.filter(
    ({ name }) => request.interface === undefined || name === request.interface,
  );
  const [iface] = interfaces;
  if (iface === undefined) {
    if (request.interface === undefined) return { ok: false, problem: "no interface is served" };
    const names = [...new Set(room.context.interfaces.map(({ name }) => name))];
    return {
      ok: false,
      field: "interface",
      problem: `${quote(request.interface)} is not served`,
      allowed: `Served: ${names.join(", ") || "none"}`,
    };
  }
  const described = describedByHosts(request, room.hosts ?? {});
  if ("problem" in described) return { ok: false, field: "mac", ...described };
  const pxe = request.port === "pxe";
  const address = request.address ?? (pxe ? neighbourOf(iface) : undefined);
  const made = bootRequest({ ...described, address });
  if (!made.ok) return made;
  const { dhcp, pxe: pxePort, client } = room.context.ports;
  const relayed = request.relay !== undefined && !pxe;
  const datagram: Datagram = {
    bytes: made.bytes,
    port: pxe ? "pxe" : "dhcp",
    localPort: pxe ? pxePort : dhcp,
    source: { address: pxe ? (address ?? "0.0.0.0") : (request.relay ?? "0.0.0.0"), port: relayed ? dhcp : client },
    ...(pxe || relayed ? { arrival: iface } : {}),
  };
  const narrowed = { ...room, context: { ...room.context, interfaces } };
  return { ok: true, request: made.packet, hex: hexOf(made.bytes), explanation: explainDatagram(datagram, narrowed) };
}

/** Explains a datagram as it came: by the function that answers packets. */
export function explainDatagram(datagram: Datagram, { context, book, hosts = {} }: ExplainContext): Explanation {
  const outcome = handle(datagram, context);
  if (outcome.kind === "undecodable") {
    const text = "ignored: the datagram is not a well-formed DHCP message";
    return { decision: "ignore", reason: "malformed", text, rules: [], replies: [] };
  }
  const { client, decision, replies, request } = outcome;
  const name = replies[0]?.interfaceName ?? datagram.arrival?.name;
  const iface = context.interfaces.find((candidate) => candidate.name === name) ?? context.interfaces[0];
  const { kind: verdict, reason, rule } = decision;
  const host = client === undefined ? undefined : nameOfHost(client, hosts);
  return {
    decision: verdict,
    reason,
    text: sentence(request, decision, host),
    ...(host === undefined ? {} : { host }),
    ...(rule === undefined ? {} : { rule }),
    rules:
      wasPlanned(decision) && client !== undefined && iface !== undefined ? rulesOf(book, client, iface, decision) : [],
    ...(decision.kind === "ignore"
      ? {}
      : {
          form: decision.form,
          ...(decision.bootFile === undefined ? {} : { bootFile: decision.bootFile }),
          server: decision.server,
        }),
    replies: replies.map(({ interfaceName, from, to, reply, bytes }) => ({
      interface: interfaceName,
      from: `${from.address}:${from.port}`,
      to: `${to.address}:${to.port}`,
      lines: describe(reply),
      hex: hexOf(bytes),
    })),
  };
}

function wasPlanned(decision: Decision): boolean {
  return decision.kind !== "ignore" || silenceReason(decision).stage === "after-rules";
}

function rulesOf(book: RuleBook, client: BootClient, iface: ServedInterface, decision: Decision): RuleVerdict[] {
  const trace = book.trace(client, iface);
  if (decision.rule === oneTimeBootRuleName) {
    return [{ name: oneTimeBootRuleName, matched: true, why: "a one-time boot is set for this machine" }];
  }
  const why =
    imageOf(decision) === "menu"
      ? "no rule matched, and iPXE has no script but the menu of the disc images"
      : "no rule matched";
  const tree = { name: "boot tree", matched: true, why };
  const rules = trace.some(({ matched }) => matched) ? [...trace] : [...trace, tree];
  const named = book.match(client, iface)?.rule.file !== undefined;
  if (!isCheck(decision) || named) return rules;
  const missing = textOf(
    policyReasons["no-file-for-architecture"],
    client.arch === undefined ? {} : { arch: client.arch.name },
  );
  return [...rules, { name: "boot check", matched: true, why: missing }];
}

function isCheck(decision: Decision): boolean {
  if (decision.kind === "ignore" || decision.bootFile === undefined) return false;
  return checkProgramNamed(decision.bootFile.replace(/^https?:\/\/[^/]*/i, "")) !== undefined;
}

/** The disc image of which a reply names the script, or the image itself; `menu` for their menu. */
function imageOf(decision: Decision): string | undefined {
  if (decision.kind === "ignore" || decision.bootFile === undefined) return undefined;
  const name = fileOfBootFile(decision.bootFile).replace(/\?.*$/, "");
  const [, image] = new RegExp(`^${imagesFolder}/([A-Za-z0-9._+-]+)\\.(?:ipxe|iso)$`).exec(name) ?? [];
  return image?.replace("+", "/");
}

function imageText(image: string | undefined): string {
  if (image === undefined) return "";
  return image === "menu" ? " (the menu of the disc images)" : ` (disc image ${image})`;
}

function sentence(request: DhcpPacket, decision: Decision, host: string | undefined): string {
  const id = machineId(request) || "a client without address";
  const mac = host === undefined ? id : `${plainName(host)} (${id})`;
  const rule = decision.rule === undefined ? "" : `, rule ${quote(decision.rule)}`;
  if (decision.kind === "ignore") {
    return `${mac} is ignored: ${ignoreText(decision)}${rule}`;
  }
  const file = decision.bootFile === undefined ? "no boot file" : quote(decision.bootFile);
  const what = isCheck(decision) ? " (the boot check)" : imageText(imageOf(decision));
  const server = decision.form === "http" ? "" : ` from ${decision.server}`;
  const notes = decision.notes.length === 0 ? "" : `, note: ${decision.notes.join(", ")}`;
  return `${mac} gets ${decision.kind.toUpperCase()} with ${file}${what}${server}, form ${decision.form}${rule}${notes}`;
}

/** A name as it is where nothing in it could mislead. */
function plainName(host: string): string {
  return /^[\w.-]+$/.test(host) ? host : quote(host);
}

function hexOf(bytes: Uint8Array): string {
  return formatHex(bytes).replaceAll(/[^0-9a-f]/gi, "");
}

/** Another address of the interface's network, for a client that asks on the PXE port. */
function neighbourOf({ address }: ServedInterface): string {
  const octets = address.split(".");
  const last = Number(octets[3]);
  return [...octets.slice(0, 3), last === 200 ? 201 : 200].join(".");
}
