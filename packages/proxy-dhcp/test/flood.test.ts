import { readFileSync, writeFileSync } from "node:fs";
import { decodePacket, describe as describePacket, maximumReplyOctets } from "@bootlace/dhcp-core";
import { expect, test } from "vitest";
import { type Dice, dice, mutated } from "../../../tools/test-kit/mutated-bytes.ts";
import type { Context } from "../src/core/context.ts";
import type { ServicePort } from "../src/core/events.ts";
import type { Outcome } from "../src/core/handle.ts";
import { createLimiter } from "../src/core/limits.ts";
import type { BootPlan, Ignore } from "../src/core/plan.ts";
import { respond } from "../src/core/respond.ts";
import { createTally } from "../src/core/tally.ts";
import { captured } from "./captures.ts";
import { captureLan, contextOf, datagramIn, hex, outcomeOf, subnet, text, toHex } from "./support.ts";

/** `FUZZ_RUNS=10000000` for a campaign; FUZZ_SEED for another one. */
const runs = Number(process.env.FUZZ_RUNS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? 1);

const PLANS: readonly (BootPlan | Ignore)[] = [
  { kind: "boot", file: "pxelinux/pxelinux.0" },
  { kind: "boot", file: "a".repeat(200), url: "http://{address}/boot.efi", script: { file: "boot.ipxe" } },
  {
    kind: "boot",
    menu: {
      items: [
        { kind: "file", text: "One", file: "one.0" },
        { kind: "local", text: "Disk" },
      ],
    },
  },
  { kind: "boot", file: "x", form: "server", server: "192.168.11.17" },
  { kind: "boot", url: "http://192.168.11.17/a.efi", priority: 10, options: new Map([[209, text("cfg")]]) },
  { kind: "ignore", reason: "not known" },
];
const CLASSES = [
  "PXEClient:Arch:00000:UNDI:002001",
  "PXEClient:Arch:00007:UNDI:003016",
  "HTTPClient:Arch:00016:UNDI:003001",
  "PXEClient",
  "MSFT 5.0",
];
const ADDRESSES = ["0.0.0.0", "192.168.11.57", "192.168.11.255", "10.0.0.1", "10.9.9.9", "127.0.0.1", "8.8.8.8"];
const SOURCES = [
  ...ADDRESSES,
  "0.0.0.0",
  "0.0.0.0",
  "0.0.0.0",
  "192.168.11.57",
  "192.168.11.58",
  "192.168.11.109",
  "255.255.255.255",
];
const STRANGE = [0, 1, 2, 3, 4, 5, 6, 43, 52, 53, 54, 57, 60, 61, 77, 82, 93, 97, 127, 128, 175, 254, 255];
const MUTATING = { most: 1600, strange: STRANGE };
const CODES = [12, 43, 50, 52, 53, 54, 55, 57, 60, 61, 77, 82, 93, 94, 97, 124, 125, 175];
const CONTEXT = {
  interfaces: [captureLan],
  relays: new Set(["10.0.0.1"]),
  clientSubnets: [subnet("10.99.0.0/16")],
};

/** A request by the grammar of RFC 2131, with every rule of it broken now and then. */
function grown(random: Dice): Uint8Array {
  const { below, chance, pick } = random;
  const bytes: number[] = new Array(240).fill(0);
  bytes.splice(0, 3, chance(97) ? 1 : below(4), chance(95) ? 1 : below(256), chance(95) ? 6 : below(20));
  for (let at = 4; at < 8; at++) bytes[at] = below(256);
  if (chance(50)) bytes[10] = 0x80;
  if (chance(10)) bytes.splice(12, 4, ...pick(ADDRESSES).split(".").map(Number));
  if (chance(10)) bytes.splice(24, 4, ...pick(ADDRESSES).split(".").map(Number));
  bytes.splice(28, 6, 0x52, 0x54, 0, 0x12, 0, chance(20) ? 1 : below(256));
  bytes.splice(236, 4, 0x63, 0x82, 0x53, 0x63);
  const put = (code: number, value: readonly number[]) => bytes.push(code, value.length & 255, ...value);
  const noise = (most: number) => Array.from({ length: below(most) }, () => below(256));
  put(53, [chance(85) ? pick([1, 1, 3, 8]) : below(20)]);
  if (chance(95)) put(60, [...text(pick(CLASSES))]);
  if (chance(95)) put(93, [0, pick([0, 0, 6, 7, 9, 11, 16, 22, 41, 99])]);
  while (chance(55)) put(pick(CODES), noise(chance(85) ? 20 : 256));
  if (chance(15)) put(97, [0, ...Array.from({ length: 16 }, () => 0x44)]);
  if (chance(15)) put(77, [...text("iPXE")]);
  if (chance(20)) put(43, [71, 4, 0x80, below(3), 0, 0, 255]);
  if (chance(93)) bytes.push(255);
  return Uint8Array.from(bytes);
}

/** What was done with a datagram, in a word: the corpus has one of each. */
function kindOf(port: ServicePort, outcome: Outcome): string {
  if (outcome.kind === "undecodable") return `${port} ${outcome.fault.code}`;
  const { decision, client } = outcome;
  const who = client === undefined ? "-" : `${client.firmware}${client.http ? " http" : ""}`;
  return `${port} ${decision.kind} ${decision.reason} ${who}${decision.kind === "ignore" ? "" : ` ${decision.form}`}`;
}

const clients = captured.map(({ bytes }) => bytes);

function datagramNumber(index: number) {
  const random = dice(seed * 0x9e3779b1 + index);
  const { chance, pick, below } = random;
  const whole = chance(50) ? grown(random) : pick(clients);
  const bytes = chance(70) ? mutated(random, whole, pick(clients), MUTATING) : whole;
  const port: ServicePort = chance(60) ? "dhcp" : "pxe";
  const source = { address: pick(SOURCES), port: pick([68, 68, 4011, 4011, 40000, 53, below(65536)]) };
  return { bytes, port, source, plan: pick(PLANS) };
}

function broken(law: string, index: number, bytes: Uint8Array): never {
  throw new Error(`${law}: datagram ${index} of seed ${seed}: ${toHex(bytes)}`);
}

function judge(outcome: Outcome, index: number, bytes: Uint8Array, port: ServicePort): number {
  if (outcome.kind !== "packet") return 0;
  const { request, replies, decision } = outcome;
  for (const line of describePacket(request)) if (/[\p{Cc}\p{Cs}]/u.test(line)) broken("controls", index, bytes);
  if ((decision.kind === "ignore") !== (replies.length === 0)) broken("an answer beside its decision", index, bytes);
  for (const { bytes: wire, to } of replies) {
    const again = decodePacket(wire);
    if (!again.ok || again.packet.notes.length > 0) return broken("a reply that cannot be read", index, bytes);
    const { packet } = again;
    if (packet.op !== 2 || packet.yiaddr !== "0.0.0.0") broken("an address given out", index, bytes);
    if (packet.xid !== request.xid || toHex(packet.chaddr) !== toHex(request.chaddr)) broken("whose?", index, bytes);
    if (!/^(PXE|HTTP)Client$/.test(Buffer.from(packet.options.get(60) ?? []).toString()))
      broken("no class", index, bytes);
    if ([1, 3, 6, 13, 51, 52, 58, 59].some((code) => packet.options.has(code))) broken("not ours", index, bytes);
    if (wire.length > maximumReplyOctets(request) || wire.length < 300) broken("its size", index, bytes);
    if (port === "pxe" && wire.length > Math.max(548, 2 * bytes.length)) broken("amplified", index, bytes);
    if (/^(8|127|10\.9)\./.test(to.address)) broken("an answer to a stranger", index, bytes);
  }
  return replies.length;
}

const CORPUS = new URL("./corpus/dhcp.txt", import.meta.url);

test("the corpus: each kind of datagram that a fuzzer found gets what it got", () => {
  const lines = readFileSync(CORPUS, "utf8").split("\n").filter(Boolean);
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) {
    const [kind = "", port, address = "", from, plan, octets = ""] = line.split("\t");
    const source = { address, port: Number(from) };
    const scene = { ...CONTEXT, plan: PLANS[Number(plan)] as BootPlan, port: port as ServicePort, source };
    expect(kindOf(port as ServicePort, outcomeOf(hex(octets), { ...scene, arrival: captureLan }))).toBe(kind);
  }
});

test(`${runs} mutated datagrams: no throw, every reply lawful, the limiter bounded`, { timeout: 3_600_000 }, () => {
  const limiter = createLimiter();
  const tally = createTally();
  const found = new Map<string, string>();
  const contexts = new Map<unknown, Context>();
  let replies = 0;
  for (let index = 0; index < runs; index++) {
    const { bytes, port, source, plan } = datagramNumber(index);
    const before = toHex(bytes);
    const scene = { ...CONTEXT, plan: plan as BootPlan, port, source, arrival: captureLan };
    const outcome = outcomeOf(bytes, scene);
    replies += judge(outcome, index, bytes, port);
    const context = contexts.get(plan) ?? contextOf(scene);
    contexts.set(plan, context);
    respond(datagramIn(bytes, scene), context, limiter, tally, index);
    if (toHex(bytes) !== before) broken("the datagram was written to", index, bytes);
    const kind = kindOf(port, outcome);
    const line = [kind, port, source.address, source.port, PLANS.indexOf(plan), before].join("\t");
    if (line.length < (found.get(kind)?.length ?? Number.POSITIVE_INFINITY)) found.set(kind, line);
  }
  expect(replies).toBeGreaterThan(runs / 50);
  expect(limiter.size()).toBeLessThanOrEqual(4096);
  if (process.env.FUZZ_CORPUS !== undefined) writeFileSync(CORPUS, `${[...found.values()].sort().join("\n")}\n`);
  else if (runs > 20_000) console.log(`${runs} datagrams, ${replies} replies, ${found.size} kinds`);
});
