import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HttpRoots, httpReport, measureHttp, mustMeetGoals } from "../bench/http-measure.ts";
import type { HttpRow } from "../bench/http-turns.ts";
import { rewriteMarked } from "../bench/marked-text.ts";
import { makeImage } from "../discs/make-image.ts";
import { filler } from "../filler.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost } from "../namespaces.ts";

const PAGE = fileURLToPath(new URL("../../../docs/performance.md", import.meta.url));
const MiB = 1024 * 1024;
const INSIDE = "live/filesystem.squashfs";

const row = (mebibytes: number, connections: number, requests: number, rounds: number): HttpRow => ({
  id: `inside-${mebibytes}-${connections}`,
  title: `${mebibytes} MiB, ${connections} ${connections === 1 ? "connection" : "connections"}`,
  path: `images/live/${INSIDE}`,
  size: mebibytes * MiB,
  connections,
  requests,
  rounds,
  least: 1,
  most: 1.2,
});

const ROWS: readonly HttpRow[] = [row(400, 1, 3, 9), row(400, 32, 32, 5)];

/** A person would notice this; see bench-http for what processors make of it. */
const QUICK_ROWS: readonly HttpRow[] = [{ ...row(32, 1, 60, 3), least: 0.3, most: 5 }];

/** The same file in an image in our folder, and unpacked in that of the peer. */
async function plant(lab: Lab, { size }: HttpRow): Promise<HttpRoots> {
  const [ours, peers] = [join(lab.folder, "ours"), join(lab.folder, "peers")];
  lab.defer(async () => {
    for (const folder of [ours, peers]) rmSync(folder, { recursive: true, force: true });
  });
  mkdirSync(join(ours, "images"), { recursive: true });
  mkdirSync(join(peers, "images/live/live"), { recursive: true });
  const path = join(peers, "images/live", INSIDE);
  writeFileSync(path, filler(size));
  const maker = await addHost(lab, "maker");
  const files = {
    "live/vmlinuz": { piece: "liveKernel" },
    "live/initrd.img": { piece: "liveInitrd" },
    [INSIDE]: { path },
  } as const;
  const image = join(ours, "images/live.iso");
  await makeImage(lab, maker, { label: "BENCH", files }, image);
  // A copy that has just ended may go on: an older one is offered at once.
  const before = Date.now() / 1000 - 60;
  utimesSync(image, before, before);
  return { ours, peers };
}

async function measure(lab: Lab, rows: readonly HttpRow[]) {
  const [first = QUICK_ROWS[0] as HttpRow] = rows;
  return await measureHttp(lab, rows, await plant(lab, first));
}

export const benchImages: Scenario = {
  name: "bench-images",
  proves: "how fast Bootlace serves a file from inside a disc image beside nginx with the file itself",
  onlyByName: true,
  async run(lab) {
    const { table, text } = httpReport(ROWS, await measure(lab, ROWS));
    lab.proof(`\n${table}`);
    rewriteMarked(PAGE, "bench-images", text);
    lab.proof("written to docs/performance.md");
  },
};

export const benchImagesQuick: Scenario = {
  name: "bench-images-quick",
  alone: true,
  proves: "Bootlace serves a file from inside a disc image without a loss of speed that a person would notice",
  async run(lab) {
    const { outcomes } = await measure(lab, QUICK_ROWS);
    mustMeetGoals(outcomes, "much slower than nginx");
  },
};
