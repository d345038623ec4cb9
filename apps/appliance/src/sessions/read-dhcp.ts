import { BOOTREPLY, type DhcpPacket, fieldText, messageTypeName, messageTypes, optionValue } from "@bootlace/dhcp-core";
import { type Endpoint, type Ignored, machineId, type PacketEvent, type SentReply } from "@bootlace/proxy-dhcp";
import { hostOfBootFile } from "../catalogue/file-role.ts";
import { isPolicyReason } from "../catalogue/reasons/table.ts";
import type { Fact } from "./step.ts";

/** What one DHCP packet says about a boot. */
export interface Sighting {
  readonly mac: string;
  /** - `begin`: a machine looks for a boot server. `join`: only of interest for a boot that is known. */
  readonly part: "begin" | "boot" | "join";
  readonly facts: readonly Fact[];
  /** The IPv4 address the packet shows this machine to have. */
  readonly address?: string;
}

const UNSPECIFIED = "0.0.0.0";
/** Texts from the network are cut to this many characters. */
const longest = 255;

export function clip(text: string): string {
  return text.length > longest ? text.slice(0, longest) : text;
}

/** A request as it came to one of our ports, with what we answered. Undefined: it says nothing about a boot. */
export function readRequest(event: PacketEvent): Sighting | undefined {
  const { request, port, client } = event;
  const type = optionValue(request, "messageType");
  const mac = machineId(request);
  if (mac === "" || request.op === BOOTREPLY || type === undefined) return undefined;

  if (client === undefined) return readOrdinary(mac, request, type);
  const asked = optionValue(request, "serverIdentifier");
  const answers = event.replies.map((reply) => answerFact(reply));
  if (type === messageTypes.DISCOVER && port === "dhcp") {
    const facts = answers.length > 0 ? answers : silence(event);
    return { mac, part: "begin", facts: [discoverFact(event, client), ...facts] };
  }
  if (port === "dhcp" && answers.length === 0 && type === messageTypes.REQUEST) {
    return leaseTaken(mac, request, asked, "boot") ?? { mac, part: "boot", facts: silence(event) };
  }
  if (type !== messageTypes.REQUEST && type !== messageTypes.INFORM) return undefined;
  const address = event.source.address === UNSPECIFIED ? request.ciaddr : event.source.address;
  const item = event.replies[0]?.decision.item?.type;
  const asking: Fact = { kind: "pxe-request", address, ...(item === undefined ? {} : { item }) };
  const facts = [asking, ...(answers.length > 0 ? answers : silence(event))];
  return { mac, part: "boot", facts, ...(address === UNSPECIFIED ? {} : { address }) };
}

function discoverFact({ request }: PacketEvent, client: NonNullable<PacketEvent["client"]>): Fact {
  return {
    kind: "discover",
    firmware: client.firmware,
    ...(client.arch === undefined ? {} : { arch: client.arch.name }),
    archCodes: client.archCodes,
    http: client.http,
    vendorClass: clip(client.vendorClass),
    userClasses: client.userClasses.map(clip),
    secs: request.secs,
    broadcast: (request.flags & 0x8000) !== 0,
    ...(client.relay === undefined ? {} : { relay: client.relay }),
  };
}

function answerFact({ decision, reply, from, interfaceName }: SentReply): Fact {
  const { bootFile, rule, form, notes } = decision;
  const host = bootFile === undefined ? undefined : hostOfBootFile(bootFile);
  const answer = {
    form,
    interface: interfaceName,
    ...(bootFile === undefined ? {} : { bootFile: clip(bootFile) }),
    server: reply.siaddr,
    elsewhere: (host ?? decision.server) !== from.address,
    ...(rule === undefined ? {} : { rule }),
    notes,
    ...menuTime(decision.vendorOptions),
  };
  return decision.kind === "offer" ? { kind: "offer", ...answer } : { kind: "ack", ...answer };
}

/** @param encapsulated option 43 of a PXE reply: tag, length and value each (PXE 2.1 table 2-1) */
function menuTime(encapsulated: Uint8Array | undefined): { menuSeconds?: number } {
  const bytes = encapsulated ?? new Uint8Array();
  for (let at = 0; at + 2 < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    if (bytes[at] === MENU_PROMPT) return { menuSeconds: bytes[at + 2] ?? 0 };
  }
  return {};
}

const MENU_PROMPT = 10;

function silence({ decision, request, port }: PacketEvent): Fact[] {
  if (decision.kind !== "ignore") return [];
  const { reason, code, detail, rule } = decision as Ignored;
  const type = messageTypeName(optionValue(request, "messageType") ?? 0) ?? "?";
  return [
    {
      kind: "silence",
      type,
      port,
      reason,
      ...(isPolicyReason(code) ? { code } : {}),
      ...(detail === undefined ? {} : { detail: clip(detail) }),
      ...(rule === undefined ? {} : { rule }),
    },
  ];
}

/** A broadcast REQUEST that names a server proves that this server offered an address (RFC 2131 §4.3.2). */
function leaseTaken(
  mac: string,
  request: DhcpPacket,
  server: string | undefined,
  part: Sighting["part"],
): Sighting | undefined {
  if (server === undefined) return undefined;
  const address = optionValue(request, "requestedAddress");
  const known = address === undefined ? {} : { address };
  return { mac, part, facts: [{ kind: "lease", server, ...known, seen: "request" }], ...known };
}

/**
 * A packet without the vendor class of a boot client. A Raspberry Pi sends its REQUEST so; edk2 sends a bare DISCOVER
 * for a program it has started; U-Boot asks in its own name before it asks as UEFI firmware. An operating system says
 * who it is.
 */
function readOrdinary(mac: string, request: DhcpPacket, type: number): Sighting | undefined {
  const asked = optionValue(request, "serverIdentifier");
  const lease = type === messageTypes.REQUEST ? leaseTaken(mac, request, asked, "join") : undefined;
  const vendorClass = optionValue(request, "vendorClassIdentifier");
  const hostName = optionValue(request, "hostName");
  const named = vendorClass !== undefined || hostName !== undefined || request.options.has(CLIENT_IDENTIFIER);
  const says = named && vendorClass?.startsWith("U-Boot") !== true;
  const looks = type === messageTypes.DISCOVER || type === messageTypes.REQUEST;
  if (!looks || (!says && lease === undefined)) return undefined;
  const system: Fact = {
    kind: "system",
    type: messageTypeName(type) ?? String(type),
    ...(vendorClass === undefined ? {} : { vendorClass: clip(vendorClass) }),
    ...(hostName === undefined ? {} : { hostName: clip(hostName) }),
  };
  return {
    mac,
    part: "join",
    facts: says ? [system, ...(lease?.facts ?? [])] : (lease?.facts ?? []),
    ...addressOf(lease),
  };
}

const CLIENT_IDENTIFIER = 61;

function addressOf(lease: Sighting | undefined): { address?: string } {
  return lease?.address === undefined ? {} : { address: lease.address };
}

/** Another server's reply, heard because it was broadcast. */
export function readForeignReply(reply: DhcpPacket, source: Endpoint): Sighting | undefined {
  const mac = machineId(reply);
  const type = optionValue(reply, "messageType");
  if (mac === "" || reply.op !== BOOTREPLY) return undefined;
  const server = optionValue(reply, "serverIdentifier") ?? source.address;
  const address = reply.yiaddr === UNSPECIFIED ? {} : { address: reply.yiaddr };
  if (type === messageTypes.ACK && address.address !== undefined) {
    return { mac, part: "join", facts: [{ kind: "lease", server, ...address, seen: "ack" }], ...address };
  }
  if (type !== messageTypes.OFFER) return undefined;
  const vendorClass = optionValue(reply, "vendorClassIdentifier");
  const bootFile = optionValue(reply, "bootFileName") || fieldText(reply.file);
  const offer: Fact = {
    kind: "foreign-offer",
    server,
    proxy: address.address === undefined,
    ...address,
    ...(vendorClass === undefined ? {} : { vendorClass: clip(vendorClass) }),
    ...(bootFile === "" ? {} : { bootFile: clip(bootFile) }),
    ...(reply.siaddr === UNSPECIFIED ? {} : { nextServer: reply.siaddr }),
  };
  return { mac, part: "join", facts: [offer] };
}

/** Bootlace gives no addresses: what comes from an address of its own and does so is a DHCP server beside it. */
export function givesAddress({ facts }: Sighting): boolean {
  return facts.some((fact) => fact.kind === "lease" || (fact.kind === "foreign-offer" && !fact.proxy));
}
