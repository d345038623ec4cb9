import { boundedMap, tidyPath } from "@bootlace/boot-source";
import type { BootClient } from "@bootlace/proxy-dhcp";

/**
 * What each machine loaded between its DISCOVERs, so that a circle is known from having been seen: the same machine loaded
 * the same program and came back as iPXE, and did so again. Names decide nothing.
 */
export interface LoadedFiles {
  /** A DISCOVER of a boot client. */
  asked(machine: string, asker: Pick<BootClient, "firmware"> & { readonly xid: number }, time: number): void;
  /** A file was sent whole. `file` is the name as the client wrote it. */
  fetched(machine: string, file: string, time: number): void;
  /** The files that this machine loaded again and again, each time to come back as iPXE. */
  loops(machine: string, now: number): readonly string[];
  /** What it loaded since its last DISCOVER, and not long ago. */
  since(machine: string, now: number): readonly string[];
  /** The file is known to be no boot program that asks again, such as a kernel. */
  exempt(file: string): void;
  /** Whether an iPXE that asks now is one that this machine loaded here. */
  isChained(machine: string, now: number): boolean;
}

interface Round {
  readonly file: string;
  readonly time: number;
}

interface Seen {
  readonly xid?: number;
  /** Loaded since the last DISCOVER, the first one first. */
  readonly files: readonly Round[];
  /** A program that was all the machine loaded before it came back as iPXE. */
  readonly rounds: readonly Round[];
  /** The last DISCOVER was that of an iPXE which had been loaded here. */
  readonly chained: boolean;
}

/** Milliseconds in which a machine that goes in a circle has gone round twice. */
const circle = 120_000;
/**
 * Milliseconds in which an iPXE that was just loaded has asked: it waits up to 15 s for the link. A machine that somebody
 * switches on once more takes longer.
 */
const comesUp = 30_000;
const mostMachines = 4096;
/** A boot loads dozens of files; which ones no longer matters when there are several. */
const mostFiles = 16;
const nothing: Seen = { files: [], rounds: [], chained: false };

export function loadedFiles(): LoadedFiles {
  const machines = boundedMap<string, Seen>(mostMachines);
  const harmless = boundedMap<string, true>(mostMachines);

  /** The rounds up to now, with the one that ends as soon as iPXE asks. */
  function roundsOf({ files, rounds }: Seen, now: number): readonly Round[] {
    const [only, ...more] = files;
    const cameUp = only !== undefined && more.length === 0 && now - only.time <= comesUp;
    const all = cameUp ? [...rounds, only] : rounds;
    return all.filter(({ time }) => now - time <= circle);
  }

  return {
    asked(machine, { firmware, xid }, time) {
      const before = machines.get(machine) ?? nothing;
      if (firmware !== "ipxe") {
        // The machine begins from its own firmware.
        machines.set(machine, { ...nothing, xid });
        return;
      }
      const loaded = before.files.length > 0;
      // An iPXE that asks anew without having loaded anything did not take the program, so it is in no circle.
      const idle = !loaded && before.xid !== undefined && before.xid !== xid;
      const rounds = idle ? [] : roundsOf(before, time).slice(-mostFiles);
      machines.set(machine, { xid, files: [], rounds, chained: loaded || before.chained });
    },
    fetched(machine, file, time) {
      const before = machines.get(machine) ?? nothing;
      const path = tidyPath(file);
      if (before.files.length >= mostFiles || before.files.some((known) => known.file === path)) return;
      machines.set(machine, { ...before, files: [...before.files, { file: path, time }] });
    },
    loops(machine, now) {
      const rounds = roundsOf(machines.peek(machine) ?? nothing, now);
      const files = rounds.map(({ file }) => file).filter((file) => !harmless.has(file));
      return [...new Set(files.filter((file, index) => files.indexOf(file) !== index))];
    },
    since(machine, now) {
      const { files } = machines.peek(machine) ?? nothing;
      return files.filter(({ time }) => now - time <= circle).map(({ file }) => file);
    },
    exempt: (file) => void harmless.set(tidyPath(file), true),
    isChained(machine, now) {
      const { files, chained } = machines.peek(machine) ?? nothing;
      return chained || files.some(({ time }) => now - time <= circle);
    },
  };
}
