import { errors, type TftpError } from "./faults.ts";
import { wireNumber } from "./packet.ts";
import { advance, arm, outlived, timerState } from "./timer.ts";
import { type Outcome, type TimerState, type TransferPlan, timing } from "./transfer-types.ts";

/** An upload: `size` of the plan is the tsize of the request, else 0. */
export interface ReceivePlan extends TransferPlan {
  /** Bytes after which the upload is ended. */
  readonly maxSize: number;
}

/** A file on its way from a client. `stepReceive` changes it in place. */
export interface ReceiveState extends TimerState {
  readonly plan: ReceivePlan;
  /** Last block in order, absolute. */
  received: number;
  /** Bytes of the payloads so far. */
  octets: number;
  /** Blocks since our last ACK. */
  unacknowledged: number;
  /** How often the answer that is now waited on was sent. */
  sends: number;
  /** A gap was already answered. */
  gapAnswered: boolean;
  /** The last block came; we only repeat its ACK from now on (RFC 1350 §6). */
  dallying: boolean;
}

export type ReceiveEvent =
  | { type: "data"; block: number; length: number; time: number }
  | { type: "error"; code: number; message: string }
  | { type: "tick"; time: number }
  | { type: "repeat"; time: number }
  | { type: "stray" }
  | { type: "port-closed" };

export type ReceiveEffect =
  | { readonly kind: "none" }
  /** Send the OACK. */
  | { readonly kind: "offer" }
  /** Send ACK of this absolute block. */
  | { readonly kind: "ack"; readonly block: number }
  /** Keep the payload; when it is safe, send ACK of `ack` if there is one. `last`: the file is complete. */
  | { readonly kind: "take"; readonly ack: number | undefined; readonly last: boolean }
  | { readonly kind: "end"; readonly outcome: Outcome; readonly error: TftpError | undefined };

const nothing: ReceiveEffect = Object.freeze({ kind: "none" });

/** An upload that was asked for at `at`, and the first answer: OACK or ACK 0. */
export function beginReceive(plan: ReceivePlan, time: number): { state: ReceiveState; effect: ReceiveEffect } {
  const state: ReceiveState = {
    ...timerState(plan.timeout, time),
    plan,
    received: 0,
    octets: 0,
    unacknowledged: 0,
    sends: 0,
    gapAnswered: false,
    dallying: false,
  };
  return { state, effect: answer(state, time) };
}

/** One event of an upload (RFC 1350, 2347, 7440): changes `state` and returns what to do. */
export function stepReceive(state: ReceiveState, event: ReceiveEvent): ReceiveEffect {
  switch (event.type) {
    case "data":
      return onData(state, event.block, event.length, event.time);
    case "error":
      return state.dallying
        ? end({ type: "done", confirmed: true })
        : end({ type: "aborted", reason: "client-error", error: { code: event.code, message: event.message } });
    case "tick":
      return onTick(state, event.time);
    case "repeat":
      return state.received > 0 || event.time - state.sentAt < timing.repeatGap ? nothing : answer(state, event.time);
    case "stray":
      return onStray(state);
    case "port-closed":
      return state.dallying ? end({ type: "done", confirmed: true }) : end({ type: "aborted", reason: "port-closed" });
  }
}

function onData(state: ReceiveState, number: number, length: number, time: number): ReceiveEffect {
  const { plan } = state;
  if (length > plan.blockSize) return onStray(state);
  const expected = state.received + 1;
  if (state.dallying || number !== wireNumber(expected, plan.rollover)) return onOther(state, number, time);
  if (state.octets + length > plan.maxSize) return end({ type: "aborted", reason: "no-space" }, errors.diskFull);
  advance(state, time, state.sends === 1);
  state.received = expected;
  state.octets += length;
  state.unacknowledged++;
  state.gapAnswered = false;
  state.sends = 0;
  const last = length < plan.blockSize;
  state.dallying = last;
  if (!last && state.unacknowledged < plan.windowSize) {
    arm(state, time);
    return { kind: "take", ack: undefined, last };
  }
  state.unacknowledged = 0;
  state.sends = 1;
  arm(state, time);
  return { kind: "take", ack: expected, last };
}

/** A block that is not the next one. */
function onOther(state: ReceiveState, number: number, time: number): ReceiveEffect {
  if (state.received > 0 && number === wireNumber(state.received, state.plan.rollover)) {
    // Our ACK was lost: the sender repeats the block it still waits for.
    return answer(state, time);
  }
  const { rollover, windowSize } = state.plan;
  for (let ahead = 2; ahead <= windowSize - state.unacknowledged; ahead++) {
    if (number !== wireNumber(state.received + ahead, rollover)) continue;
    if (state.gapAnswered || state.dallying) return nothing;
    state.gapAnswered = true;
    return answer(state, time);
  }
  for (let behind = 1; behind <= 2 * windowSize && behind < state.received; behind++) {
    if (number === wireNumber(state.received - behind, rollover)) return nothing;
  }
  return onStray(state);
}

function onStray(state: ReceiveState): ReceiveEffect {
  state.strays++;
  if (state.strays <= timing.maxStrays) return nothing;
  return state.dallying
    ? end({ type: "done", confirmed: true })
    : end({ type: "aborted", reason: "protocol" }, errors.illegalOperation);
}

function onTick(state: ReceiveState, time: number): ReceiveEffect {
  const { plan } = state;
  if (state.dallying) {
    return time - state.advancedAt >= Math.max(timing.firstRto, state.maxRto < timing.maxRto ? state.maxRto : 0)
      ? end({ type: "done", confirmed: true })
      : nothing;
  }
  if (outlived(state, Math.max(plan.size, state.octets), plan.lifetime, time)) {
    return end({ type: "aborted", reason: "lifetime" }, errors.lifetime);
  }
  if (time < state.deadline) return nothing;
  if (state.received === 0 && state.sends >= timing.maxUnacknowledgedSends) {
    const silent = time - state.startedAt >= timing.unacknowledgedLife;
    return silent ? end({ type: "aborted", reason: "unanswered" }) : nothing;
  }
  if (time - state.advancedAt >= plan.idleLimit) return end({ type: "aborted", reason: "timeout" });
  state.timeouts++;
  state.backoff++;
  return answer(state, time);
}

/** Says how far we are: OACK or ACK 0 before the first block, then the ACK of the last block in order. */
function answer(state: ReceiveState, time: number): ReceiveEffect {
  if (state.sends++ > 0) state.retransmissions++;
  state.unacknowledged = 0;
  arm(state, time);
  if (state.received === 0 && state.plan.offer) return { kind: "offer" };
  return { kind: "ack", block: state.received };
}

function end(outcome: Outcome, error?: TftpError): ReceiveEffect {
  return { kind: "end", outcome, error };
}
