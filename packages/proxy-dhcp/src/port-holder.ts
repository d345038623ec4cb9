import { readdir, readFile, readlink } from "node:fs/promises";
import { type Ipv4Address, parseIpv4 } from "@bootlace/dhcp-core";

export interface PortHolder {
  readonly pid: number;
  readonly command: string;
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
 * The sockets that keep `address` from being bound: same port, and the same address or one side a wildcard.
 * @param littleEndian byte order of the host, in which the kernel prints IPv4 addresses
 */
export function inodesHolding(
  rows: readonly SocketRow[],
  address: Ipv4Address,
  port: number,
  littleEndian: boolean,
): string[] {
  const number = parseIpv4(address) ?? 0;
  const octets = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
  const printed = (littleEndian ? octets.reverse() : octets)
    .map((octet) => octet.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
  const conflicts = (row: SocketRow) => number === 0 || /^0+$/.test(row.localAddress) || row.localAddress === printed;
  return rows.filter((row) => row.port === port && conflicts(row)).map((row) => row.inode);
}

/** TCP_LISTEN: connections of a port do not keep anybody from listening on it. */
const listening: ReadonlySet<string> = new Set(["0A"]);

/** The process that holds a port, as far as /proc lets us see; `undefined` elsewhere than on Linux. */
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
      return { pid: Number(pid), command: (await readText(`/proc/${pid}/comm`)).trim() || "a process" };
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

/** Processes end and hide while we look: what cannot be read is not there. */
function list(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
