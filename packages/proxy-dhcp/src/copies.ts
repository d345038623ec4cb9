import type { Endpoint } from "./core/interfaces.ts";

/** Milliseconds within which the same datagram at another socket is a copy: a process that waits for the CPU reads it late. */
const within = 1000;
/** More than the buffers of two sockets hold: in a flood one of them is read far ahead of the other. */
const most = 4096;

/**
 * Distinguishes a datagram from its copies: a broadcast is handed to each socket that hears the port, and one that is sent twice
 * comes to each of them twice.
 * @param now milliseconds
 * @returns true for the first; `socket` names who heard it
 */
export function copies(now: () => number): (bytes: Uint8Array, source: Endpoint, socket: unknown) => boolean {
  const seen = new Map<string, { time: number; passed: number; readonly heard: Map<unknown, number> }>();
  return (bytes, { address, port }, socket) => {
    const time = now();
    for (const [key, { time: seenAt }] of seen) {
      if (seen.size < most && time - seenAt < within) break;
      seen.delete(key);
    }
    const key = `${address} ${port} ${Buffer.from(bytes).toString("latin1")}`;
    const known = seen.get(key) ?? { time, passed: 0, heard: new Map() };
    known.time = time;
    seen.delete(key);
    seen.set(key, known);
    const times = (known.heard.get(socket) ?? 0) + 1;
    known.heard.set(socket, times);
    if (times <= known.passed) return false;
    known.passed = times;
    return true;
  };
}
