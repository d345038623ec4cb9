import type { Source, SourceFault } from "@bootlace/boot-source";
import type { FrameCache } from "./cache.ts";
import type { Channel, ChannelHandlers } from "./channel.ts";
import type { TransferFigures, TransferRef } from "./core/events.ts";
import { errorFor, errors, type TftpError } from "./core/faults.ts";
import { negotiate } from "./core/negotiate.ts";
import { encodeError, encodeOack, errorTextOf, numberOf, opcodeOf, opcodes } from "./core/packet.ts";
import { hold, resume } from "./core/timer.ts";
import { acknowledgedOctets, begin, endKnown, step } from "./core/transfer.ts";
import type { Outcome, TransferEffect, TransferState } from "./core/transfer-types.ts";
import type { FramedFile, LoadFault } from "./frames.ts";
import type { OpenEndedFile } from "./netascii-view.ts";
import { type Opening, openInTurn } from "./opening.ts";
import { type Asked, endEvent, type Session, type SessionHost, transferRef } from "./session.ts";

/** Serves one read request, from opening the file to the last ACK. */
export function readSession(host: SessionHost, cache: FrameCache, source: Source, asked: Asked): Session {
  const { client, request, settings } = asked;
  const { clock } = host;
  let ended = false;
  let verified = false;
  let running: Running | undefined;
  let opening: Opening | undefined;

  const session: Session = {
    client,
    direction: "read",
    acknowledged: () => running?.state.acknowledged ?? false,
    quietSince(now) {
      // A look-up makes room like a transfer that nobody answers.
      if (!running) return asked.receivedAt;
      return running.state.deadline === Number.POSITIVE_INFINITY ? now : running.state.advancedAt;
    },
    packet(packet) {
      if (running && !ended) onPacket(running, packet);
    },
    repeat() {
      if (running && !ended) perform(running, step(running.state, { type: "repeat", time: clock.now() }));
    },
    tick(now) {
      if (!running) opening?.tick(now);
      if (!running || ended) return;
      perform(running, step(running.state, { type: "tick", time: now }));
      if (!ended) reportProgress(running, now);
    },
    stop(reason) {
      if (running) finish(running, { type: "aborted", reason }, reason === "stopped" ? errors.stopping : undefined);
      else {
        opening?.abandon();
        leave();
      }
    },
    isOver: () => ended,
  };
  opening = openInTurn(host, source, asked, { opened: run, notServed, unanswered });
  return session;

  function unanswered(reason: "overdue" | "no-descriptor", detail: string): void {
    leave();
    const { file } = request;
    host.emit({ type: "refused", time: clock.wall(), client, file, reason, code: undefined, detail });
  }

  function notServed({ reason, detail }: SourceFault): void {
    // An ERROR would end the boot; who hears nothing asks again.
    if (reason === "busy") {
      unanswered("overdue", detail ?? "the source is busy");
      return;
    }
    const { file } = request;
    const error = errorFor(reason);
    const time = clock.wall();
    if (host.reject(client, encodeError(error.code, error.text))) {
      leave();
      host.emit({ type: "not-found", time, client, file, reason, code: error.code, detail });
    } else {
      leave();
      host.emit({ type: "refused", time, client, file, reason: "rate", code: undefined, detail: undefined });
    }
  }

  function run(file: OpenEndedFile, name: string): void {
    const terms = negotiate(request, file.size, {
      maxBlockSize: Math.min(host.maxBlockSize(), settings?.maxBlockSize ?? 65464),
      maxWindowSize: Math.min(host.maxWindowSize(), settings?.maxWindowSize ?? 65535),
      ignoreOptions: settings?.ignoreOptions ?? [],
    });
    const { blockSize, windowSize, timeout, acknowledged } = terms;
    const rollover = settings?.rollover ?? 0;
    const framed = cache.open(file, { blockSize, rollover });
    const openEnded = framed.size === undefined;
    const size = framed.size ?? file.size;
    const transfer = transferRef(host, asked, name);
    const time = clock.wall();
    host.emit({ type: "start", time, transfer, requested: request.options });
    const announced = framed.size;
    host.emit({ type: "negotiated", time, transfer, size: announced, blockSize, windowSize, timeout, acknowledged });
    const { idleLimit, lifetime } = host.limits;
    const offer = acknowledged.length > 0;
    const shape = { size, openEnded, blockSize, windowSize, offer, rollover } as const;
    const plan = { ...shape, timeout, idleLimit, lifetime, ...(asked.single ? { unacknowledgedSends: 1 } : {}) };
    const { state, effect } = begin(plan, clock.now());
    running = {
      transfer,
      state,
      framed,
      oack: offer ? encodeOack(acknowledged) : undefined,
      channel: undefined,
      ack: { type: "ack", block: 0, time: 0 },
      first: 0,
      last: -1,
      waiting: false,
      chunkIndex: -1,
      reportedAt: state.startedAt,
      reportedBase: 0,
    };
    const started = running;
    const handlers: ChannelHandlers = {
      packet: session.packet,
      portClosed: () => {
        if (!ended) perform(started, step(state, { type: "port-closed" }));
      },
      sendFailed: (code) => host.emit({ type: "send-failed", time: clock.wall(), client, code }),
      guessed: () => finish(started, { type: "aborted", reason: "protocol", detail: "guessed" }, undefined),
      failed: (code) => finish(started, { type: "aborted", reason: "no-socket", detail: code }, undefined),
    };
    const channel = host.channel(client, handlers, windowSize > 1 ? running.framed.frame : undefined);
    if (ended) return;
    running.channel = channel;
    perform(running, effect);
  }

  function onPacket(run: Running, packet: Uint8Array): void {
    const opcode = opcodeOf(packet);
    const number = numberOf(packet);
    if (!verified && number >= 0 && (opcode === opcodes.ack || opcode === opcodes.error)) {
      verified = true;
      host.verified(session, opcode === opcodes.ack);
    }
    if (opcode === opcodes.ack && number >= 0) {
      run.ack.block = number;
      run.ack.time = clock.now();
      perform(run, step(run.state, run.ack));
    } else if (opcode === opcodes.error) {
      const message = errorTextOf(packet);
      perform(run, step(run.state, { type: "error", code: Math.max(0, number), message }));
    } else perform(run, step(run.state, { type: "stray" }));
  }

  function perform(run: Running, effect: TransferEffect): void {
    switch (effect.kind) {
      case "none":
        return;
      case "offer":
        if (run.oack) run.channel?.send(run.oack);
        return;
      case "blocks":
        run.first = effect.first;
        run.last = effect.last;
        if (run.waiting) hold(run.state);
        else sendPending(run);
        return;
      case "end":
        finish(run, effect.outcome, effect.error);
    }
  }

  /** Sends what is in memory, one slice for each piece it lies in, and waits for the rest. */
  function sendPending(run: Running): void {
    const { framed } = run;
    while (run.first <= run.last) {
      const index = framed.indexOf(run.first);
      const chunk = framed.chunk(index);
      if (!chunk) {
        awaitChunk(run, index);
        return;
      }
      const last = Math.min(run.last, chunk.last);
      if (run.state.lastBlock === Number.POSITIVE_INFINITY && framed.size !== undefined)
        endKnown(run.state, framed.size);
      cache.hit();
      run.channel?.sendWindow(chunk.packets, run.first - chunk.first, last - chunk.first);
      run.first = last + 1;
      if (index !== run.chunkIndex) {
        run.chunkIndex = index;
        framed.load(index + 1, undefined);
      }
    }
  }

  function awaitChunk(run: Running, index: number): void {
    let later = false;
    run.waiting = true;
    run.framed.load(index, (fault) => {
      run.waiting = false;
      if (ended) return;
      if (fault) failRead(run, fault);
      else if (later) {
        sendPending(run);
        if (!run.waiting) resume(run.state, clock.now());
      }
    });
    later = true;
    if (run.waiting) hold(run.state);
    else if (!ended) sendPending(run);
  }

  function failRead(run: Running, fault: LoadFault): void {
    const error = fault.reason === "file-changed" ? errors.fileChanged : errors.readFailed;
    const { reason, detail } = fault;
    finish(run, detail === undefined ? { type: "aborted", reason } : { type: "aborted", reason, detail }, error);
  }

  function reportProgress(run: Running, now: number): void {
    const { progressInterval } = host;
    if (progressInterval === 0 || now - run.reportedAt < progressInterval || run.state.base === run.reportedBase)
      return;
    run.reportedAt = now;
    run.reportedBase = run.state.base;
    host.emit({ type: "progress", time: clock.wall(), transfer: run.transfer, figures: figuresOf(run) });
  }

  function figuresOf(run: Running): TransferFigures {
    const { state } = run;
    return {
      bytes: acknowledgedOctets(state),
      size: state.lastBlock === Number.POSITIVE_INFINITY ? Math.max(state.size, acknowledgedOctets(state)) : state.size,
      blocks: state.base,
      retransmissions: state.retransmissions,
      timeouts: state.timeouts,
      ms: clock.now() - asked.receivedAt,
    };
  }

  function finish(run: Running, outcome: Outcome, error: TftpError | undefined): void {
    if (ended) return;
    if (error) run.channel?.send(encodeError(error.code, error.text));
    const answered = outcome.type !== "aborted" && run.state.base === run.state.top && run.state.retransmissions === 0;
    run.channel?.close(answered);
    cache.close(run.framed);
    leave();
    host.emit(endEvent(clock.wall(), run.transfer, outcome, figuresOf(run), run.state.plan));
  }

  function leave(): void {
    if (ended) return;
    ended = true;
    host.ended(session);
  }
}

interface Running {
  readonly transfer: TransferRef;
  readonly state: TransferState;
  readonly framed: FramedFile;
  readonly oack: Uint8Array | undefined;
  channel: Channel | undefined;
  /** Used for every ACK, so that none makes an object. */
  readonly ack: { type: "ack"; block: number; time: number };
  /** Blocks still to send. */
  first: number;
  last: number;
  /** A piece of the file is being read. */
  waiting: boolean;
  /** The piece last sent from. */
  chunkIndex: number;
  reportedAt: number;
  reportedBase: number;
}
