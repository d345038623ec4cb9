import { fileURLToPath } from "node:url";
import {
  buildGoCodec,
  type CodecOutcome,
  growth,
  type MemoryLine,
  measureCodecs,
  measureDecodeMemory,
  NPM_CODECS,
  OPERATIONS,
  PACKETS,
} from "../bench/codec.ts";
import { machineLine } from "../bench/machine.ts";
import { markdownTable, rewriteMarked } from "../bench/marked-text.ts";
import { LabFailure, must } from "../failure.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost } from "../namespaces.ts";

const PAGE = fileURLToPath(new URL("../../../docs/performance.md", import.meta.url));
const DECODES_PER_SECOND = 500_000;
/** A further unknown option may cost what its entry in a map costs, and the measurement may be this much off. */
const TOLERANCE = 1.1;

const LABELS = { decode: "decode", read: "decode, options as values", both: "decode and encode" } as const;

function speedTable(outcomes: readonly CodecOutcome[]): string {
  const lines = OPERATIONS.flatMap((operation) =>
    PACKETS.map((packet, which) => [
      `${LABELS[operation]}, ${packet}`,
      ...outcomes.map(({ lines: measured }) => `${((measured[which]?.speed[operation] ?? 0) / 1000).toFixed(0)}k`),
    ]),
  );
  const kept = PACKETS.map((packet, which) => [
    `options kept, ${packet}`,
    ...outcomes.map(({ lines: measured }) => `${measured[which]?.kept} of ${measured[which]?.options}`),
  ]);
  return markdownTable(["a second", ...outcomes.map(({ name }) => name)], [...lines, ...kept]);
}

function memoryTable(lines: readonly MemoryLine[]): string {
  const rows = lines.map(({ unknown, decode, map }) => [String(unknown), decode.toFixed(0), map.toFixed(0)]);
  return markdownTable(["unknown options", "bytes per decode", "of which a map of views"], rows);
}

/** Throws a LabFailure when garbage grows with unknown options beyond their entries in the map. */
async function frugalDecode(lab: Lab, host: Awaited<ReturnType<typeof addHost>>): Promise<readonly MemoryLine[]> {
  const lines = await measureDecodeMemory(lab, host);
  const { decode, map } = growth(lines);
  const reported = `${decode.toFixed(0)} bytes for each further unknown option; its map entry and view take ${map.toFixed(0)}`;
  must(decode <= map * TOLERANCE, reported);
  lab.proof(reported);
  return lines;
}

export const benchCodec: Scenario = {
  name: "bench-codec",
  proves: "how fast dhcp-core decodes and encodes beside other codecs; rewrites docs/performance.md",
  onlyByName: true,
  async run(lab) {
    const host = await addHost(lab, "codec");
    const codecs = [...NPM_CODECS, await buildGoCodec(lab, host)];
    const outcomes = await measureCodecs(lab, host, codecs, { rounds: 5, milliseconds: 500 });
    const memory = memoryTable(await frugalDecode(lab, host));
    const slowest = Math.min(...(outcomes[0]?.lines.map(({ speed }) => speed.decode) ?? [0]));
    const met = slowest >= DECODES_PER_SECOND ? "met" : "**missed**";
    const goal = `Goal: at least ${DECODES_PER_SECOND / 1000}k decodes a second: ${met}, ${(slowest / 1000).toFixed(0)}k.`;
    const parts = [`${machineLine(new Date())}. Node ${process.version.slice(1)}.`, goal, speedTable(outcomes), memory];
    rewriteMarked(PAGE, "bench-codec", parts.join("\n\n"));
    lab.proof(`\n${parts.join("\n\n")}`);
    lab.proof("written to docs/performance.md");
  },
};

export const benchCodecQuick: Scenario = {
  name: "bench-codec-quick",
  alone: true,
  proves: "dhcp-core loses no option and stays ahead of the codecs on npm; garbage does not grow with unknown options",
  async run(lab) {
    const host = await addHost(lab, "codec");
    const [ours, ...peers] = await measureCodecs(lab, host, NPM_CODECS, { rounds: 1, milliseconds: 200 });
    if (!ours) throw new LabFailure("nothing was measured");
    for (const [which, { speed, kept, options }] of ours.lines.entries()) {
      must(kept === options, `${PACKETS[which]}: ${kept} of ${options} options came through`);
      const best = Math.max(...peers.map(({ lines }) => lines[which]?.speed.both ?? 0));
      must(speed.both >= best / 2, `${PACKETS[which]}: ${speed.both} a second, the best peer ${best}`);
      lab.proof(`${PACKETS[which]}: ${(speed.decode / 1000).toFixed(0)}k decodes a second, ${options} options kept`);
    }
    await frugalDecode(lab, host);
  },
};
