import type { Socket } from "node:dgram";
import { type Clock, systemClock } from "./clock.ts";
import * as check from "./option-checks.ts";
import { type Checks, checkAll } from "./option-error.ts";
import type { Signal } from "./signal.ts";
import { openUdp } from "./udp.ts";

/** A read request. */
export interface TftpGetOptions {
  /** IPv4 address of the server. */
  readonly server: string;
  /** 69 when absent. */
  readonly port?: number;
  /** The client's own address; the system's choice when absent. */
  readonly local?: string;
  readonly file: string;
  /** Bytes in a block (RFC 2348); 512 and no option when absent. */
  readonly blockSize?: number;
  /** Blocks in a window (RFC 7440); 1 and no option when absent. */
  readonly windowSize?: number;
  readonly signal?: Signal | undefined;
  readonly clock?: Clock;
  /** Milliseconds without a packet before it repeats its last one; 1000 when absent. */
  readonly patience?: number;
  /** Repetitions without progress before it gives up; 6 when absent. */
  readonly repetitions?: number;
  /** The size that the server announces (tsize, RFC 2349), in bytes. Throwing ends the transfer with what is thrown. */
  readonly onSize?: (size: number) => void;
  /** The bytes of one block, valid during the call only, and their offset in the file. Throwing ends the transfer. */
  readonly onData?: (bytes: Uint8Array, offset: number) => void;
  /** The last packet was sent again. */
  readonly onRepeat?: () => void;
  /**
   * Called instead of closing the socket when `signal` aborts: a machine that is switched off leaves nobody behind who
   * reports its port as closed. The given function closes it.
   */
  readonly onAbandoned?: (close: () => void) => void;
}

/** How a transfer ended. `error` is an ERROR of the server (RFC 1350 §5), or its HTTP status; `gave-up`: nothing came any more. */
export type Fetched =
  | { readonly kind: "whole"; readonly bytes: number }
  | { readonly kind: "error"; readonly code: number; readonly text: string }
  | { readonly kind: "gave-up"; readonly text: string };

const [RRQ, DATA, ACK, ERROR, OACK] = [1, 3, 4, 5, 6] as const;

const CHECKS: Checks<TftpGetOptions> = {
  server: check.ipv4,
  port: check.port,
  local: check.ipv4,
  // A NUL ends the name in the packet.
  file: [(value) => typeof value === "string" && value !== "" && !value.includes("\0"), "a name without NUL"],
  blockSize: check.integer(8, 65_464),
  windowSize: check.integer(1, 65_535),
  signal: check.signal,
  clock: check.clock,
  patience: check.milliseconds,
  repetitions: [
    (value) => value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 0),
    "an integer, 0 or more",
  ],
  onSize: check.callback,
  onData: check.callback,
  onRepeat: check.callback,
  onAbandoned: check.callback,
};

/**
 * Gets one file by TFTP in mode octet (RFC 1350, 2347, 2348, 2349, 7440). Rejects with `signal.reason` when it is
 * aborted, with what `onData` throws, and with the system's error when no socket can be bound, and with
 * PxeClientOptionError for an option that cannot be.
 */
export async function tftpGet(options: TftpGetOptions): Promise<Fetched> {
  checkAll(options, CHECKS, { needed: ["server", "file"] });
  const { server, file, signal, clock = systemClock, patience = 1000, repetitions = 6, windowSize = 1 } = options;
  let over = false;
  let socket: Socket | undefined;
  let cancel: (() => void) | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise<Fetched>((resolve, reject) => {
      let peer = 0;
      let blockSize = 512;
      let window = 1;
      let block = 0;
      let inWindow = 0;
      let gap = false;
      let offset = 0;
      let silent = 0;
      let last = requestOf(options);
      let heardAt = clock.now();

      const say = (bytes: Buffer) => {
        last = bytes;
        socket?.send(bytes, peer === 0 ? (options.port ?? 69) : peer, server);
      };
      const acknowledge = () => {
        inWindow = 0;
        say(ackOf(block));
      };
      const take = (packet: Buffer) => {
        if (packet.readUInt16BE(2) !== ((block + 1) & 0xffff)) {
          // A hole, or a block that is here already: one ACK says what is needed.
          if (!gap && windowSize > 1) acknowledge();
          gap = true;
          return;
        }
        gap = false;
        silent = 0;
        const length = packet.length - 4;
        const end = length < blockSize;
        if (length > blockSize) return reject(new RangeError(`${file}: a block of ${length} bytes`));
        options.onData?.(packet.subarray(4), offset);
        offset += length;
        block++;
        inWindow++;
        if (end || inWindow >= window) acknowledge();
        if (end) resolve({ kind: "whole", bytes: offset });
      };
      const hear = (packet: Buffer, from: { readonly port: number; readonly address: string }) => {
        if (over || from.address !== server || packet.length < 4 || (peer !== 0 && from.port !== peer)) return;
        peer = from.port;
        heardAt = clock.now();
        const opcode = packet.readUInt16BE(0);
        if (opcode === ERROR) {
          const text = packet.toString("latin1", 4, packet.length - 1);
          resolve({ kind: "error", code: packet.readUInt16BE(2), text });
        } else if (opcode === OACK && block === 0) {
          const granted = optionsOf(packet);
          blockSize = Number(granted.get("blksize") ?? 512);
          window = Number(granted.get("windowsize") ?? 1);
          const size = granted.get("tsize");
          if (size !== undefined) options.onSize?.(Number(size));
          acknowledge();
        } else if (opcode === DATA) take(packet);
      };
      const watch = () => {
        cancel = clock.after(patience / 4, watch);
        if (clock.now() - heardAt < patience) return;
        heardAt = clock.now();
        if (++silent > repetitions) return resolve({ kind: "gave-up", text: "no packet came any more" });
        options.onRepeat?.();
        gap = false;
        inWindow = 0;
        say(last);
      };
      stop = () => reject(signal?.reason);
      if (signal?.aborted) return stop();
      signal?.addEventListener("abort", stop);
      const guarded = (packet: Buffer, from: { readonly port: number; readonly address: string }) => {
        try {
          hear(packet, from);
        } catch (error) {
          reject(error);
        }
      };
      openUdp(options.local ?? "0.0.0.0", 0, guarded).then((opened) => {
        socket = opened;
        if (over) return leave(opened, options);
        say(last);
        watch();
      }, reject);
    });
  } finally {
    cancel?.();
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    over = true;
    if (socket !== undefined) leave(socket, options);
  }
}

function leave(socket: Socket, { signal, onAbandoned }: TftpGetOptions): void {
  socket.removeAllListeners("message");
  if (signal?.aborted && onAbandoned !== undefined) onAbandoned(() => socket.close());
  else socket.close();
}

function requestOf({ file, blockSize, windowSize = 1 }: TftpGetOptions): Buffer {
  const options = ["tsize", "0"];
  if (blockSize !== undefined) options.push("blksize", String(blockSize));
  if (windowSize > 1) options.push("windowsize", String(windowSize));
  return Buffer.from(`\0${String.fromCharCode(RRQ)}${[file, "octet", ...options].join("\0")}\0`);
}

function ackOf(block: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt16BE(ACK, 0);
  bytes.writeUInt16BE(block & 0xffff, 2);
  return bytes;
}

function optionsOf(packet: Buffer): Map<string, string> {
  const words = packet.toString("latin1", 2, packet.length - 1).split("\0");
  const options = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) options.set(words[at]?.toLowerCase() ?? "", words[at + 1] ?? "");
  return options;
}
