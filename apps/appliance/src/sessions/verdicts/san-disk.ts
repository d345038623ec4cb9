import type { FileStep } from "../step.ts";
import { beganAfter, keyOf, placesOf } from "./asked.ts";
import { ownWordsOf } from "./own-words.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { type BootView, cameBack } from "./view.ts";

/** A disk of ours that a script of iPXE starts from, read in parts by HTTP: what is on it decides what follows. */
export const sanDisk: readonly Rule[] = [
  { id: "unclear", when: diskNotStarted },
  { id: "delivered", when: diskRead },
];

interface Reads {
  readonly by: FileStep;
  readonly name: string;
  readonly line: number;
  readonly last: FileStep;
  readonly bytes: number;
  readonly ms: number;
}

/** The disk that was read last, after everything else that the client asked for. */
function readsOf(view: BootView): Reads | undefined {
  const words = ownWordsOf(view);
  for (const need of words?.needs.filter(({ disk }) => disk === true) ?? []) {
    const places = placesOf(need);
    const reads = view.files.filter(({ file, bytes }) => bytes > 0 && places.includes(keyOf(file)));
    const [first] = reads;
    const last = reads.at(-1);
    if (words === undefined || first === undefined || last === undefined) continue;
    if (view.files.some((step) => beganAfter(step, last) && !places.includes(keyOf(step.file)))) continue;
    const bytes = reads.reduce((sum, read) => sum + read.bytes * read.times, 0);
    return { by: words.by, name: last.file, line: need.line, last, bytes, ms: last.lastAt - first.time };
  }
  return undefined;
}

/** No UEFI program is so small; BIOS needs one sector. */
const leastOfUefi = 32 * 1024;

function diskNotStarted(view: BootView): Found | undefined {
  const reads = readsOf(view);
  if (reads === undefined) return undefined;
  const { by, name, line, last, bytes } = reads;
  const back = cameBack(view, last);
  const returned = back !== undefined || view.boot.givenUp;
  const uefi = view.boot.arch?.includes("uefi") === true;
  if (!(returned || (uefi && bytes < leastOfUefi && view.silentFor(10_000)))) return undefined;
  const facts = { by: by.file, name, line, uefi, returned };
  return found("san-disk-not-started", "likely", [by, last, back], facts);
}

/** What runs from it may read it for hours. */
function diskRead(view: BootView): Found | undefined {
  const reads = readsOf(view);
  if (reads === undefined || !(view.silentFor(10_000) || reads.ms >= 30_000)) return undefined;
  const { by, name, line, last } = reads;
  return found("san-disk-read", "likely", [by, last], { by: by.file, name, line });
}
