import { readdir, readFile, readlink } from "node:fs/promises";
import type { HolderOf } from "@bootlace/boot-source";
import { type Ipv4Address, parseIpv4, quote } from "@bootlace/dhcp-core";

export interface PortHolder {
  readonly pid: number;
  /** Name of the program; `bootlace` for a Bootlace started in any way. */
  readonly command: string;
}

/** `dnsmasq (pid 812)`, `another Bootlace (pid 813)`. */
export function holderText({ command, pid }: PortHolder): string {
  return `${command === ownName ? "another Bootlace" : command} (pid ${pid})`;
}

/** Names the holder of a port to the servers, whose libraries know no /proc. */
export const holderOf: HolderOf = async ({ address, port, protocol }) => {
  const holder = await findPortHolder(address, port, protocol);
  return holder === undefined ? undefined : holderText(holder);
};

const ownName = "bootlace";

/** Names that Node gives its main thread and process: before 22 the name of its file, since then these. */
const nodeComm = /^(node|nodejs|(node-)?MainThread)$/;

/** The ways to start Bootlace: the single file, the link of npm, the bundle, the workspace. */
const ownScript = /(^|\/)(bootlace(\.c?js)?|(apps\/appliance|bootlace)\/dist\/(main|bin)\.c?js)$/;

/**
 * The name of a process for people.
 * @param comm /proc/PID/comm
 * @param cmdline /proc/PID/cmdline
 */
export function processName(comm: string, cmdline: string): string {
  const name = comm.trim();
  if (!nodeComm.test(name)) return inert(name === "" ? "a process" : name);
  const [program = "", ...words] = cmdline.split("\0");
  const own = program.split("/").at(-1) ?? "";
  if (!/^node(js)?$/.test(own)) return own === "" ? "node" : inert(own);
  const script = words.find((word) => word !== "" && !word.startsWith("-"));
  if (script === undefined) return own;
  return ownScript.test(script) ? ownName : inert(`${own} ${script.split("/").at(-1)}`);
}

/** A process chooses its own name. */
function inert(name: string): string {
  const short = name.slice(0, 60);
  return /[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/u.test(short) ? quote(short) : short;
}

/** One line of /proc/net/udp, udp6, tcp or tcp6. */
export interface SocketRow {
  /** Hexadecimal as the kernel prints it, in host byte order. */
  readonly localAddress: string;
  readonly port: number;
  readonly inode: string;
}

/** @param states hexadecimal numbers of the socket states that count; all when absent */
export function parseProcNet(text: string, states?: ReadonlySet<string>): SocketRow[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [localAddress, port] = (fields[1] ?? "").split(":");
    const inode = fields[9];
    if (states !== undefined && !states.has(fields[3] ?? "")) return [];
    if (!localAddress || !/^[0-9A-F]{4}$/i.test(port ?? "") || !/^[0-9]+$/.test(inode ?? "")) return [];
    return [{ localAddress, port: Number.parseInt(port ?? "", 16), inode: inode ?? "" }];
  });
}

/**
 * The sockets that prevent binding `address`: same port, and the same address or one side a wildcard.
 * @param littleEndian byte order of the host, in which the kernel prints IPv4 addresses
 */
export function inodesHolding(
  rows: readonly SocketRow[],
  address: Ipv4Address,
  port: number,
  littleEndian: boolean,
): string[] {
  const number = parseIpv4(address) ?? 0;
  const bytes = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
  const printed = (littleEndian ? bytes.reverse() : bytes)
    .map((octet) => octet.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
  const conflicts = (row: SocketRow) => number === 0 || /^0+$/.test(row.localAddress) || row.localAddress === printed;
  return rows.filter((row) => row.port === port && conflicts(row)).map((row) => row.inode);
}

/** TCP_LISTEN: connections of a port do not prevent listening on it. */
const listening: ReadonlySet<string> = new Set(["0A"]);

/** The process that holds a port, as far as /proc shows; `undefined` except on Linux. */
export async function findPortHolder(
  address: Ipv4Address,
  port: number,
  protocol: "udp" | "tcp" = "udp",
): Promise<PortHolder | undefined> {
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  const tables = await Promise.all([`/proc/net/${protocol}`, `/proc/net/${protocol}6`].map((path) => readText(path)));
  const rows = tables.flatMap((text) => parseProcNet(text, protocol === "tcp" ? listening : undefined));
  const inodes = inodesHolding(rows, address, port, littleEndian);
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of await list("/proc")) {
    if (/^[0-9]+$/.test(pid) && (await holdsOne(pid, links))) {
      const [comm, cmdline] = await Promise.all(["comm", "cmdline"].map((file) => readText(`/proc/${pid}/${file}`)));
      return { pid: Number(pid), command: processName(comm ?? "", cmdline ?? "") };
    }
  }
  return undefined;
}

async function holdsOne(pid: string, links: ReadonlySet<string>): Promise<boolean> {
  for (const descriptor of await list(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
    if (links.has(target)) return true;
  }
  return false;
}

/** Processes may end meanwhile or be hidden: unreadable counts as missing. */
function list(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
