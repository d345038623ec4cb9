import {
  createPacket,
  type DhcpPacket,
  decodePacket,
  encodePacket,
  fieldText,
  type PxeOptions,
} from "@bootlace/dhcp-core";
import type { Move } from "@bootlace/pxe-client";
import { CLIENT, type Kind, type OracleRequest } from "./kinds.ts";

/** The replies of one server by the id of the request, in hexadecimal; null is silence. */
export type Replies = Readonly<Record<string, string | null>>;

/** What a client ends up with, in a line. */
export type Boots = string;

export const NOTHING: Boots = "nothing";
const PI: Boots = "the files of a Raspberry Pi";

/** What a client of this kind makes of a server's replies. */
export function follow(
  { name, model }: Kind,
  requests: readonly OracleRequest[],
  replies: Replies,
  server: string,
): Boots {
  const request = (what: string) => {
    const found = requests.find(({ id }) => id === `${name} ${what}`);
    return { hex: found?.hex ?? "", packet: packetOf(found?.hex) };
  };
  const reply = (what: string) => named(replies[`${name} ${what}`] ?? null, server);
  const offer = reply("offer");
  if (offer === undefined) return NOTHING;
  // Boards are content with the words; the server is whoever sent them.
  if (name.startsWith("pi")) return Buffer.from(offer).includes("Raspberry Pi Boot") ? PI : NOTHING;
  const { pxePort } = model.voice;

  function judged(what: string, judge: "judgeReply" | "judgeItem", menu?: PxeOptions): Move | undefined {
    const bytes = reply(what);
    const asked = request(what).packet;
    if (bytes === undefined || asked === undefined) return undefined;
    const question = { request: asked, server, ...(menu === undefined ? {} : { menu }) };
    return model[judge](question, { bytes, source: { address: server, port: 4011 } }, pxePort);
  }

  const asked = request("offer").packet;
  if (asked === undefined) return NOTHING;
  const offers = [lease(asked), offer].map((bytes, at) => ({
    bytes,
    source: { address: at === 0 ? ROUTER : server, port: 67 },
  }));
  const first = model.choose(asked, offers);
  // dnsmasq's offer may name a file server that nobody else is (siaddr); that its PXE port is asked is what is meant.
  const move = first.kind === "ask" ? judged("ack", "judgeReply") : first;
  if (move === undefined || move.kind === "nothing" || move.kind === "ask") return NOTHING;
  if (move.kind === "boot") return bootOf(name, move);
  return menuOf(name, move.options, (type) => judged(String(type), "judgeItem", move.options));
}

const ROUTER = "192.168.11.1";

/** An address without anything to boot, as every router gives one. */
function lease(asked: DhcpPacket): Uint8Array {
  const options = new Map([
    [53, Uint8Array.of(2)],
    [54, Uint8Array.of(192, 168, 11, 1)],
  ]);
  const { xid, chaddr } = asked;
  const made = encodePacket(createPacket({ op: 2, xid, chaddr, yiaddr: CLIENT, options }));
  if (!made.ok) throw new Error(made.fault.code);
  return made.bytes;
}

function packetOf(hex: string | undefined): DhcpPacket | undefined {
  const decoded = decodePacket(Buffer.from(hex ?? "", "hex"));
  return decoded.ok ? decoded.packet : undefined;
}

/** A reply that names a file and no server means its sender: not every firmware needs the address. */
function named(hex: string | null, server: string): Uint8Array | undefined {
  if (hex === null) return undefined;
  const bytes = Buffer.from(hex, "hex");
  const packet = packetOf(hex);
  if (packet !== undefined && packet.siaddr === "0.0.0.0" && fieldText(packet.file) !== "")
    bytes.set(server.split(".").map(Number), 20);
  return bytes;
}

function bootOf(name: string, { file, server }: Extract<Move, { kind: "boot" }>): Boots {
  const url = /^https?:/i.test(file);
  if (!url) return `${file} from ${server}`;
  // iPXE without HTTP fetches none.
  return name === "http" || (name.startsWith("ipxe") && !name.endsWith("-poor")) ? file : NOTHING;
}

function menuOf(name: string, options: PxeOptions, ask: (type: number) => Move | undefined): Boots {
  const { bootMenu = [], bootServers = [], menuPrompt } = options;
  const lines = bootMenu.map(({ type, text }) => {
    const move = type === 0 ? undefined : ask(type);
    if (move?.kind === "boot") return { text, leadsTo: bootOf(name, move) };
    const servers = bootServers.find((row) => row.type === type)?.addresses ?? [];
    return { text, leadsTo: type === 0 ? LOCAL : `type ${type} at ${servers.join(", ") || "any server"}` };
  });
  const [line] = lines;
  if (line === undefined || lines.every(({ leadsTo }) => leadsTo === LOCAL)) return NOTHING;
  if (menuPrompt === undefined || menuPrompt.timeout === 0) return line.leadsTo;
  const shown = lines.map(({ text, leadsTo }) => `${text}: ${leadsTo}`).join("; ");
  return `menu "${menuPrompt.text}" ${menuPrompt.timeout} s - ${shown}`;
}

const LOCAL = "local boot";
