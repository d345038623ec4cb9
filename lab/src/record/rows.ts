import { LabFailure } from "../failure.ts";

/** The sections of docs/matrix.md, in their order. */
export const BOOT_SECTIONS = [
  "BIOS",
  "UEFI x64",
  "UEFI HTTP Boot",
  "Disc images",
  "Other machines",
  "Boot check",
  "Menus",
  "Networks",
  "By the pages",
] as const;

/** The sections of docs/reliability.md, in their order. */
export const FAULT_SECTIONS = ["Storms", "Bad wires", "Faults", "Fuzz", "Soak"] as const;

/** A line of docs/matrix.md: a machine that boots for real, or that cannot, for a reason outside Bootlace. */
export interface BootRow {
  /** Stable; tells the row apart on the page. */
  readonly id: string;
  readonly section: (typeof BOOT_SECTIONS)[number];
  /** Firmware and network card. */
  readonly machine: string;
  /** What follows what, from the first boot file to the text that proves it. */
  readonly boots: string;
  /** Why it cannot boot; the scenario proves that it fails in just this way. */
  readonly cannot?: string;
}

/** A line of docs/reliability.md: what is done to a running appliance, and what must hold meanwhile. */
export interface FaultRow {
  readonly id: string;
  readonly section: (typeof FAULT_SECTIONS)[number];
  readonly done: string;
  readonly holds: string;
}

/** Rows of one section and machine: what each boots, by its id. */
export function bootRows(
  section: BootRow["section"],
  machine: string,
  boots: Readonly<Record<string, string>>,
): readonly BootRow[] {
  return Object.entries(boots).map(([id, text]) => ({ id, section, machine, boots: text }));
}

export type Row = BootRow | FaultRow;

export function isBootRow(row: Row): row is BootRow {
  return "boots" in row;
}

/** What a run saw for a row. */
export interface Seen {
  readonly row: Row;
  /** The text of the machine, or the figures. */
  readonly shown: string;
  /** From switching on to that text. */
  readonly seconds?: number;
}

/** Collects what a scenario shows of the rows that it has declared. */
export interface RowBook {
  /** Throws a LabFailure for a row that is not declared, or shown twice. */
  show(id: string, shown: string, seconds?: number): void;
  /** Everything shown. Throws a LabFailure when a declared row is missing. */
  close(): readonly Seen[];
}

/** `absent` are the rows of parts that this run leaves out: as if they were not declared. */
export function openRowBook(all: readonly Row[], absent: readonly string[] = []): RowBook {
  const declared = all.filter(({ id }) => !absent.includes(id));
  const seen = new Map<string, Seen>();
  return {
    show(id, shown, seconds) {
      const row = declared.find((candidate) => candidate.id === id);
      if (row === undefined) throw new LabFailure(`the scenario declares no row "${id}"`);
      if (seen.has(id)) throw new LabFailure(`the row "${id}" is shown twice`);
      seen.set(id, { row, shown, ...(seconds === undefined ? {} : { seconds }) });
    },
    close() {
      const missing = declared.filter((row) => !seen.has(row.id)).map((row) => row.id);
      if (missing.length > 0) throw new LabFailure(`declared and not shown: ${missing.join(", ")}`);
      return [...seen.values()];
    },
  };
}
