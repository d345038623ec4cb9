/** What a crowd of simulated machines does. The program gets it as a JSON file. */
export interface CrowdPlan {
  /** Address of the boot server. */
  readonly server: string;
  /** The boot tree as it must arrive; of several, each file must come whole from one of them. */
  readonly roots: readonly string[];
  /** A folder for what other clients than our own write. */
  readonly scratch: string;
  readonly machines: number;
  /** Number of the first machine: two crowds at once are not the same machines. */
  readonly first: number;
  /** All together; a machine boots again when its turn comes. */
  readonly boots: number;
  /** Machines at once; `machines` is a multiple of it. */
  readonly lanes: number;
  /** Milliseconds from one boot of a lane to its next at least. */
  readonly pace: number;
  /** Milliseconds in which the lanes are switched on. */
  readonly within: number;
  /** Each machine is switched off and on again once, somewhere in its kernel. */
  readonly resets: boolean;
  /**
   * Machines wait before their kernel until so many have come to it, and `loading` is said when so many have some of it
   * at once; 0: nobody waits, nothing is said.
   */
  readonly reportAt: number;
  /** After `loading` each block of a kernel takes a tenth of a second until this file is there. For a single machine. */
  readonly crawlUntil?: string;
  readonly mix: readonly KindName[];
}

/** How a machine boots. */
export type KindName = "bios" | "bios-4011" | "uefi-4011" | "http" | "npm";

export interface Percentiles {
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

/** What the program prints at the end, as one line of JSON. */
export interface CrowdResult {
  readonly booted: number;
  /** Why each of the others did not, at most twenty. */
  readonly failures: readonly string[];
  readonly failed: number;
  /** Addresses that the router gave. */
  readonly leases: number;
  /** Milliseconds from a DISCOVER to the boot server's OFFER. */
  readonly offers: Percentiles;
  /** Milliseconds from a request at 4011 to its ACK. */
  readonly acks: Percentiles;
  /** Seconds from switching on to the last byte of the kernel. */
  readonly boots: Percentiles;
  /** Of whatever a client had to ask or acknowledge again, by what it was. */
  readonly repeats: {
    readonly discover: number;
    readonly request: number;
    readonly pxe: number;
    readonly tftp: number;
  };
  /** Addresses that the router had offered twice, and then gave to another machine. */
  readonly refusals: number;
  /** Transfers that a client gave up and asked for anew. */
  readonly restarts: number;
  readonly resets: number;
  /** Bytes that arrived, compared with the tree. */
  readonly bytes: number;
  readonly files: number;
  readonly missing: number;
  readonly byHttp: number;
  readonly byNpm: number;
  readonly seconds: number;
}

/** Percentiles of a list of figures; NaN of none. */
export function percentiles(figures: readonly number[]): Percentiles {
  const sorted = figures.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99), worst: at(1) };
}
