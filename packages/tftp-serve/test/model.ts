import { wireNumber } from "../src/core/packet.ts";
import { begin, step } from "../src/core/transfer.ts";
import type { Outcome, TransferEffect, TransferPlan, TransferState } from "../src/core/transfer-types.ts";
import { type LinkQuality, link, randomFrom, timeline } from "./link.ts";
import { plan as basePlan } from "./transfer-run.ts";

/** How a client answers blocks out of order: EDK2 acknowledges each, U-Boot one for each gap. */
export type Habit = "each" | "once";

export interface ModelCase extends LinkQuality {
  readonly seed: number;
  readonly size: number;
  readonly blockSize: number;
  readonly windowSize: number;
  readonly offer: boolean;
  readonly rollover: 0 | 1;
  readonly habit: Habit;
  /** Milliseconds after which the client repeats what it said last. */
  readonly clientTimeout: number;
}

export interface ModelResult {
  readonly outcome: Outcome | undefined;
  /** Blocks the client has, in order. */
  readonly received: number;
  /** Every block had the bytes that belong there. */
  readonly exact: boolean;
  readonly complete: boolean;
  /** DATA packets the server sent in the attempt that succeeded. */
  readonly dataSent: number;
  readonly blocks: number;
  readonly ms: number;
  readonly attempts: number;
}

/** Milliseconds after which a client begins anew: longer than the server waits. */
const patience = 40_000;

type ToClient = { tid: number; kind: "oack" } | { tid: number; kind: "data"; number: number; from: number; to: number };
type ToServer = { kind: "rrq" } | { kind: "ack"; tid: number; number: number };

/** A whole transfer between the engine and a client over a bad link, in simulated time. */
export function simulate(model: ModelCase): ModelResult {
  const random = randomFrom(model.seed);
  const time = timeline();
  const { size, blockSize, windowSize, offer, rollover } = model;
  const plan: TransferPlan = { ...basePlan, size, blockSize, windowSize, offer, rollover };
  const blocks = Math.floor(size / blockSize) + 1;
  let dataSent = 0;
  let attempts = 0;
  let outcome: Outcome | undefined;
  let active: { tid: number; state: TransferState } | undefined;

  const toClient = link<ToClient>(model, random, time, onClient);
  const toServer = link<ToServer>(model, random, time, onServer);

  function onServer(packet: ToServer): void {
    const now = time.now;
    if (packet.kind === "rrq") {
      if (active && (!active.state.acknowledged || now - active.state.startedAt < 20)) {
        perform(step(active.state, { type: "repeat", time: now }));
      } else {
        const { state, effect } = begin(plan, now);
        active = { tid: ++attempts, state };
        dataSent = 0;
        perform(effect);
        tick(active.tid);
      }
    } else if (active && packet.tid === active.tid) {
      perform(step(active.state, { type: "ack", block: packet.number, time: now }));
    }
  }

  function tick(tid: number): void {
    time.at(time.now + 10, () => {
      if (active?.tid !== tid) return;
      perform(step(active.state, { type: "tick", time: time.now }));
      if (active?.tid === tid) tick(tid);
    });
  }

  function perform(effect: TransferEffect): void {
    if (!active) return;
    const { tid } = active;
    if (effect.kind === "offer") toClient({ tid, kind: "oack" });
    if (effect.kind === "end") {
      outcome = effect.outcome;
      active = undefined;
    }
    if (effect.kind !== "blocks") return;
    for (let block = effect.first; block <= effect.last; block++) {
      dataSent++;
      const from = (block - 1) * blockSize;
      toClient({ tid, kind: "data", number: wireNumber(block, rollover), from, to: Math.min(from + blockSize, size) });
    }
  }

  let tid = 0;
  let received = 0;
  let inWindow = 0;
  let gapAnswered = false;
  let exact = true;
  let complete = false;
  let heardAt = 0;
  let tries = 0;
  let finishedAt = 0;

  function acknowledge(): void {
    inWindow = 0;
    toServer({ kind: "ack", tid, number: wireNumber(received, rollover) });
  }

  function onClient(packet: ToClient): void {
    if (tid === 0) tid = packet.tid;
    if (packet.tid !== tid) return;
    if (packet.kind === "oack") {
      heardAt = time.now;
      if (received === 0) acknowledge();
      return;
    }
    if (complete || packet.number !== wireNumber(received + 1, rollover)) {
      if (windowSize === 1 && packet.number !== wireNumber(received, rollover)) return;
      if (model.habit === "once" && gapAnswered) return;
      gapAnswered = !complete;
      if (received > 0 || offer) acknowledge();
      return;
    }
    heardAt = time.now;
    tries = 0;
    gapAnswered = false;
    exact &&= packet.from === received * blockSize && packet.to === Math.min(packet.from + blockSize, size);
    received++;
    inWindow++;
    complete = packet.to - packet.from < blockSize;
    if (complete) finishedAt = time.now;
    if (complete || inWindow === windowSize) acknowledge();
  }

  function clientTimer(): void {
    time.at(time.now + model.clientTimeout / 4, () => {
      if (complete) return;
      if (time.now - heardAt >= model.clientTimeout) {
        heardAt = time.now;
        gapAnswered = false;
        tries++;
        if (tries * model.clientTimeout >= patience) {
          tries = 0;
          tid = 0;
          received = 0;
        }
        if (tid === 0) toServer({ kind: "rrq" });
        else acknowledge();
      }
      clientTimer();
    });
  }

  toServer({ kind: "rrq" });
  clientTimer();
  time.run(() => (complete && !active) || time.now > 3_600_000);
  return { outcome, received, exact, complete, dataSent, blocks, ms: finishedAt, attempts };
}

/** DATA packets for each block that go-back-N cannot do without: a window brings what comes before its first loss. */
export function goBackN(windowSize: number, loss: number): number {
  let prefix = 0;
  for (let n = 1; n <= windowSize; n++) prefix += (1 - loss) ** n;
  return windowSize / prefix;
}
