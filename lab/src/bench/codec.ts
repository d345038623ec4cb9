import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDhcp } from "../bootp.ts";
import { LabFailure, must } from "../failure.ts";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { median } from "./figures.ts";

const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
const CAPTURE = fileURLToPath(new URL("../../captures/01-bios-e1000-pxelinux-memtest.jsonl", import.meta.url));
const GO_SOURCE = fileURLToPath(new URL("../../tools/codec-bench.go", import.meta.url));

/** A codec by the name that the table shows, and the command that measures it. */
export interface Codec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const npm = (name: string): Codec => ({
  name,
  command: process.execPath,
  args: [program("codec-bench.ts"), name],
});

/** Ours first. */
export const NPM_CODECS: readonly Codec[] = ["@bootlace/dhcp-core", "dhcp", "@network-utils/dhcp"].map(npm);

/** Builds the measurement of insomniacslk/dhcp from the Debian packages of Go and of that library. */
export async function buildGoCodec(lab: Lab, host: Host): Promise<Codec> {
  const command = join(lab.folder, "codec-bench");
  const environment = [`GOCACHE=${join(lab.folder, "go")}`, "GO111MODULE=off", `GOPATH=${locate("gopath")}`];
  await runOk(lab, host.netns, "/usr/bin/env", [...environment, locate("go"), "build", "-o", command, GO_SOURCE], {
    seconds: 300,
  });
  return { name: "insomniacslk/dhcp (Go)", command, args: [] };
}

/** What one codec does with one packet, in operations a second. */
interface Line {
  readonly decode: number;
  /** Decode, and every option that it knows as a value. */
  readonly read: number;
  /** Decode and encode. */
  readonly both: number;
  /** What encode made of decode, in hexadecimal. */
  readonly encoded: string;
}

export const OPERATIONS = ["decode", "read", "both"] as const;
export const PACKETS = ["DISCOVER", "OFFER"] as const;

export interface CodecOutcome {
  readonly name: string;
  /** By packet: medians, and how many of its options came through decode and encode unchanged. */
  readonly lines: readonly {
    readonly speed: Readonly<Record<(typeof OPERATIONS)[number], number>>;
    readonly kept: number;
    readonly options: number;
  }[];
}

/** The captured DISCOVER of a BIOS machine, and the router's OFFER to it. */
export function capturedPackets(): readonly string[] {
  const records = readFileSync(CAPTURE, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type?: string; hex?: string });
  return PACKETS.map((type) => {
    const hex = records.find((record) => record.type === type)?.hex;
    if (hex === undefined) throw new LabFailure(`the capture holds no ${type}`);
    return hex;
  });
}

/** The options of one message that another has with the same bytes, and how many there are. */
export function keptOptions(original: Uint8Array, copy: Uint8Array): { kept: number; options: number } {
  const [before, after] = [readDhcp(original), readDhcp(copy)];
  if (!before) throw new LabFailure("the captured packet is none");
  const options = [...before.options];
  const same = options.filter(([code, value]) => after?.options.get(code)?.join() === value.join());
  return { kept: same.length, options: options.length };
}

/** Measures the codecs in turns, each round in a new process. */
export async function measureCodecs(
  lab: Lab,
  host: Host,
  codecs: readonly Codec[],
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<CodecOutcome[]> {
  const packets = capturedPackets();
  const samples = codecs.map((): Line[][] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, { name, command, args }] of codecs.entries()) {
      const words = [...args, String(milliseconds), ...packets];
      const { stdout } = await runOk(lab, host.netns, command, words, { seconds: 120 });
      const lines = JSON.parse(stdout.toString()) as Line[];
      must(lines.length === packets.length, `${name} measured ${lines.length} packets`);
      samples[at]?.push(lines);
    }
  }
  return codecs.map(({ name }, at) => ({
    name,
    lines: packets.map((packet, which) => {
      const lines = (samples[at] ?? []).flatMap((sample) => sample[which] ?? []);
      const of = (operation: (typeof OPERATIONS)[number]) => median(lines.map((line) => line[operation]));
      const speed = { decode: of("decode"), read: of("read"), both: of("both") };
      const copy = Buffer.from(lines[0]?.encoded ?? "", "hex");
      return { speed, ...keptOptions(Buffer.from(packet, "hex"), copy) };
    }),
  }));
}

/** Bytes of heap for one decode, and for a map with as many views, by the number of unknown options. */
export interface MemoryLine {
  readonly unknown: number;
  readonly decode: number;
  readonly map: number;
}

export async function measureDecodeMemory(lab: Lab, host: Host): Promise<readonly MemoryLine[]> {
  const words = ["--expose-gc", "--max-semi-space-size=256", "--min-semi-space-size=256", program("codec-memory.ts")];
  const { stdout } = await runOk(lab, host.netns, process.execPath, words);
  return JSON.parse(stdout.toString()) as MemoryLine[];
}

/** Bytes that each further unknown option adds, from the first line to the last: in a decode, and in the bare map. */
export function growth(lines: readonly MemoryLine[]): { decode: number; map: number } {
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last || first === last) throw new LabFailure("no growth without two lines");
  const options = last.unknown - first.unknown;
  return { decode: (last.decode - first.decode) / options, map: (last.map - first.map) / options };
}
