import { must } from "../failure.ts";
import { type Campaign, count, fuzzCampaign } from "../fuzz/campaign.ts";
import { fuzzStart } from "../fuzz/sender.ts";
import { HEAP } from "../fuzz/site.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { FaultRow } from "../record/rows.ts";

/** Bytes sent per byte received: 516 for a request of eleven, three times, is the most that RFC 1350 and three sends allow. */
const MOST_RATIO = (3 * 516) / 11;
/** RFC 2131 section 2: no reply is larger than 548 bytes, unless the request says so. */
const MOST_DHCP_RATIO = 4;
/** Megabytes that may be resident: the heap of Bootlace, the program itself, buffers of files and sockets. */
const MOST_MEMORY = HEAP + 244;
/** Rounds whose second half shows whether memory grows. */
const ROUNDS_TO_COMPARE = 16;
/** Megabytes of log and state that the network may cause in an hour. */
const MOST_DISK = 200;

export const fuzzQuick: Scenario = {
  name: "fuzz-quick",
  proves: "a minute and a half of mutated datagrams and requests at every port: each answer lawful, boots in between",
  rows: [
    row("fuzz-quick", "75 s of mutated datagrams at 67, 4011, 69 and the transfers, mutated requests by HTTP", [
      "no crash; each reply is correct; clients boot in between; memory stays within a heap of 256 MB, descriptors as before",
    ]),
  ],
  async run(lab) {
    const campaign = await fuzzCampaign(lab, { datagrams: 10_000_000, seconds: 25, rounds: 3, machineEvery: 4 });
    holds(campaign);
    lab.row("fuzz-quick", `${sent(campaign)}; ${answered(campaign)}; ${amplified(campaign)}; ${held(campaign)}`);
  },
};

export const fuzz: Scenario = {
  name: "fuzz",
  proves: "ten million mutated datagrams at a running appliance, with a boot every minute in between",
  onlyByName: true,
  rows: [
    row("fuzz-long-amplification", "the same: bytes of replies for bytes of requests", [
      "an address that never replies gets at most three packets for a request, none above 516 bytes; DHCP at most 548",
    ]),
    row(
      "fuzz-long-answers",
      "mutated datagrams (captures and grammar) at 67, 4011, 69 and the transfers; 10 million by default",
      [
        "no crash; each reply is checked: only to boot clients that asked, without an address, no byte from outside the root",
      ],
    ),
    row("fuzz-long-boots", "the same: a boot after each minute", [
      "OFFER, ACK and five files by TFTP and HTTP, byte for byte; now and then SeaBIOS boots memtest86+",
    ]),
    row("fuzz-long-http", "the same: mutated requests at the HTTP port", ["no crash; no byte from outside the root"]),
    row("fuzz-long-memory", "the same: memory and descriptors of the appliance", [
      "a heap of 256 MB suffices; descriptors as before; the disk does not fill",
    ]),
  ],
  async run(lab) {
    const { FUZZ_COUNT = 10_000_000, FUZZ_MINUTES = 1000 } = process.env;
    const plan = { datagrams: Number(FUZZ_COUNT), minutes: Number(FUZZ_MINUTES), seconds: 60, machineEvery: 5 };
    const campaign = await fuzzCampaign(lab, plan);
    holds(campaign);
    isFlat(campaign);
    tellRows(lab, campaign);
  },
};

function row(id: string, done: string, [holds]: readonly [string]): FaultRow {
  return { id, section: "Fuzz", done, holds };
}

function holds({ figures, after, end, diskMegabytes }: Campaign): void {
  must(figures.mostSends <= 3, `${figures.mostSends} packets to an address that has not answered`);
  must(figures.requestRatio <= MOST_RATIO, `a request got ${figures.requestRatio} times its bytes`);
  must(figures.addressRatio <= MOST_RATIO, `an address got ${figures.addressRatio} times its bytes`);
  must(figures.dhcpRatio <= MOST_DHCP_RATIO, `a DHCP reply of ${figures.dhcpRatio} times its request`);
  must(figures.offers > 100 && figures.acks > 20 && figures.data > 500 && figures.httpFound > 20, "too few answers");
  for (const { megabytes } of [...after, end]) must(megabytes <= MOST_MEMORY, `${megabytes} MB are resident`);
  must(diskMegabytes <= MOST_DISK, `${diskMegabytes} MB were written`);
}

/** V8 lets its heap grow and shrink as it likes; what a leak raises is the floor. */
function isFlat({ after }: Campaign): void {
  if (after.length < ROUNDS_TO_COMPARE) return;
  const quarter = after.length >> 2;
  const floor = (part: Campaign["after"]) => Math.min(...part.map(({ megabytes }) => megabytes));
  const [before, last] = [floor(after.slice(-2 * quarter, -quarter)), floor(after.slice(-quarter))];
  must(last <= 1.1 * before, `the floor of memory went from ${before} to ${last} MB`);
}

function tellRows(lab: Lab, campaign: Campaign): void {
  lab.row("fuzz-long-answers", `${sent(campaign)}; ${answered(campaign)}`);
  lab.row("fuzz-long-amplification", amplified(campaign));
  const { figures, rounds, machines } = campaign;
  const times = machines.map((seconds) => seconds.toFixed(0)).join(", ");
  lab.row("fuzz-long-boots", `${rounds + 1} boots, ${machines.length} of QEMU (${times} s)`);
  const { connections, requests, httpAnswers, httpFound } = figures;
  lab.row(
    "fuzz-long-http",
    `${count(requests)} requests on ${count(connections)} connections, ${count(httpAnswers)} answers, ${count(httpFound)} with bytes of files`,
  );
  lab.row("fuzz-long-memory", held(campaign));
}

function sent({ figures, seconds }: Campaign): string {
  const { seed, from } = fuzzStart();
  const origin = from === 0 ? `seed ${seed}` : `seed ${seed} from ${count(from)}`;
  return `${count(figures.read)} datagrams read (${count(Math.round(figures.read / seconds))} a second, ${origin})`;
}

function answered({ figures }: Campaign): string {
  const { answers, offers, acks, oacks, data, errors } = figures;
  return `${count(answers)} answers (OFFER ${count(offers)}, ACK ${count(acks)}, OACK ${count(oacks)}, DATA ${count(data)}, ERROR ${count(errors)})`;
}

function amplified({ figures }: Campaign): string {
  const { mostSends, requestRatio, addressRatio, dhcpRatio, bytesIn, bytesOut } = figures;
  const all = (bytesOut / bytesIn).toFixed(2);
  return `${mostSends} packets at most; ${requestRatio.toFixed(0)}-fold for one request, ${addressRatio.toFixed(0)}-fold for one address, ${dhcpRatio.toFixed(1)}-fold by DHCP, ${all}-fold in all`;
}

function held({ before, after, end, diskMegabytes }: Campaign): string {
  const memory = [before, after[0] ?? end, after[after.length >> 1] ?? end, end]
    .map(({ megabytes }) => megabytes.toFixed(0))
    .join(" → ");
  const most = Math.max(...after.map(({ descriptors }) => descriptors));
  return `memory ${memory} MB (before, after the first round, at half, at the end); descriptors ${before.descriptors}, at most ${most}, ${end.descriptors}; ${diskMegabytes.toFixed(0)} MB written`;
}
