import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LabFailure } from "../failure.ts";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run, runOk } from "../processes.ts";

const SOURCE = fileURLToPath(new URL("../../tools/tftpload.c", import.meta.url));

/** What the clients of one run of the load generator do. */
export interface Load {
  /** Names below the root; one that begins with ! is not there, and the client expects ERROR 1. */
  readonly files: readonly string[];
  /** Asked as blksize; 0: not asked for. */
  readonly blockSize: number;
  /** Asked as windowsize; 1: not asked for. */
  readonly windowSize: number;
  /** At the same time. */
  readonly clients: number;
  /** All together, one after the other in each place; as many as `clients` when left out. The files take turns. */
  readonly requests?: number;
  /** Microseconds that a client waits before each ACK. */
  readonly ackDelay?: number;
  /** Poll without sleeping, so that the client's own waking up is not measured. Takes a core. */
  readonly spin?: boolean;
  /** Per cent of packets lost, each way. */
  readonly loss?: number;
  readonly seed?: number;
  /** Milliseconds after which a client repeats itself. Default 1000. */
  readonly patience?: number;
  /** After so many seconds the rest counts as failed. Default 120. */
  readonly seconds?: number;
}

/** What the load generator says at the end. Microseconds unless a name says otherwise. */
export interface LoadResult {
  readonly ok: number;
  /** Requests that got the ERROR they expected. */
  readonly nf: number;
  readonly fail: number;
  readonly corrupt: number;
  readonly bytes: number;
  readonly sec: number;
  readonly MBs: number;
  /** From an ACK to the next DATA. */
  readonly lat50: number;
  readonly lat99: number;
  /** Of a whole transfer; never above 4.29 seconds, which is all the generator can note. */
  readonly xlat99: number;
  /** Seconds of the slowest transfer, without that limit. */
  readonly cmax: number;
  /** From a request to its ERROR. */
  readonly nlat99: number;
  /** Packets that came from the server, those included that were then lost. */
  readonly rx: number;
  readonly oack: string;
  readonly err: string;
}

/** Builds the load generator; gives the path of the program. */
export async function buildLoadGenerator(lab: Lab, host: Host): Promise<string> {
  const program = join(lab.folder, "tftpload");
  await runOk(lab, host.netns, locate("cc"), ["-O2", "-o", program, SOURCE], { seconds: 60 });
  return program;
}

/** The words of its command line, for a server at port 69 of `address` whose files lie below `root`. */
export function loadArguments(root: string, load: Load, address = "127.0.0.1"): string[] {
  const { files, blockSize, windowSize, clients, requests = clients, ackDelay = 0, loss = 0, seed = 1 } = load;
  const { patience = 1000, seconds = 120, spin = false } = load;
  const numbers = {
    "-p": 69,
    "-b": blockSize,
    "-w": windowSize === 1 ? 0 : windowSize,
    "-n": clients,
    "-m": requests,
    "-d": ackDelay,
    "-l": loss,
    "-s": seed,
    "-T": patience,
    "-R": 60,
    "-t": seconds,
  };
  const words = Object.entries(numbers).flatMap(([flag, value]) => [flag, String(value)]);
  if (spin) words.push("-B");
  return ["-h", address, "-V", root, ...words, ...files.flatMap((file) => ["-f", file])];
}

/** Runs one load against the server of a namespace. Failed transfers are in the result; it throws only without one. */
export async function runLoad(
  lab: Lab,
  host: Host,
  program: string,
  root: string,
  load: Load,
  address?: string,
): Promise<LoadResult> {
  const seconds = (load.seconds ?? 120) + 20;
  const finished = await run(lab, host.netns, program, loadArguments(root, load, address), { seconds });
  const text = finished.stdout.toString();
  try {
    return JSON.parse(text) as LoadResult;
  } catch {
    throw new LabFailure(`tftpload against ${host.role} gave no result (${finished.code}): ${text}${finished.stderr}`);
  }
}
