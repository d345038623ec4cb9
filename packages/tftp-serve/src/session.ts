import type { Channel, ChannelHandlers } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { AbortReason, TftpClient, TftpEvent, TransferFigures, TransferRef } from "./core/events.ts";
import type { TftpRequest } from "./core/packet.ts";
import type { Outcome } from "./core/transfer-types.ts";
import type { ClientSettings, TftpLimits } from "./server-options.ts";

/** A request that was let in. */
export interface Asked {
  readonly client: TftpClient;
  readonly request: TftpRequest;
  readonly settings: ClientSettings | undefined;
  /** When it came, by the clock of the server. */
  readonly receivedAt: number;
  /** What goes to an address that has not answered is sent once only. */
  readonly single: boolean;
}

/** One transfer, from the request to its end. */
export interface Session {
  readonly client: TftpClient;
  readonly direction: "read" | "write";
  /** The client has answered, so the same request again is a new one. */
  acknowledged(): boolean;
  /** Since when nothing has moved; `now` while the delay is ours. */
  quietSince(now: number): number;
  packet(packet: Uint8Array): void;
  repeat(): void;
  tick(now: number): void;
  /** Ends it; the client gets an ERROR only when the server stops. */
  stop(reason: AbortReason): void;
  /** It has ended. */
  isOver(): boolean;
}

/** What is done when it is a look-up's turn, or when that comes too late. */
export interface Turn {
  /** @param release to be called when the file is open, or cannot be opened */
  start(release: () => void): void;
  drop(): void;
}

/** What sessions need of the server. */
export interface SessionHost {
  readonly clock: Clock;
  readonly limits: TftpLimits;
  /** The largest block for now. */
  maxBlockSize(): number;
  maxWindowSize(): number;
  readonly progressInterval: number;
  emit(event: TftpEvent): void;
  nextId(): number;
  /** @param frame bytes of a full DATA packet, where windows of several are sent */
  channel(client: TftpClient, handlers: ChannelHandlers, frame?: number): Channel;
  /** Sends an ERROR where there is no transfer. @returns whether the rates allowed it */
  reject(client: TftpClient, packet: Uint8Array): boolean;
  /** Opens a file when it is the client's turn. */
  lookUp(asked: Asked, turn: Turn): void;
  /** The file of a request is there. */
  found(asked: Asked): void;
  /** The client's address is true. @param acknowledged it takes part in the transfer */
  verified(session: Session, acknowledged: boolean): void;
  ended(session: Session): void;
}

/** @param name what was opened, where it is not the name as sent */
export function transferRef(host: SessionHost, asked: Asked, name = asked.request.file): TransferRef {
  const { file } = asked.request;
  return {
    id: host.nextId(),
    direction: asked.request.opcode === "rrq" ? "read" : "write",
    client: asked.client,
    file: name,
    ...(name === file ? {} : { askedFor: file }),
    mode: asked.request.mode === "netascii" ? "netascii" : "octet",
  };
}

/** The event of how a transfer ended. */
export function endEvent(
  time: number,
  transfer: TransferRef,
  outcome: Outcome,
  figures: TransferFigures,
  shape: { readonly blockSize: number; readonly windowSize: number },
): TftpEvent {
  switch (outcome.type) {
    case "done":
      return {
        type: "done",
        time,
        transfer,
        figures,
        blockSize: shape.blockSize,
        windowSize: shape.windowSize,
        confirmed: outcome.confirmed,
      };
    case "probe":
      return { type: "probe", time, transfer, size: figures.size, ms: figures.ms };
    case "aborted":
      return {
        type: "aborted",
        time,
        transfer,
        figures,
        reason: outcome.reason,
        error: outcome.error,
        detail: outcome.detail,
      };
  }
}

/** What went wrong, for the log. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
