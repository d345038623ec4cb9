import { readFileSync } from "node:fs";

const table = "/proc/self/net/arp";
/** Milliseconds for which the table is cached. */
const trustFor = 1000;
/** Milliseconds before it is read again for an address that is not in it: invented senders are in none. */
const readEvery = 20;

/**
 * The MAC address behind an address of the LAN, from the system's ARP table (proc_net(5)). A client that sends us a
 * request is in it, because the reply could not be sent otherwise. Only Linux has this table.
 */
export function neighbours(now: () => number, read: () => string = readTable): (address: string) => string | undefined {
  let rows = new Map<string, string>();
  let readAt = Number.NEGATIVE_INFINITY;
  return (address) => {
    const known = rows.get(address);
    const age = now() - readAt;
    if (age >= 0 && age < (known === undefined ? readEvery : trustFor)) return known;
    rows = parseArpTable(read());
    readAt = now();
    return rows.get(address);
  };
}

/** Rows that are complete: flag 0x2 (ATF_COM) and no zero address. */
export function parseArpTable(text: string): Map<string, string> {
  const rows = new Map<string, string>();
  for (const line of text.split("\n").slice(1)) {
    const [address, , flags, mac] = line.trim().split(/\s+/);
    if (address === undefined || mac === undefined || mac === "00:00:00:00:00:00") continue;
    if ((Number(flags) & 2) !== 0) rows.set(address, mac.toLowerCase());
  }
  return rows;
}

function readTable(): string {
  try {
    return readFileSync(table, "utf8");
  } catch {
    return "";
  }
}
