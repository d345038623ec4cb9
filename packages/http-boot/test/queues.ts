import { readFileSync } from "node:fs";
import type { HttpBootClient } from "../src/index.ts";

/** What /proc/net/tcp says of an IPv4 connection of this machine: bytes not acknowledged, and bytes not read. */
export interface Queues {
  readonly unacknowledged: number;
  readonly unread: number;
}

type Ends = Pick<HttpBootClient, "address" | "port" | "localAddress" | "localPort">;

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");

function place(address: string, port: number): string {
  const bytes = address.split(".").map((part) => hex(Number(part), 2));
  return `${bytes.reverse().join("")}:${hex(port, 4)}`;
}

/** The queues of a connection, as seen from its local end; undefined when it is no more. */
export function queuesOf({ address, port, localAddress, localPort }: Ends): Queues | undefined {
  const key = ` ${place(localAddress, localPort)} ${place(address, port)} `;
  const line = readFileSync("/proc/self/net/tcp", "latin1")
    .split("\n")
    .find((one) => one.includes(key));
  const queues = /:[0-9A-F]{4} [0-9A-F]{2} ([0-9A-F]{8}):([0-9A-F]{8}) /.exec(line ?? "");
  if (queues === null) return undefined;
  const [, unacknowledged = "", unread = ""] = queues;
  return { unacknowledged: Number.parseInt(unacknowledged, 16), unread: Number.parseInt(unread, 16) };
}
