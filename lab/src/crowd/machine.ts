import { existsSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import tftp from "tftp";
import type { DhcpClients, Lease } from "./dhcp-client.ts";
import { type Kind, macOf, type WantedFile } from "./kinds.ts";
import { tftpGet, WrongOctets } from "./tftp-get.ts";

/** Where the machines of a crowd write down what happened to them. */
export interface Notes {
  repeated(what: "discover" | "request" | "pxe" | "tftp"): void;
  refused(): void;
  leased(lease: Lease): void;
  restarted(): void;
  arrived(octets: number, by: "tftp" | "http" | "npm"): void;
  missed(): void;
}

export interface Machine {
  readonly kind: Kind;
  readonly number: number;
  readonly server: string;
  readonly roots: readonly string[];
  readonly scratch: string;
  readonly dhcp: DhcpClients;
  readonly notes: Notes;
  readonly signal: AbortSignal;
  /** Share of the kernel that has arrived. */
  readonly kernel: (share: number) => void;
}

/** A connection that is refused or closed costs no time: once a second, as long as one by TFTP would wait. */
const HTTP_PATIENT = 70;
/** A client asks for a file anew so often, when its transfer stands still. */
const PATIENT = 10;

/** Octets that firmware takes by HTTP in a millisecond: no client here is faster than a machine. */
const HTTP_OCTETS = 4000;

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

/** One machine from switching on to the last octet of its kernel. Throws when it does not come so far. */
export async function boot(machine: Machine): Promise<void> {
  const { kind, notes, signal } = machine;
  const mac = macOf(kind, machine.number);
  const uuid = `00000000-0000-4000-8000-${mac.replaceAll(":", "")}`;
  const asker = { kind, mac, uuid, signal, repeated: notes.repeated, refused: notes.refused };
  const lease = await machine.dhcp.lease(asker);
  notes.leased(lease);
  const { address } = lease;
  if (kind.form === "url") {
    const url = new URL(lease.file);
    await getByHttp(machine, address, url, { path: url.pathname.slice(1) });
    for (const file of kind.files({ mac, address }))
      await getByHttp(machine, address, new URL(`/${file.path}`, url), file);
    return;
  }
  const [first = { path: "" }, ...others]: readonly WantedFile[] = [
    { path: lease.file },
    ...kind.files({ mac, address }),
  ];
  await getByTftp(machine, address, first);
  for (const file of others) {
    if (kind.name === "npm" && file.kernel) await getByNpm(machine, file.path);
    else await getByTftp(machine, address, file);
  }
}

async function getByTftp(machine: Machine, local: string, { path, missing, kernel }: WantedFile): Promise<void> {
  const { kind, server, signal, notes } = machine;
  const expected = missing ? [] : contentsOf(machine.roots, path);
  const size = expected[0]?.length ?? 0;
  const progress = kernel ? (octets: number) => machine.kernel(octets / size) : undefined;
  for (let round = 0; round < PATIENT; round++) {
    if (round > 0) {
      notes.restarted();
      await delay(1000);
    }
    const got = await tftpGet({
      server,
      local,
      file: path,
      expected,
      blockSize: kind.blockSize,
      windowSize: kind.windowSize,
      signal,
      repeated: () => notes.repeated("tftp"),
      ...(progress ? { progress } : {}),
    });
    if (got.kind === "whole" && !missing) return notes.arrived(size, "tftp");
    // RFC 1350: 1 is "file not found". Anything else may be better a moment later.
    if (got.kind === "error" && got.code === 1 && missing) return notes.missed();
    if (got.kind === "error" && got.code === 1) throw new Error(`${path} is not there: ${got.text}`);
    if (got.kind === "whole") throw new WrongOctets(`${path} must not be there`);
  }
  throw new Error(`${path} did not come`);
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
      if (!expected.some((bytes) => arrived.equals(bytes))) return reject(new WrongOctets(`${path} by npm tftp`));
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
      if (machine.signal.aborted || error instanceof WrongOctets || round === HTTP_PATIENT) throw error;
    }
    machine.notes.restarted();
    await delay(1000);
  }
}

function oneByHttp(machine: Machine, local: string, url: URL, { path, kernel }: WantedFile): Promise<number> {
  let candidates = contentsOf(machine.roots, path);
  const size = candidates[0]?.length ?? 0;
  let octets = 0;
  return new Promise<number>((resolve, reject) => {
    const options = { localAddress: local, signal: machine.signal, agent: false, timeout: 6000 };
    const asked = request(url, options, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: HTTP ${answer.statusCode}`));
      answer.on("data", (bytes: Buffer) => {
        const end = octets + bytes.length;
        candidates = candidates.filter((known) => end <= known.length && bytes.compare(known, octets, end) === 0);
        if (candidates.length === 0 && answer.statusCode === 200) {
          reject(new WrongOctets(`${path} by HTTP, behind ${octets}`));
          asked.destroy();
        }
        octets = end;
        if (kernel) machine.kernel(octets / size);
        answer.pause();
        setTimeout(() => answer.resume(), bytes.length / HTTP_OCTETS);
      });
      answer.on("end", () => {
        if (candidates.some((known) => known.length === octets)) resolve(octets);
        else reject(new Error(`${path}: ${octets} octets`));
      });
      answer.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error(`${path}: nothing came for 6 s`)));
    asked.on("error", reject);
    asked.end();
  });
}
