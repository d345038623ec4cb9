import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DhcpPort, httpGet, tftpGet } from "@bootlace/pxe-client";
import tftp from "tftp";
import { type Comparison, compareWith, WrongBytes } from "./compare.ts";
import { KERNEL, type Kind, macOf, type WantedFile } from "./kinds.ts";
import { type Lease, leaseOf } from "./lease.ts";

/** Where the machines of a crowd write down what happened to them. */
export interface Notes {
  repeated(what: "discover" | "request" | "pxe" | "tftp"): void;
  refused(): void;
  leased(lease: Lease): void;
  restarted(): void;
  arrived(bytes: number, by: "tftp" | "http" | "npm"): void;
  missed(): void;
}

export interface Machine {
  readonly kind: Kind;
  readonly number: number;
  readonly server: string;
  readonly roots: readonly string[];
  readonly scratch: string;
  readonly dhcp: DhcpPort;
  readonly notes: Notes;
  readonly signal: AbortSignal;
  /** Share of the kernel that has arrived. */
  readonly kernel: (share: number) => void;
  /** Awaited before it asks for its kernel. */
  readonly beforeKernel: () => Promise<void>;
}

/** A connection that is refused or closed costs no time: once a second, as long as one by TFTP would wait. */
const HTTP_PATIENT = 70;
/** A client asks for a file anew so often, when its transfer stands still. */
const PATIENT = 10;

/** Bytes that firmware takes by HTTP in a millisecond: no client here is faster than a machine. */
const HTTP_BYTES = 4000;

const contents = new Map<string, readonly Buffer[]>();

/** What a file may be: once for each tree that has it. */
function contentsOf(roots: readonly string[], path: string): readonly Buffer[] {
  let known = contents.get(path);
  if (known === undefined) {
    known = roots
      .map((root) => join(root, path))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file));
    contents.set(path, known);
  }
  return known;
}

/** One machine from switching on to the last byte of its kernel. Throws when it does not come so far. */
export async function boot(machine: Machine): Promise<void> {
  const { kind } = machine;
  const mac = macOf(kind, machine.number);
  const lease = await leaseOf(machine, mac);
  machine.notes.leased(lease);
  const { address } = lease;
  const files = kind.files({ mac, address });
  if (kind.form === "url") {
    const url = new URL(lease.file);
    await getByHttp(machine, address, url, { path: url.pathname.slice(1) });
    for (const file of files) {
      if (file.kernel) await machine.beforeKernel();
      await getByHttp(machine, address, new URL(`/${file.path}`, url), file);
    }
    return;
  }
  // A one-shot can make the kernel the boot file.
  const first: WantedFile = lease.file === KERNEL ? { path: KERNEL, kernel: true } : { path: lease.file };
  for (const file of [first, ...files]) {
    if (file.kernel) await machine.beforeKernel();
    if (kind.name === "npm" && file.kernel) await getByNpm(machine, file.path);
    else await getByTftp(machine, address, file);
  }
}

/** What was switched off leaves its socket behind: nobody reports that its port is closed. */
const deaf: (() => void)[] = [];

/** Closes what the machines that were switched off have left. */
export function closeDeaf(): void {
  for (const close of deaf.splice(0)) close();
}

async function getByTftp(machine: Machine, local: string, { path, missing, kernel }: WantedFile): Promise<void> {
  const { kind, server, signal, notes } = machine;
  const expected = missing ? [] : contentsOf(machine.roots, path);
  const { blockSize, windowSize } = kind;
  for (let round = 0; round < PATIENT; round++) {
    if (round > 0) {
      notes.restarted();
      await delay(1000);
    }
    const comparison = compareWith(path, expected);
    const got = await tftpGet({
      ...{ server, local, file: path, blockSize, windowSize, signal, onSize: comparison.announced },
      onData: dataOf(machine, comparison, kernel),
      onRepeat: () => notes.repeated("tftp"),
      onAbandoned: (close) => void deaf.push(close),
    });
    if (got.kind === "whole" && missing) throw new WrongBytes(`${path} must not be there`);
    if (got.kind === "whole") {
      comparison.ended(got.bytes);
      return notes.arrived(got.bytes, "tftp");
    }
    // RFC 1350: 1 is "file not found". Anything else may be better a moment later.
    if (got.kind === "error" && got.code === 1 && missing) return notes.missed();
    if (got.kind === "error" && got.code === 1) throw new Error(`${path} is not there: ${got.text}`);
  }
  throw new Error(`${path} did not come`);
}

/** Compares what comes, and reports how much of the kernel is here. */
function dataOf(machine: Machine, comparison: Comparison, kernel: boolean | undefined) {
  return (bytes: Uint8Array, offset: number) => {
    comparison.take(bytes, offset);
    if (kernel) machine.kernel((offset + bytes.length) / comparison.size);
  };
}

function getByNpm(machine: Machine, path: string): Promise<void> {
  const expected = contentsOf(machine.roots, path);
  const local = join(machine.scratch, `npm-${machine.number}`);
  const client = tftp.createClient({ host: machine.server, blockSize: 1468, windowSize: 4 });
  machine.kernel(0.5);
  return new Promise((resolve, reject) => {
    client.get(path, local, (error) => {
      if (error) return reject(error);
      const arrived = readFileSync(local);
      rmSync(local);
      if (!expected.some((bytes) => arrived.equals(bytes))) return reject(new WrongBytes(`${path} by npm tftp`));
      machine.notes.arrived(arrived.length, "npm");
      resolve();
    });
  });
}

async function getByHttp(machine: Machine, local: string, url: URL, file: WantedFile): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      return machine.notes.arrived(await oneByHttp(machine, local, url, file), "http");
    } catch (error) {
      if (machine.signal.aborted || error instanceof WrongBytes || round === HTTP_PATIENT) throw error;
    }
    machine.notes.restarted();
    await delay(1000);
  }
}

async function oneByHttp(machine: Machine, local: string, url: URL, { path, kernel }: WantedFile): Promise<number> {
  const comparison = compareWith(path, contentsOf(machine.roots, path));
  const take = dataOf(machine, comparison, kernel);
  const onData = async (bytes: Uint8Array, offset: number) => {
    take(bytes, offset);
    await delay(bytes.length / HTTP_BYTES);
  };
  const got = await httpGet({ url: url.href, local, signal: machine.signal, onData });
  if (got.kind !== "whole") throw new Error(`${path}: ${got.kind === "error" ? `HTTP ${got.code}` : got.text}`);
  // A body that ends early is not of another file: the machine asks again.
  if (!comparison.isWhole(got.bytes)) throw new Error(`${path}: ${got.bytes} bytes`);
  return got.bytes;
}
