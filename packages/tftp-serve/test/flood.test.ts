import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathsOf } from "@bootlace/boot-source";
import { expect, test } from "vitest";
import { type Dice, dice, mutated } from "../../../tools/test-kit/mutated-bytes.ts";
import { negotiate } from "../src/core/negotiate.ts";
import {
  decodeOptions,
  decodeRequest,
  encodeError,
  encodeOack,
  errorTextOf,
  numberOf,
  opcodeOf,
  type TftpRequest,
} from "../src/core/packet.ts";
import { beginReceive, type ReceiveEvent, stepReceive } from "../src/core/receive.ts";
import { isServableName } from "../src/core/text.ts";
import { begin, step } from "../src/core/transfer.ts";
import { type TransferEvent, timing } from "../src/core/transfer-types.ts";
import { hex, request } from "./hex.ts";

/** `FUZZ_RUNS=10000000` for a campaign; FUZZ_SEED for another one. */
const runs = Number(process.env.FUZZ_RUNS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? 1);

const CAPTURES = new URL("../../../lab/captures/", import.meta.url);
const seeds = readdirSync(CAPTURES)
  .filter((name) => name.endsWith(".jsonl"))
  .flatMap((name) => readFileSync(new URL(name, CAPTURES), "utf8").split("\n").filter(Boolean))
  .map((line) => JSON.parse(line) as { kind: string; hex: string })
  .filter(({ kind }) => kind === "tftp")
  .map(({ hex: octets }) => hex(octets));

/** Opcodes, the characters of paths, and the borders of ASCII and UTF-8. */
const STRANGE = [0, 1, 2, 3, 4, 5, 6, 10, 13, 32, 37, 46, 47, 48, 57, 92, 127, 128, 194, 224, 237, 244, 254, 255];
const MUTATING = { most: 600, strange: STRANGE };

const NAMES = [
  "pxelinux.0",
  "../x",
  "a/../../x",
  "..\\x",
  "",
  "a\u00ff",
  "x/",
  "/",
  "C:\\x",
  "\u001b[2J",
  "a".repeat(255),
];
const MODES = ["octet", "octet", "octet", "netascii", "mail", "OCTET", ""];
const OPTIONS = ["blksize", "tsize", "timeout", "windowsize", "BLKSIZE", "multicast", "", "__proto__"];
const VALUES = ["0", "1", "8", "512", "1468", "65464", "65465", "16", "255", "65535", "-1", "1e9", "08", " 1", ""];
const SIZES = [0, 1, 511, 512, 513, 5000, 600_000, 70_000_000, 2 ** 40];

function grown({ pick, chance, below }: Dice): Uint8Array {
  const strings = [chance(70) ? pick(NAMES) : "boot/file", pick(MODES)];
  for (let count = below(6); count > 0; count--) strings.push(pick(OPTIONS), pick(VALUES));
  return request(chance(90) ? 1 : below(9), ...strings);
}

function octetsOf(index: number): Uint8Array {
  const random = dice(seed * 0x9e3779b1 + index);
  const whole = random.chance(60) ? grown(random) : random.pick(seeds);
  return random.chance(60) ? mutated(random, whole, random.pick(seeds), MUTATING) : whole;
}

/** What a request is to the server, in a word: the corpus has one of each. */
function kindOf(bytes: Uint8Array): string {
  const decoded = decodeRequest(bytes);
  if (!decoded.ok) return decoded.fault;
  const { request: asked } = decoded;
  if (asked.mode !== "octet" && asked.mode !== "netascii") return `${asked.opcode} mode`;
  const named = pathsOf(asked.file);
  const where = !isServableName(asked.file) ? "bad-name" : named.ok ? `${named.paths.length} paths` : named.reason;
  const { acknowledged } = termsOf(asked, 5000);
  const options = acknowledged.map(([name]) => name.toLowerCase()).sort();
  return [asked.opcode, asked.mode, where, ...options].join(" ");
}

function termsOf(asked: TftpRequest, size: number) {
  return negotiate(asked, size, { maxBlockSize: 1468, maxWindowSize: 16, ignoreOptions: [] });
}

function broken(law: string, index: number, bytes: Uint8Array): never {
  throw new Error(`${law}: request ${index} of seed ${seed}: ${Buffer.from(bytes).toString("hex")}`);
}

/** Reads the bytes in every way a packet can be read, and answers them. */
function read(bytes: Uint8Array, index: number): TftpRequest | undefined {
  errorTextOf(bytes);
  if (opcodeOf(bytes) > 0xffff || numberOf(bytes) > 0xffff) broken("a number", index, bytes);
  const decoded = decodeRequest(bytes);
  if (!decoded.ok) return undefined;
  const { request: asked } = decoded;
  const named = pathsOf(asked.file);
  for (const path of named.ok ? named.paths : []) {
    if (path.some((part) => part === ".." || part === "" || /[/\\\0]/.test(part))) broken("a way out", index, bytes);
  }
  const { acknowledged, blockSize, windowSize } = termsOf(asked, 5000);
  if (blockSize < 8 || blockSize > 1468 || windowSize < 1 || windowSize > 16) broken("terms", index, bytes);
  const oack = encodeOack(acknowledged);
  if (oack.length > 100 || decodeOptions(oack, 2).length !== acknowledged.length) broken("an OACK", index, bytes);
  for (const [name] of acknowledged) {
    if (!asked.options.some(([known]) => known === name)) broken("an option not asked for", index, bytes);
  }
  return asked;
}

/** Anything a client, a stranger or the clock can do to a transfer, until it ends. Gives how it ended. */
function serve(asked: TftpRequest, index: number, bytes: Uint8Array): string {
  const random = dice(seed * 0x85ebca6b + index);
  const { below, chance, pick } = random;
  const size = pick(SIZES);
  const { blockSize, windowSize, timeout, acknowledged } = termsOf(asked, size);
  const rollover = chance(80) ? 0 : 1;
  const limits = { idleLimit: 30_000, lifetime: 900_000, rollover } as const;
  const plan = { size, blockSize, windowSize, timeout, offer: acknowledged.length > 0, ...limits } as const;
  let time = below(1000);
  const { state, effect: first } = begin(plan, time);
  let sends = first.kind === "none" ? 0 : 1;
  for (let count = below(60); count > 0; count--) {
    time += pick([0, 1, 5, 15, 200, 1000, 9000, -5000]);
    const event: TransferEvent = pick([
      { type: "ack", block: state.top & 0xffff, time },
      { type: "ack", block: (state.top + below(5) - 2) & 0xffff, time },
      { type: "ack", block: below(65_536), time },
      { type: "ack", block: 0, time },
      { type: "tick", time },
      { type: "tick", time },
      chance(10) ? { type: "repeat", time } : { type: "stray" },
      chance(5) ? { type: "error", code: pick([0, 8, 3, 65_535]), message: "x" } : { type: "tick", time },
      chance(3) ? { type: "port-closed" } : { type: "ack", block: state.base & 0xffff, time },
    ] as const);
    const before = state.acknowledged;
    const effect = step(state, event);
    if (effect.kind === "end") {
      if (effect.error) encodeError(effect.error.code, effect.error.text);
      return effect.outcome.type === "aborted" ? effect.outcome.reason : effect.outcome.type;
    }
    const { base, top, lastBlock } = state;
    if (base > top || top > lastBlock || top - base > 2 * windowSize) broken("the window", index, bytes);
    if (
      effect.kind === "blocks" &&
      (effect.first <= 0 || effect.last > lastBlock || effect.last - effect.first >= windowSize)
    ) {
      broken("blocks", index, bytes);
    }
    if (effect.kind !== "none" && !before && !state.acknowledged && event.type !== "repeat") sends++;
    if (!state.acknowledged && sends > timing.maxUnacknowledgedSends) broken("amplified", index, bytes);
    if (!before && !state.acknowledged && effect.kind === "blocks" && effect.last > 1)
      broken("a window unasked", index, bytes);
  }
  return "running";
}

/** The same for an upload. */
function take(asked: TftpRequest, index: number, bytes: Uint8Array): string {
  const { below, chance, pick } = dice(seed * 0xc2b2ae35 + index);
  const { blockSize, windowSize, timeout, acknowledged } = termsOf(asked, 0);
  const limits = { idleLimit: 30_000, lifetime: 900_000, rollover: 0, maxSize: 100_000 } as const;
  const plan = { size: 0, blockSize, windowSize, timeout, offer: acknowledged.length > 0, ...limits } as const;
  let time = below(1000);
  const { state } = beginReceive(plan, time);
  for (let count = below(60); count > 0; count--) {
    time += pick([0, 1, 5, 15, 200, 1000, 9000, -5000]);
    const length = chance(90) ? blockSize : below(1600);
    const event: ReceiveEvent = pick([
      { type: "data", block: (state.received + 1) & 0xffff, length, time },
      { type: "data", block: (state.received + 1) & 0xffff, length, time },
      { type: "data", block: (state.received + below(20) - 5) & 0xffff, length, time },
      { type: "data", block: below(65_536), length, time },
      { type: "tick", time },
      chance(10) ? { type: "repeat", time } : { type: "stray" },
      chance(3) ? { type: "error", code: 0, message: "" } : { type: "tick", time },
    ] as const);
    const effect = stepReceive(state, event);
    if (effect.kind === "end") return effect.outcome.type === "aborted" ? effect.outcome.reason : effect.outcome.type;
    if (state.octets > limits.maxSize) broken("more than allowed", index, bytes);
    if (effect.kind === "ack" && effect.block > state.received) broken("an ACK of nothing", index, bytes);
  }
  return "running";
}

const CORPUS = new URL("./corpus/requests.txt", import.meta.url);

test("the corpus: each kind of request that a fuzzer found is what it was", () => {
  const lines = readFileSync(CORPUS, "utf8").split("\n").filter(Boolean);
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) {
    const [kind = "", octets = ""] = line.split("\t");
    expect(kindOf(hex(octets))).toBe(kind);
  }
});

test(`${runs} mutated requests and what follows them: no throw, no way out, no amplification`, {
  timeout: 3_600_000,
}, () => {
  const found = new Map<string, string>();
  const ends = new Map<string, number>();
  for (let index = 0; index < runs; index++) {
    const bytes = octetsOf(index);
    const asked = read(bytes, index);
    const kind = kindOf(bytes);
    const line = `${kind}\t${Buffer.from(bytes).toString("hex")}`;
    if (line.length < (found.get(kind)?.length ?? Number.POSITIVE_INFINITY)) found.set(kind, line);
    if (asked === undefined) continue;
    const end = asked.opcode === "rrq" ? serve(asked, index, bytes) : `upload ${take(asked, index, bytes)}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  expect([...ends.keys()]).toEqual(
    expect.arrayContaining(["done", "probe", "client-error", "port-closed", "timeout", "upload done"]),
  );
  if (process.env.FUZZ_CORPUS !== undefined) writeFileSync(CORPUS, `${[...found.values()].sort().join("\n")}\n`);
  else if (runs > 20_000) console.log(`${runs} requests, ${found.size} kinds, ends: ${JSON.stringify([...ends])}`);
});
