import type { Channel } from "./channel.ts";
import type { TransferFigures, TransferRef } from "./core/events.ts";
import { errors, type TftpError } from "./core/faults.ts";
import { negotiate } from "./core/negotiate.ts";
import { type NetasciiDecoder, netasciiDecoder } from "./core/netascii.ts";
import { requestedNumber } from "./core/options.ts";
import {
  dataHeader,
  encodeAck,
  encodeError,
  encodeOack,
  errorTextOf,
  numberOf,
  opcodeOf,
  opcodes,
  wireNumber,
} from "./core/packet.ts";
import { beginReceive, type ReceiveEffect, type ReceiveState, stepReceive } from "./core/receive.ts";
import { hold, resume } from "./core/timer.ts";
import type { Outcome } from "./core/transfer-types.ts";
import { type Asked, endEvent, messageOf, type Session, type SessionHost, transferRef } from "./session.ts";
import type { CreateResult, Sink, SinkFault, SinkFile } from "./sink.ts";

const refusals = {
  exists: errors.exists,
  "no-space": errors.diskFull,
  "write-refused": errors.accessViolation,
} as const satisfies Record<SinkFault["reason"], TftpError>;

/** Takes one upload, from creating the file to the repeated last ACK. */
export function writeSession(host: SessionHost, sink: Sink, asked: Asked): Session {
  const { client, request, settings } = asked;
  const { clock } = host;
  let ended = false;
  let verified = false;
  let running: Running | undefined;

  const session: Session = {
    client,
    direction: "write",
    acknowledged: () => running !== undefined && running.state.received > 0,
    quietSince: (now) => (running && !running.storing ? running.state.advancedAt : now),
    packet(packet) {
      if (running && !ended) onPacket(running, packet);
    },
    repeat() {
      if (running && !ended) perform(running, stepReceive(running.state, { type: "repeat", time: clock.now() }));
    },
    tick(now) {
      if (running && !ended) perform(running, stepReceive(running.state, { type: "tick", time: now }));
    },
    stop(reason) {
      const error = reason === "stopped" ? errors.stopping : undefined;
      if (running) finish(running, { type: "aborted", reason }, error);
      else leave();
    },
    isOver: () => ended,
  };
  void create();
  return session;

  async function create(): Promise<void> {
    try {
      created(await sink.create(request.file, requestedNumber(request.options, "tsize"), client));
    } catch (error) {
      created({ ok: false, fault: { reason: "write-refused", detail: messageOf(error) } });
    }
  }

  function created(result: CreateResult): void {
    if (ended) {
      if (result.ok) void discard(result.file);
      return;
    }
    if (result.ok) run(result.file, result.maxSize);
    else {
      const { reason, detail } = result.fault;
      const { code, text } = refusals[reason];
      const rejected = host.reject(client, encodeError(code, text));
      leave();
      const { file } = request;
      host.emit({
        type: "refused",
        time: clock.wall(),
        client,
        file,
        reason,
        code: rejected ? code : undefined,
        detail,
      });
    }
  }

  function run(file: SinkFile, maxSize: number): void {
    const terms = negotiate(request, undefined, {
      maxBlockSize: Math.min(host.maxBlockSize(), settings?.maxBlockSize ?? 65464),
      maxWindowSize: Math.min(host.maxWindowSize(), settings?.maxWindowSize ?? 65535),
      ignoreOptions: settings?.ignoreOptions ?? [],
    });
    const { blockSize, windowSize, timeout, acknowledged } = terms;
    const transfer = transferRef(host, asked);
    const time = clock.wall();
    const size = requestedNumber(request.options, "tsize");
    host.emit({ type: "start", time, transfer, requested: request.options });
    host.emit({ type: "negotiated", time, transfer, size, blockSize, windowSize, timeout, acknowledged });
    const { idleLimit, lifetime } = host.limits;
    const { state, effect } = beginReceive(
      {
        size: size ?? 0,
        blockSize,
        windowSize,
        offer: acknowledged.length > 0,
        rollover: settings?.rollover ?? 0,
        timeout,
        idleLimit,
        lifetime,
        maxSize,
      },
      clock.now(),
    );
    const opening: Running = {
      transfer,
      state,
      file,
      oack: encodeOack(acknowledged),
      decoder: request.mode === "netascii" ? netasciiDecoder() : undefined,
      channel: undefined,
      queue: [],
      storing: false,
      position: 0,
      committed: false,
    };
    running = opening;
    const channel = host.channel(client, {
      packet: session.packet,
      portClosed: () => {
        if (!ended) perform(opening, stepReceive(state, { type: "port-closed" }));
      },
      sendFailed: (code) => host.emit({ type: "send-failed", time: clock.wall(), client, code }),
      failed: (code) => finish(opening, { type: "aborted", reason: "no-socket", detail: code }, undefined),
    });
    if (ended) return;
    opening.channel = channel;
    perform(opening, effect);
  }

  function onPacket(run: Running, packet: Uint8Array): void {
    const opcode = opcodeOf(packet);
    const number = numberOf(packet);
    if (!verified && number >= 0 && (opcode === opcodes.data || opcode === opcodes.error)) {
      verified = true;
      host.verified(session, opcode === opcodes.data);
    }
    if (opcode === opcodes.data && number >= 0) {
      const payload = packet.subarray(dataHeader);
      const effect = stepReceive(run.state, { type: "data", block: number, length: payload.length, time: clock.now() });
      if (effect.kind === "take") {
        run.queue.push({ payload, ack: effect.ack, last: effect.last });
        if (!run.storing) void store(run);
      } else perform(run, effect);
    } else if (opcode === opcodes.error) {
      const message = errorTextOf(packet);
      perform(run, stepReceive(run.state, { type: "error", code: Math.max(0, number), message }));
    } else perform(run, stepReceive(run.state, { type: "stray" }));
  }

  function perform(run: Running, effect: ReceiveEffect): void {
    switch (effect.kind) {
      case "none":
      case "take":
        return;
      case "offer":
        run.channel?.send(run.oack);
        return;
      case "ack":
        // While blocks wait for the disk, their ACK says more than this one.
        if (!run.storing) run.channel?.send(encodeAck(wireNumber(effect.block, run.state.plan.rollover)));
        return;
      case "end":
        finish(run, effect.outcome, effect.error);
    }
  }

  /** Writes what has come, in order, and acknowledges it when it is written. */
  async function store(run: Running): Promise<void> {
    run.storing = true;
    hold(run.state);
    try {
      for (let next = run.queue.shift(); next && !ended; next = run.queue.shift()) {
        await put(run, run.decoder ? run.decoder.decode(next.payload) : next.payload);
        if (next.last && !ended) {
          if (run.decoder) await put(run, run.decoder.end());
          await run.file.commit();
          run.committed = true;
        }
        if (ended) break;
        if (next.ack !== undefined) run.channel?.send(encodeAck(wireNumber(next.ack, run.state.plan.rollover)));
        if (next.last) reportDone(run);
      }
      run.storing = false;
      if (!ended) resume(run.state, clock.now());
    } catch (error) {
      finish(run, { type: "aborted", reason: "io-failed", detail: messageOf(error) }, errors.writeFailed);
      run.storing = false;
    }
    if (ended && !run.committed) await discard(run.file);
  }

  async function put(run: Running, octets: Uint8Array): Promise<void> {
    if (octets.length === 0) return;
    await run.file.write(octets, run.position);
    run.position += octets.length;
  }

  /** The file is there; what follows only repeats the last ACK. */
  function reportDone(run: Running): void {
    const { plan } = run.state;
    const outcome = { type: "done", confirmed: true } as const;
    host.emit(endEvent(clock.wall(), run.transfer, outcome, figuresOf(run), plan));
  }

  function figuresOf(run: Running): TransferFigures {
    const { state } = run;
    return {
      bytes: state.octets,
      size: Math.max(state.plan.size, state.octets),
      blocks: state.received,
      retransmissions: state.retransmissions,
      timeouts: state.timeouts,
      ms: clock.now() - asked.receivedAt,
    };
  }

  function finish(run: Running, outcome: Outcome, error: TftpError | undefined): void {
    if (ended) return;
    if (error && !run.committed) run.channel?.send(encodeError(error.code, error.text));
    run.channel?.close(false);
    leave();
    if (run.committed) return;
    host.emit(endEvent(clock.wall(), run.transfer, outcome, figuresOf(run), run.state.plan));
    if (!run.storing) void discard(run.file);
  }

  function leave(): void {
    if (ended) return;
    ended = true;
    host.ended(session);
  }
}

/** Nobody is left to learn that the unfinished file could not be removed. */
async function discard(file: SinkFile): Promise<void> {
  try {
    await file.discard();
  } catch {}
}

interface Running {
  readonly transfer: TransferRef;
  readonly state: ReceiveState;
  readonly file: SinkFile;
  readonly oack: Uint8Array;
  readonly decoder: NetasciiDecoder | undefined;
  channel: Channel | undefined;
  /** Blocks on their way to the disk. */
  readonly queue: { payload: Uint8Array; ack: number | undefined; last: boolean }[];
  storing: boolean;
  /** Bytes written. */
  position: number;
  /** The file is complete and was reported. */
  committed: boolean;
}
