import { readFileSync } from "node:fs";
import { decodePacket } from "../../packages/dhcp-core/src/decode.ts";
import { describe } from "../../packages/dhcp-core/src/describe.ts";
import { encodePacket } from "../../packages/dhcp-core/src/encode.ts";
import { defaultPorts } from "../../packages/proxy-dhcp/src/core/context.ts";
import { handle } from "../../packages/proxy-dhcp/src/core/handle.ts";
import { begin, step } from "../../packages/tftp-serve/src/core/transfer.ts";
import type { BenchCase } from "./measure.ts";

const CAPTURE = new URL("../../lab/captures/01-bios-e1000-pxelinux-memtest.jsonl", import.meta.url);

/** The first packet of this type in the capture of a BIOS machine. */
function captured(type: string): Uint8Array {
  for (const line of readFileSync(CAPTURE, "utf8").trim().split("\n")) {
    const record = JSON.parse(line) as { type?: string; hex?: string };
    if (record.type === type && record.hex !== undefined) return Buffer.from(record.hex, "hex");
  }
  throw new Error(`the capture holds no ${type}`);
}

function decoded(bytes: Uint8Array) {
  const read = decodePacket(bytes);
  if (!read.ok) throw new Error(read.fault.code);
  return read.packet;
}

function codecCases(type: string): BenchCase[] {
  const bytes = captured(type);
  const packet = decoded(bytes);
  const cases = {
    decode: () => decodePacket(bytes),
    encode: () => encodePacket(packet),
    print: () => describe(packet),
  };
  return Object.entries(cases).map(([what, run]) => ({
    name: `dhcp-core: ${what} ${type}`,
    unit: "packets",
    operations: 1,
    run,
  }));
}

/** A DISCOVER from its bytes to the replies it gets. */
function proxyCase(): BenchCase {
  const served = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" } as const;
  const context = {
    ports: defaultPorts,
    relays: new Set<never>(),
    clientSubnets: [],
    vendorClasses: [],
    serveUnknownArchitectures: false,
    choose: () => ({ kind: "boot", file: "pxelinux/pxelinux.0" }) as const,
    interfaces: [served],
  };
  const datagram = {
    bytes: captured("DISCOVER"),
    port: "dhcp",
    localPort: 67,
    source: { address: "0.0.0.0", port: 68 },
  } as const;
  const run = () => {
    const outcome = handle(datagram, context);
    if (outcome.kind !== "packet" || outcome.replies.length !== 1) throw new Error("the DISCOVER got no offer");
    return outcome;
  };
  return { name: "proxy-dhcp: DISCOVER to offer", unit: "packets", operations: 1, run };
}

const BLOCKS = 1000;

/** A whole transfer, each window acknowledged when it is sent: what the engine costs, without sockets and files. */
function transferCase(windowSize: number): BenchCase {
  const blockSize = 1468;
  const size = BLOCKS * blockSize - 1;
  const plan = { size, blockSize, windowSize, offer: true, rollover: 0, timeout: undefined } as const;
  const run = () => {
    let time = 0;
    const { state } = begin({ ...plan, idleLimit: 30_000, lifetime: 900_000 }, time);
    let effect = step(state, { type: "ack", block: 0, time: ++time });
    while (effect.kind === "blocks") effect = step(state, { type: "ack", block: effect.last & 0xffff, time: ++time });
    if (effect.kind !== "end" || effect.outcome.type !== "done") throw new Error("the transfer did not end well");
    return effect;
  };
  return { name: `tftp-serve: transfer, window ${windowSize}`, unit: "blocks", operations: BLOCKS, run };
}

/** What `npm run bench` measures. */
export function benchCases(): BenchCase[] {
  return [...codecCases("DISCOVER"), ...codecCases("OFFER"), proxyCase(), transferCase(1), transferCase(16)];
}
