import type { Socket } from "node:dgram";
import { openUdp } from "./sockets.ts";

/** A read request and what must come of it. */
export interface TftpGet {
  readonly server: string;
  /** The client's own address. */
  readonly local: string;
  readonly file: string;
  /** What it may be: all octets of one of these. */
  readonly expected: readonly Uint8Array[];
  readonly blockSize: number;
  readonly windowSize: number;
  readonly signal: AbortSignal;
  readonly repeated: () => void;
  /** Octets so far. */
  readonly progress?: (octets: number) => void;
}

/** `gave-up`: nothing came any more; ask again. `error`: the server's ERROR. */
export type Got =
  | { readonly kind: "whole" }
  | { readonly kind: "error"; readonly code: number; readonly text: string }
  | { readonly kind: "gave-up" };

/** Octets that are not those of the file. Never to be forgiven. */
export class WrongOctets extends Error {
  override readonly name = "WrongOctets";
}

const [RRQ, DATA, ACK, ERROR, OACK] = [1, 3, 4, 5, 6];
/** Milliseconds without a packet after which a client says again what it said last, and how often it does. */
const PATIENCE = 1000;
const PATIENT = 6;

/** Gets one file (RFC 1350, 2347, 2348, 2349, 7440) and compares each block with what it must be. */
export async function tftpGet(get: TftpGet): Promise<Got> {
  const { server, windowSize, signal } = get;
  let over = false;
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise<Got>((resolve, reject) => {
      let peer = 0;
      let blockSize = 512;
      let window = 1;
      let block = 0;
      let inWindow = 0;
      let gap = false;
      let octets = 0;
      let candidates = get.expected;
      let silent = 0;
      let last: Buffer = requestOf(get);
      let heardAt = performance.now();

      const say = (bytes: Buffer) => {
        last = bytes;
        socket?.send(bytes, peer === 0 ? 69 : peer, server);
      };
      const acknowledge = () => {
        inWindow = 0;
        say(ackOf(block));
      };
      const take = (packet: Buffer) => {
        const number = packet.readUInt16BE(2);
        if (number !== ((block + 1) & 0xffff)) {
          // A hole, or a block that we have: one ACK tells where we stand.
          if (!gap && windowSize > 1) acknowledge();
          gap = true;
          return;
        }
        gap = false;
        silent = 0;
        const length = packet.length - 4;
        const end = length < blockSize;
        if (length > blockSize) return reject(new WrongOctets(`${get.file}: a block of ${length} octets`));
        candidates = candidates.filter(
          (bytes) => octets + length <= bytes.length && packet.compare(bytes, octets, octets + length, 4) === 0,
        );
        if (candidates.length === 0) return reject(new WrongOctets(`${get.file}: other octets behind ${octets}`));
        octets += length;
        block++;
        inWindow++;
        get.progress?.(octets);
        if (end && !candidates.some((bytes) => bytes.length === octets)) {
          return reject(new WrongOctets(`${get.file}: it ends behind ${octets} octets`));
        }
        if (end || inWindow >= window) acknowledge();
        if (end) resolve({ kind: "whole" });
      };
      const hear = (packet: Buffer, from: { readonly port: number; readonly address: string }) => {
        if (from.address !== server || packet.length < 4 || (peer !== 0 && from.port !== peer)) return;
        peer = from.port;
        heardAt = performance.now();
        const opcode = packet.readUInt16BE(0);
        if (opcode === ERROR) {
          resolve({
            kind: "error",
            code: packet.readUInt16BE(2),
            text: packet.toString("latin1", 4, packet.length - 1),
          });
        } else if (opcode === OACK && block === 0) {
          const options = optionsOf(packet);
          blockSize = Number(options.get("blksize") ?? 512);
          window = Number(options.get("windowsize") ?? 1);
          const size = options.get("tsize");
          candidates = candidates.filter((bytes) => size === undefined || Number(size) === bytes.length);
          if (candidates.length === 0) reject(new WrongOctets(`${get.file}: tsize ${size}`));
          else acknowledge();
        } else if (opcode === DATA) take(packet);
      };
      stop = () => reject(signal.reason);
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop);
      openUdp(get.local, 0, hear).then((opened) => {
        socket = opened;
        if (over) return leave(opened, signal.aborted);
        say(last);
        timer = setInterval(() => {
          if (performance.now() - heardAt < PATIENCE) return;
          heardAt = performance.now();
          if (++silent > PATIENT) return resolve({ kind: "gave-up" });
          get.repeated();
          gap = false;
          inWindow = 0;
          say(last);
        }, PATIENCE / 4);
      }, reject);
    });
  } finally {
    clearInterval(timer);
    if (stop !== undefined) signal.removeEventListener("abort", stop);
    over = true;
    if (socket !== undefined) leave(socket, signal.aborted);
  }
}

/** What a machine that was switched off leaves behind: nobody says that its port is closed. */
const deaf: Socket[] = [];

function leave(socket: Socket, switchedOff: boolean): void {
  socket.removeAllListeners("message");
  if (switchedOff) deaf.push(socket);
  else socket.close();
}

/** Closes what the machines that were switched off have left. */
export function closeDeaf(): void {
  for (const socket of deaf.splice(0)) socket.close();
}

function requestOf({ file, blockSize, windowSize }: TftpGet): Buffer {
  const options = ["tsize", "0", "blksize", String(blockSize)];
  if (windowSize > 1) options.push("windowsize", String(windowSize));
  return Buffer.from(`\0${String.fromCharCode(RRQ ?? 0)}${[file, "octet", ...options].join("\0")}\0`, "latin1");
}

function ackOf(block: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt16BE(ACK ?? 0, 0);
  bytes.writeUInt16BE(block & 0xffff, 2);
  return bytes;
}

function optionsOf(packet: Buffer): Map<string, string> {
  const words = packet.toString("latin1", 2, packet.length - 1).split("\0");
  const options = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) options.set(words[at]?.toLowerCase() ?? "", words[at + 1] ?? "");
  return options;
}
