import {
  BOOTREPLY,
  BROADCAST_FLAG,
  createDiscover,
  type DhcpPacket,
  encodePacket,
  fieldText,
  messageTypes,
  type OptionValues,
  optionValue,
} from "@bootlace/dhcp-core";
import { type Decision, handle, type Ignored, identify, type PacketEvent } from "@bootlace/proxy-dhcp";
import type { TransferRef } from "@bootlace/tftp-serve";
import { decisionContext } from "../../src/app/services/dhcp.ts";
import { growTree, type TreeFile } from "../../src/catalogue/tree.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import { createPolicy } from "../../src/policy/policy.ts";

export const SERVER = "192.168.50.10";
export const ROUTER = "192.168.50.1";
const eth0 = { name: "eth0", address: SERVER, netmask: "255.255.255.0" };
/** All that iPXE as its makers ship it says of itself. */
const ipxeOptions: OptionValues = {
  userClass: { form: "raw", classes: ["iPXE"] },
  etherboot: { version: "1.21.1", http: 1, https: 1, tftp: 1, dns: 1, menu: 1, bzimage: 1 },
};

export interface Asks {
  readonly mac?: string;
  /** Number of option 93; undefined: none. */
  readonly arch?: number | undefined;
  readonly ipxe?: boolean;
  readonly xid?: number;
  readonly options?: OptionValues;
  readonly relay?: string;
}

export function configFrom(yaml: string): Config {
  const parsed = parseConfig(yaml, "bootlace.yaml");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}

/** The policy of one config and one boot folder, asked by packets, and given files. Time moves by `wait` alone. */
export function policyFixture(yaml: string, files: readonly string[] = []) {
  let config = configFrom(yaml);
  let now = 1_000_000;
  let xid = 1;
  let transfers = 0;
  const policy = createPolicy(config, { now: () => now, macOf: () => undefined, keepOneTimeBoots: () => undefined });
  policy.adoptTree(growTree(files.map((path): TreeFile => ({ path }))));
  policy.adoptInterfaces([eth0]);

  function receive(packet: DhcpPacket, port: "dhcp" | "pxe", source: string): Decision & { reply?: DhcpPacket } {
    const encoded = encodePacket(packet);
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.fault));
    const context = decisionContext(config, policy.choose, [eth0]);
    const from = { address: source, port: port === "pxe" ? 4011 : 68 };
    const arrival = port === "pxe" ? { arrival: eth0 } : {};
    const localPort = port === "pxe" ? 4011 : 67;
    const outcome = handle({ bytes: encoded.bytes, port, localPort, source: from, ...arrival }, context);
    if (outcome.kind !== "packet") throw new Error("the packet cannot be read");
    const { kind: _kind, ...rest } = outcome;
    const event: PacketEvent = { type: "packet", time: now, port, source: from, octets: encoded.bytes.length, ...rest };
    policy.see({ kind: "dhcp", event });
    const reply = outcome.replies[0]?.reply;
    return reply === undefined ? outcome.decision : { ...outcome.decision, reply };
  }

  function packetOf(asks: Asks, type: number): DhcpPacket {
    const { mac = "02:00:00:00:12:01", ipxe, options, relay } = asks;
    const arch = "arch" in asks ? asks.arch : 0;
    const made = createDiscover({
      mac,
      xid: asks.xid ?? xid++,
      flags: BROADCAST_FLAG,
      giaddr: relay ?? "0.0.0.0",
      options: {
        messageType: type,
        vendorClassIdentifier: `PXEClient:Arch:${String(arch ?? 0).padStart(5, "0")}:UNDI:003016`,
        parameterRequestList: [1, 3, 43, 60, 66, 67],
        ...(arch === undefined ? {} : { clientArch: [arch] }),
        ...(ipxe === true ? ipxeOptions : {}),
        ...options,
      },
    });
    if (!made.ok) throw new Error(JSON.stringify(made));
    return made.packet;
  }

  return {
    policy,
    packetOf: (asks: Asks, type: number = messageTypes.DISCOVER) => packetOf(asks, type),
    wait(seconds: number) {
      now += seconds * 1000;
    },
    reload(next: string) {
      config = configFrom(next);
      policy.adoptConfig(config);
    },
    receive,
    discover: (asks: Asks = {}) => receive(packetOf(asks, messageTypes.DISCOVER), "dhcp", asks.relay ?? "0.0.0.0"),
    /** A REQUEST to our PXE port, as firmware and programs send it. */
    askPxe: (address: string, asks: Asks = {}) => {
      const packet = packetOf(asks, messageTypes.REQUEST);
      return receive({ ...packet, ciaddr: address, flags: 0 }, "pxe", address);
    },
    /** The REQUEST that takes the address the router offers. */
    takes(address: string, { options, ...asks }: Asks = {}) {
      const taken = { requestedAddress: address, serverIdentifier: ROUTER, ...options };
      return receive(packetOf({ ...asks, options: taken }, messageTypes.REQUEST), "dhcp", asks.relay ?? "0.0.0.0");
    },
    /** The ACK of the router, heard because it was broadcast. */
    leased(address: string, asks: Asks = {}) {
      const packet = packetOf(asks, messageTypes.ACK);
      const reply = { ...packet, op: BOOTREPLY, yiaddr: address };
      policy.see({
        kind: "appliance",
        event: { type: "overheard", time: now, source: { address: ROUTER, port: 67 }, reply },
      });
    },
    /** A file that was sent whole by TFTP. */
    fetched(address: string, file: string) {
      const transfer: TransferRef = {
        id: ++transfers,
        direction: "read",
        client: { address, port: 3000, localAddress: SERVER, localPort: 69 },
        file,
        mode: "octet",
      } as unknown as TransferRef;
      const figures = { bytes: 9, size: 9, blocks: 1, ms: 1, retransmissions: 0, timeouts: 0, bytesPerSecond: 9 };
      const event = { type: "done", at: now, time: now, transfer, confirmed: true, figures };
      policy.see({ kind: "tftp", event: event as never });
    },
    fetchedByHttp(address: string, file: string) {
      const client = { address, port: 3000, localAddress: SERVER, localPort: 8069 };
      const said = { method: "GET", target: `/${file}`, file, userAgent: undefined, mac: undefined };
      const request = { id: 1, time: now, client, ...said };
      const rest = { status: 200, confirmed: true, bytes: 9, size: 9, range: undefined, ms: 1 } as const;
      policy.see({ kind: "http", event: { type: "done", time: now, request, ...rest } });
    },
  };
}

/** The boot file of a reply, which is the same in option 67 and in the header. */
export function fileIn(result: { readonly reply?: DhcpPacket } | Decision): string | undefined {
  const reply = "reply" in result ? result.reply : undefined;
  if (reply === undefined) return undefined;
  const field = fieldText(reply.file);
  const option = optionValue(reply, "bootFileName") ?? "";
  if (field !== option)
    throw new Error(`${JSON.stringify(field)} in the header, ${JSON.stringify(option)} in option 67`);
  return field;
}

export function reasonOf(decision: Decision): string | undefined {
  return decision.kind === "ignore" ? ((decision as Ignored).code ?? decision.reason) : undefined;
}

export function clientOf(packet: DhcpPacket) {
  const identified = identify(packet);
  if (!identified.ok) throw new Error(identified.reason);
  return identified.client;
}
