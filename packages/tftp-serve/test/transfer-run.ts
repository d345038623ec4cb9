import { begin, step } from "../src/core/transfer.ts";
import type { TransferEffect, TransferPlan, TransferState } from "../src/core/transfer-types.ts";

export const plan: TransferPlan = {
  size: 6 * 512 - 1,
  blockSize: 512,
  windowSize: 1,
  offer: true,
  rollover: 0,
  timeout: undefined,
  idleLimit: 30_000,
  lifetime: 900_000,
};

/** A transfer driven by hand: each call is one event, the answer is written short: "oack", "1..4", "-", or how it ended. */
export interface Run {
  readonly first: string;
  readonly state: TransferState;
  ack(block: number, time: number): string;
  tick(time: number): string;
  repeat(time: number): string;
  error(code: number, message?: string): string;
  stray(): string;
  portClosed(): string;
}

export function run(changes: Partial<TransferPlan> = {}, startedAt = 0): Run {
  const { state, effect } = begin({ ...plan, ...changes }, startedAt);
  return {
    first: short(effect),
    state,
    ack: (block, now) => short(step(state, { type: "ack", block, time: now })),
    tick: (now) => short(step(state, { type: "tick", time: now })),
    repeat: (now) => short(step(state, { type: "repeat", time: now })),
    error: (code, message = "") => short(step(state, { type: "error", code, message })),
    stray: () => short(step(state, { type: "stray" })),
    portClosed: () => short(step(state, { type: "port-closed" })),
  };
}

/** A transfer in the middle: blocks up to `base` are acknowledged, and its window was sent at 0. The round trip is 10 ms. */
export function runFrom(base: number, changes: Partial<TransferPlan> = {}): Run {
  const running = run({ ...changes, offer: true }, -10);
  running.state.offering = false;
  running.state.base = base - 1;
  running.state.top = base;
  running.state.acknowledged = true;
  running.ack(base & 0xffff, 0);
  return running;
}

function short(effect: TransferEffect): string {
  switch (effect.kind) {
    case "none":
      return "-";
    case "offer":
      return "oack";
    case "blocks":
      return effect.first === effect.last ? `${effect.first}` : `${effect.first}..${effect.last}`;
    case "end": {
      const { outcome, error } = effect;
      const sent = error ? ` with ERROR ${error.code}` : "";
      if (outcome.type === "done") return `done${outcome.confirmed ? "" : " unconfirmed"}${sent}`;
      if (outcome.type === "probe") return `probe${sent}`;
      return `${outcome.reason}${outcome.error ? ` ${outcome.error.code} ${outcome.error.message}` : ""}${sent}`;
    }
  }
}

/** Ticks every 10 ms from `from` until something happens: what, and when. */
export function nextTick(running: Run, from: number, until = from + 1_000_000): [at: number, effect: string] {
  for (let time = from; time <= until; time += 10) {
    const effect = running.tick(time);
    if (effect !== "-") return [time, effect];
  }
  return [until, "-"];
}
