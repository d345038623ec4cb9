import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wireNumber } from "../src/core/packet.ts";
import { beginReceive, type ReceiveEffect, type ReceivePlan, stepReceive } from "../src/core/receive.ts";
import { begin, step } from "../src/core/transfer.ts";
import type { TransferEffect } from "../src/core/transfer-types.ts";
import { link, randomFrom, timeline } from "./link.ts";
import { plan as readPlan } from "./transfer-run.ts";

const plan: ReceivePlan = { ...readPlan, size: 0, maxSize: 1_000_000 };

function upload(changes: Partial<ReceivePlan> = {}, startedAt = 0) {
  const { state, effect } = beginReceive({ ...plan, ...changes }, startedAt);
  return {
    first: short(effect),
    state,
    data: (block: number, length: number, now: number) =>
      short(stepReceive(state, { type: "data", block, length, time: now })),
    tick: (now: number) => short(stepReceive(state, { type: "tick", time: now })),
    repeat: (now: number) => short(stepReceive(state, { type: "repeat", time: now })),
    error: (code: number) => short(stepReceive(state, { type: "error", code, message: "" })),
    stray: () => short(stepReceive(state, { type: "stray" })),
    portClosed: () => short(stepReceive(state, { type: "port-closed" })),
  };
}

function short(effect: ReceiveEffect): string {
  switch (effect.kind) {
    case "none":
      return "-";
    case "offer":
      return "oack";
    case "ack":
      return `ack ${effect.block}`;
    case "take":
      return `take${effect.ack === undefined ? "" : ` ack ${effect.ack}`}${effect.last ? " last" : ""}`;
    case "end":
      return effect.outcome.type === "aborted"
        ? `${effect.outcome.reason}${effect.error ? ` ERROR ${effect.error.code}` : ""}`
        : effect.outcome.type;
  }
}

describe("an upload", () => {
  test("opens with the OACK, or with ACK 0", () => {
    expect(upload().first).toBe("oack");
    expect(upload({ offer: false }).first).toBe("ack 0");
  });

  test("lockstep: each block is taken and acknowledged once; the last ACK is repeated for a second", () => {
    const u = upload();
    expect([u.data(1, 512, 10), u.data(1, 512, 20), u.data(2, 100, 30)]).toEqual([
      "take ack 1",
      "ack 1",
      "take ack 2 last",
    ]);
    expect([u.data(2, 100, 40), u.tick(1029), u.tick(1030)]).toEqual(["ack 2", "-", "done"]);
    expect(u.state.octets).toBe(612);
  });

  test("an empty file, and a multiple of the block size, end with an empty block", () => {
    expect(upload().data(1, 0, 1)).toBe("take ack 1 last");
    const u = upload();
    expect([u.data(1, 512, 1), u.data(2, 0, 2)]).toEqual(["take ack 1", "take ack 2 last"]);
  });

  test("a window is acknowledged at its end; a gap at once, but once", () => {
    const u = upload({ windowSize: 4 });
    expect([u.data(1, 512, 1), u.data(2, 512, 1), u.data(4, 512, 1), u.data(4, 512, 1)]).toEqual([
      "take",
      "take",
      "ack 2",
      "-",
    ]);
    expect([u.data(3, 512, 2), u.data(4, 512, 2), u.data(5, 512, 2), u.data(6, 512, 2)]).toEqual([
      "take",
      "take",
      "take",
      "take ack 6",
    ]);
    expect([u.data(4, 512, 3), u.data(6, 512, 3), u.data(7, 1, 4)]).toEqual(["-", "ack 6", "take ack 7 last"]);
  });

  test("window after window, and every gap anew; blocks that came before are no strays", () => {
    const u = upload({ windowSize: 2 });
    const said = [1, 2, 3, 4].map((block) => u.data(block, 512, block));
    expect(said).toEqual(["take", "take ack 2", "take", "take ack 4"]);
    expect([u.data(6, 512, 5), u.data(5, 512, 6), u.data(7, 512, 7), u.data(6, 512, 8)]).toEqual([
      "ack 4",
      "take",
      "-",
      "take ack 6",
    ]);
    expect([u.data(8, 512, 9), u.data(7, 512, 10)]).toEqual(["ack 6", "take"]);
    for (let n = 0; n < 50; n++) expect(u.data(4 + (n % 3), 512, 11)).toBe("-");
    expect(u.state.strays).toBe(0);
  });

  test("block numbers roll over to 0 or to 1", () => {
    for (const rollover of [0, 1] as const) {
      const u = upload({ blockSize: 8, rollover });
      for (let block = 1; block <= 65_540; block++) {
        const expected = `take ack ${block}`;
        const number = wireNumber(block, rollover);
        if (u.data(number, 8, block) !== expected) expect.fail(`block ${block}`);
      }
      expect(u.state.octets).toBe(65_540 * 8);
    }
  });

  test("more than allowed ends it with ERROR 3", () => {
    const u = upload({ maxSize: 600 });
    expect([u.data(1, 512, 1), u.data(2, 89, 2)]).toEqual(["take ack 1", "no-space ERROR 3"]);
  });

  test("a block longer than agreed, and numbers without sense, are strays", () => {
    const u = upload();
    for (let n = 0; n < 20; n++) expect(n % 2 ? u.data(1, 513, 1) : u.data(77, 1, 1)).toBe("-");
    expect(u.stray()).toBe("protocol ERROR 4");
  });

  test("silence: the answer again three times, then ACKs with growing patience", () => {
    const u = upload();
    expect([u.tick(1000), u.tick(3000), u.tick(7000), u.tick(14_999), u.tick(15_000)]).toEqual([
      "oack",
      "oack",
      "-",
      "-",
      "unanswered",
    ]);
    const v = upload();
    v.data(1, 512, 10);
    expect([v.tick(49), v.tick(50), v.tick(129), v.tick(130), v.tick(30_009), v.tick(30_010)]).toEqual([
      "-",
      "ack 1",
      "-",
      "ack 1",
      "ack 1",
      "-",
    ]);
    expect(v.tick(38_010)).toBe("timeout");
  });

  test("the client repeats its request, breaks off, or goes away", () => {
    const u = upload();
    expect([u.repeat(10), u.repeat(20), u.error(0)]).toEqual(["-", "oack", "client-error"]);
    expect(upload().portClosed()).toBe("port-closed");
    const done = upload();
    done.data(1, 1, 1);
    expect(done.portClosed()).toBe("done");
    expect(upload({ lifetime: 5 }).tick(5)).toBe("lifetime ERROR 0");
  });
});

/** Our sender against our receiver, over a bad link. */
function transferBetweenEngines(seed: number, windowSize: number, blocks: number, loss: number) {
  const random = randomFrom(seed);
  const time = timeline();
  const quality = { loss, duplication: loss / 2, reordering: loss / 2, delay: 1, jitter: 0.5 };
  const size = blocks * 8 + 3;
  const taken: number[] = [];
  const sent = { ...readPlan, size, blockSize: 8, windowSize, offer: false };
  const receiver = beginReceive({ ...sent, maxSize: size, size: 0 }, 0);
  const sender = begin({ ...sent, windowSize }, 0);
  let ended = 0;
  const toSender = link<number>(quality, random, time, (block) =>
    send(step(sender.state, { type: "ack", block, time: time.now })),
  );
  const toReceiver = link<{ number: number; length: number; block: number }>(quality, random, time, (packet) => {
    const { number, length } = packet;
    const effect = stepReceive(receiver.state, { type: "data", block: number, length, time: time.now });
    if (effect.kind === "take") {
      taken.push(packet.block);
      if (effect.ack !== undefined) toSender(wireNumber(effect.ack, 0));
    } else reply(effect);
  });
  function reply(effect: ReceiveEffect): void {
    if (effect.kind === "ack") toSender(wireNumber(effect.block, 0));
    if (effect.kind === "end") ended |= effect.outcome.type === "done" ? 1 : 4;
  }
  function send(effect: TransferEffect): void {
    if (effect.kind === "end") ended |= effect.outcome.type === "done" ? 2 : 8;
    if (effect.kind !== "blocks") return;
    for (let block = effect.first; block <= effect.last; block++) {
      toReceiver({ number: wireNumber(block, 0), length: Math.min(8, size - (block - 1) * 8), block });
    }
  }
  function tick(): void {
    time.at(time.now + 10, () => {
      if (!(ended & 1)) reply(stepReceive(receiver.state, { type: "tick", time: time.now }));
      if (!(ended & 2)) send(step(sender.state, { type: "tick", time: time.now }));
      tick();
    });
  }
  sender.state.acknowledged = true;
  send(sender.effect);
  tick();
  time.run(() => ended === 3 || ended > 3 || time.now > 3_600_000);
  return { ended, taken };
}

test("every block comes once and in order, over any link", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom(1, 4, 16),
      fc.integer({ min: 0, max: 120 }),
      fc.constantFrom(0, 0.02, 0.1, 0.2),
      (seed, windowSize, blocks, loss) => {
        const { ended, taken } = transferBetweenEngines(seed, windowSize, blocks, loss);
        expect(ended).toBe(3);
        expect(taken).toEqual(Array.from({ length: blocks + 1 }, (_, at) => at + 1));
      },
    ),
    { seed: 7440, numRuns: 150 },
  );
});
