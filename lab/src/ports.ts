import { readFileSync } from "node:fs";
import { LabFailure } from "./failure.ts";
import type { Lab } from "./lab.ts";
import { eventually } from "./lab.ts";
import type { Started } from "./processes.ts";

/** The local ports in the text of `/proc/PID/net/udp` or `tcp` (proc(5): local_address is hexadecimal ADDRESS:PORT). */
export function localPorts(table: string): Set<number> {
  const ports = new Set<number>();
  for (const line of table.split("\n").slice(1)) {
    const port = /^\s*\d+: [0-9A-F]{8}:([0-9A-F]{4}) /.exec(line)?.[1];
    if (port !== undefined) ports.add(Number.parseInt(port, 16));
  }
  return ports;
}

/** Waits until something in the process's namespace has every one of these ports open. */
export async function listening(
  lab: Lab,
  started: Started,
  ports: readonly number[],
  seconds = 20,
  protocol: "udp" | "tcp" = "udp",
): Promise<void> {
  await eventually(lab, `${started.name} on ${protocol} ${ports.join(", ")}`, seconds, () => {
    if (!started.running()) throw new LabFailure(`${started.name} ended before it listened:\n${started.output.text()}`);
    const open = localPorts(readFileSync(`/proc/${started.pid}/net/${protocol}`, "latin1"));
    return ports.every((port) => open.has(port)) || undefined;
  });
}
