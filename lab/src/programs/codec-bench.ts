// Decodes and encodes DHCP packets as fast as one codec can: CODEC MILLISECONDS DISCOVER OFFER, the packets in
// hexadecimal. Prints operations a second, and what came out of decode and encode.
import { createRequire } from "node:module";
import { decodePacket, encodePacket, OPTIONS, type OptionName, readOption } from "@bootlace/dhcp-core";

interface Codec {
  decode(bytes: Buffer): unknown;
  encode(packet: unknown): Uint8Array;
  /** Decodes, and reads every option that is there as a value. */
  read(bytes: Buffer): unknown;
}

const require = createRequire(import.meta.url);

function dhcpCore(): Codec {
  const names = new Map((Object.keys(OPTIONS) as OptionName[]).map((name) => [OPTIONS[name].code as number, name]));
  const decode = (bytes: Buffer) => {
    const decoded = decodePacket(bytes);
    if (!decoded.ok) throw new Error(decoded.fault.code);
    return decoded.packet;
  };
  return {
    decode,
    encode(packet) {
      const encoded = encodePacket(packet as ReturnType<typeof decode>);
      if (!encoded.ok) throw new Error(encoded.fault.code);
      return encoded.bytes;
    },
    read(bytes) {
      const packet = decode(bytes);
      let last: unknown;
      for (const code of packet.options.keys()) {
        const name = names.get(code);
        if (name !== undefined) last = readOption(packet, name);
      }
      return last;
    },
  };
}

interface NpmDhcp {
  parse(bytes: Buffer): unknown;
  format(packet: unknown): { readonly _data: Buffer; readonly _w: number };
}

function npmDhcp(): Codec {
  const protocol = require("dhcp/lib/protocol.js") as NpmDhcp;
  // It prints a line for every option that it does not know, which would be most of its time.
  console.error = () => undefined;
  const encode = (packet: unknown) => {
    const { _data, _w } = protocol.format(packet);
    return _data.subarray(0, _w);
  };
  return { decode: protocol.parse, encode, read: protocol.parse };
}

interface NetworkUtils {
  readonly Packet: { fromBuffer(bytes: Buffer): { toBuffer(): Buffer } };
}

function networkUtils(): Codec {
  const { Packet } = require("@network-utils/dhcp") as NetworkUtils;
  const decode = (bytes: Buffer) => Packet.fromBuffer(bytes);
  return { decode, encode: (packet) => (packet as ReturnType<typeof decode>).toBuffer(), read: decode };
}

const CODECS: Readonly<Record<string, () => Codec>> = {
  "@bootlace/dhcp-core": dhcpCore,
  dhcp: npmDhcp,
  "@network-utils/dhcp": networkUtils,
};

const BATCH = 500;
let sink: unknown;

/** Operations a second, after a third of the time to warm up. */
function speed(milliseconds: number, operation: () => unknown): number {
  const repeat = (duration: number) => {
    const began = performance.now();
    let count = 0;
    for (;;) {
      for (let at = 0; at < BATCH; at++) sink = operation();
      count += BATCH;
      const passed = performance.now() - began;
      if (passed >= duration) return (count * 1000) / passed;
    }
  };
  repeat(milliseconds / 3);
  return repeat(milliseconds);
}

const [name = "", time = "500", ...packets] = process.argv.slice(2);
const codec = CODECS[name]?.();
if (!codec) throw new Error(`no codec is called ${name}`);
const lines = packets.map((hex) => {
  const bytes = Buffer.from(hex, "hex");
  const decode = speed(Number(time), () => codec.decode(bytes));
  const read = speed(Number(time), () => codec.read(bytes));
  const both = speed(Number(time), () => codec.encode(codec.decode(bytes)));
  return { decode, read, both, encoded: Buffer.from(codec.encode(codec.decode(bytes))).toString("hex") };
});
if (sink === undefined) throw new Error("nothing was decoded");
console.log(JSON.stringify(lines));
