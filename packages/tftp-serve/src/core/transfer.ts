import { errors, type TftpError } from "./faults.ts";
import { wireNumber } from "./packet.ts";
import { advance, arm, outlived, timerState } from "./timer.ts";
import {
  nothing,
  type Outcome,
  type TransferEffect,
  type TransferEvent,
  type TransferPlan,
  type TransferState,
  timing,
} from "./transfer-types.ts";

/** A file of `plan.size` bytes for a client that asked at `at`, and the first thing to send: the OACK or DATA 1. */
export function begin(plan: TransferPlan, time: number): { state: TransferState; effect: TransferEffect } {
  const state: TransferState = {
    ...timerState(plan.timeout, time),
    plan,
    lastBlock: plan.openEnded ? Number.POSITIVE_INFINITY : lastBlockOf(plan.size, plan.blockSize),
    size: plan.size,
    offering: plan.offer,
    acknowledged: false,
    base: 0,
    top: 0,
    sends: 0,
    restarted: false,
    copies: false,
    copiesBefore: false,
  };
  return { state, effect: send(state, time) };
}

/** The end of an open-ended file was read, before its last block is sent: it has `size` bytes. */
export function endKnown(state: TransferState, size: number): void {
  state.size = size;
  state.lastBlock = lastBlockOf(size, state.plan.blockSize);
}

function lastBlockOf(size: number, blockSize: number): number {
  return Math.floor(size / blockSize) + 1;
}

/**
 * One event of a transfer to a client (RFC 1350, 7440): changes `state` and returns what to do. A window of 1 is lockstep;
 * there is no second path for it. Makes no more than the effect, so that a step costs next to nothing.
 */
export function step(state: TransferState, event: TransferEvent): TransferEffect {
  switch (event.type) {
    case "ack":
      return onAck(state, event.block, event.time);
    case "error":
      return onError(state, event.code, event.message);
    case "tick":
      return onTick(state, event.time);
    case "repeat":
      return onRepeat(state, event.time);
    case "stray":
      return onStray(state);
    case "port-closed":
      return allSent(state) && state.acknowledged
        ? end({ type: "done", confirmed: false })
        : end({ type: "aborted", reason: "port-closed" });
  }
}

/** Bytes the client has acknowledged. */
export function acknowledgedOctets(state: TransferState): number {
  const octets = state.base * state.plan.blockSize;
  return state.lastBlock === Number.POSITIVE_INFINITY ? octets : Math.min(octets, state.size);
}

function onAck(state: TransferState, number: number, time: number): TransferEffect {
  const { base, top } = state;
  if (state.offering) {
    if (number !== 0) return onStray(state);
    state.offering = false;
  } else {
    const ahead = blocksAhead(base, number, state.plan.rollover);
    if (ahead === 0 && (state.acknowledged || base > 0)) return onDuplicate(state, time);
    if (ahead <= 0 && ahead + base >= 0 && base > 0) return nothing;
    if (ahead <= 0 || base + ahead > top) return onStray(state);
    state.base = base + ahead;
  }
  const echo = state.base < top && (state.copies || isEcho(state, time));
  advance(state, time, !state.copies);
  state.acknowledged = true;
  state.restarted = false;
  state.copiesBefore = state.copies;
  state.copies = false;
  state.sends = 0;
  if (state.base === state.lastBlock) return end({ type: "done", confirmed: true });
  return echo ? slide(state, time) : send(state, time);
}

/** How far the number of an ACK lies after `base`: the nearest, negative for an old one; Infinity for a number that is never used. */
function blocksAhead(base: number, number: number, rollover: 0 | 1): number {
  if (rollover === 1 && number === 0) return base === 0 ? 0 : Number.POSITIVE_INFINITY;
  const period = rollover === 1 ? 65535 : 65536;
  const ahead = (number - wireNumber(base, rollover) + period) % period;
  return ahead < period / 2 ? ahead : ahead - period;
}

/**
 * The ACK of `base` again. In lockstep it is never answered (RFC 1123 §4.2.3.1, Sorcerer's Apprentice). With a window it
 * says that the first block of it was lost: start again, once.
 */
function onDuplicate(state: TransferState, time: number): TransferEffect {
  if (state.plan.windowSize === 1 || state.restarted || isEcho(state, time)) return nothing;
  state.restarted = true;
  return send(state, time);
}

/**
 * True for an ACK inside the window that no gap in it can have caused: it came sooner than a round trip allows, or
 * answers the second copy of the window before. EDK2 acknowledges every block that it did not expect; to answer each
 * of those ACKs would double every window from then on, for the rest of the file.
 */
function isEcho(state: TransferState, time: number): boolean {
  return state.copiesBefore || time - state.sentAt < state.srtt / 2;
}

function onError(state: TransferState, code: number, message: string): TransferEffect {
  // EDK2 ends a size probe by ERROR 8, iPXE and BIOS ROMs by ERROR 0.
  if (state.offering && (code === 8 || code === 0)) return end({ type: "probe" });
  return end({ type: "aborted", reason: "client-error", error: { code, message } });
}

function onRepeat(state: TransferState, time: number): TransferEffect {
  return state.acknowledged || time - state.sentAt < timing.repeatGap ? nothing : send(state, time);
}

function onStray(state: TransferState): TransferEffect {
  state.strays++;
  if (state.strays <= timing.maxStrays) return nothing;
  return end({ type: "aborted", reason: "protocol" }, errors.illegalOperation);
}

function onTick(state: TransferState, time: number): TransferEffect {
  const { plan } = state;
  if (outlived(state, plan.size, plan.lifetime, time)) {
    return end({ type: "aborted", reason: "lifetime" }, errors.lifetime);
  }
  if (time < state.deadline) return nothing;
  if (!state.acknowledged && state.sends >= (plan.unacknowledgedSends ?? timing.maxUnacknowledgedSends)) {
    const silent = time - state.startedAt >= timing.unacknowledgedLife;
    return silent ? end({ type: "aborted", reason: "unanswered" }) : nothing;
  }
  const silence = time - state.advancedAt;
  if (allSent(state) && state.acknowledged && state.sends > timing.finalRetries && silence >= timing.finalSilence) {
    return end({ type: "done", confirmed: false });
  }
  if (silence >= plan.idleLimit) return end({ type: "aborted", reason: "timeout" });
  state.timeouts++;
  state.backoff++;
  return send(state, time);
}

/** Everything was sent at least once: the client may have it all. */
function allSent(state: TransferState): boolean {
  return state.top === state.lastBlock;
}

/** Sends what stands at `base`: the OACK, or the whole window after it (go back N, RFC 7440 §4). */
function send(state: TransferState, time: number): TransferEffect {
  const again = state.sends++ > 0;
  arm(state, time);
  if (state.offering) {
    if (again) state.retransmissions++;
    state.copies = again;
    return { kind: "offer" };
  }
  const first = state.base + 1;
  const last = Math.min(state.base + state.plan.windowSize, state.lastBlock);
  const copies = state.top - state.base;
  state.retransmissions += copies;
  state.copies = copies > 0;
  state.top = last;
  return { kind: "blocks", first, last };
}

/**
 * The client counts its window from `base` on, and what follows `base` is under way: send only what that leaves out. If a
 * block was lost after all, the client or the timer will say so.
 */
function slide(state: TransferState, time: number): TransferEffect {
  state.sends = 1;
  state.copiesBefore = false;
  arm(state, time);
  const first = state.top + 1;
  const last = Math.min(state.base + state.plan.windowSize, state.lastBlock);
  state.top = last;
  return first > last ? nothing : { kind: "blocks", first, last };
}

function end(outcome: Outcome, error?: TftpError): TransferEffect {
  return { kind: "end", outcome, error };
}
