import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lookUps, usualLookUps } from "../src/lookups.ts";
import { reads } from "../src/reads.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Look-ups whose answers the test gives, by what they look for. */
function setUp(limits = usualLookUps) {
  const begun: string[] = [];
  const answers = new Map<string, (value: string) => void>();
  const stuck: string[] = [];
  const discarded: string[] = [];
  const turns = lookUps(limits, (place, is) => void stuck.push(`${place} ${is ? "is silent" : "answers"}`));
  const ended: string[] = [];
  return {
    begun,
    stuck,
    discarded,
    ended,
    look(name: string, client = "10.0.0.1", place = "/boot") {
      const work = () => {
        begun.push(name);
        return new Promise<string>((resolve) => void answers.set(name, resolve));
      };
      const discard = (value: string) => void discarded.push(value);
      void turns.run({ client, place, work, discard }).then(({ kind }) => ended.push(`${name} ${kind}`));
    },
    async answer(name: string) {
      answers.get(name)?.(name);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe("look-ups", () => {
  it("wait for each other at one place, and not for those at another", async () => {
    const { look, begun, ended, answer } = setUp();
    for (const name of ["a", "b", "c"]) look(name, `client ${name}`);
    look("d", "client d", "/boot/nfs");
    expect(begun).toEqual(["a", "b", "d"]);
    await answer("b");
    expect(begun).toEqual(["a", "b", "d", "c"]);
    for (const name of ["a", "c", "d"]) await answer(name);
    expect(ended).toEqual(["b done", "a done", "c done", "d done"]);
  });

  it("of one client in a loop let every other client have its turn", async () => {
    const { look, begun, answer } = setUp();
    for (let at = 0; at < 500; at++) look(`x${at}`, "10.0.0.66");
    look("honest", "10.0.0.20");
    await answer("x0");
    await answer("x1");
    expect(begun).toEqual(["x0", "x1", "x2", "honest"]);
  });

  it("of a thousand clients at once are dropped after a second, not answered late", async () => {
    const { look, begun, ended, answer } = setUp();
    for (let at = 0; at < 1000; at++) look(`x${at}`, `10.0.${at >> 8}.${at & 255}`);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ended.filter((text) => text.endsWith(" busy")).length).toBe(998);
    look("late", "10.0.0.20");
    await answer("x0");
    expect(begun).toEqual(["x0", "x1", "late"]);
  });

  it("beyond those that may wait drop the one that waits longest", async () => {
    const { look, ended } = setUp({ ...usualLookUps, waiting: 2 });
    for (const name of ["a", "b", "c", "d", "e"]) look(name, name);
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toEqual(["c busy"]);
  });

  it("at a silent place get an answer in time, hold two threads, and cost other places nothing", async () => {
    const { look, begun, ended, stuck, answer, discarded } = setUp();
    for (const name of ["a", "b", "c"]) look(name, name, "/boot/nfs");
    await vi.advanceTimersByTimeAsync(usualLookUps.limit);
    expect(ended).toEqual(["c busy", "a no-answer", "b no-answer"]);
    expect(stuck).toEqual(["/boot/nfs is silent"]);
    look("d", "d", "/boot/nfs");
    look("local", "d");
    await answer("local");
    expect(ended.slice(3).toSorted()).toEqual(["d no-answer", "local done"]);
    expect(begun).toEqual(["a", "b", "local"]);
    await answer("a");
    expect(stuck.length).toBe(1);
    await answer("b");
    expect(stuck).toEqual(["/boot/nfs is silent", "/boot/nfs answers"]);
    expect(discarded).toEqual(["a", "b"]);
    look("e", "e", "/boot/nfs");
    await answer("e");
    expect(ended.at(-1)).toBe("e done");
  });

  it("that fail are over as well", async () => {
    const turns = lookUps();
    const discard = () => {};
    const failing = () => Promise.reject(new Error("EIO"));
    for (let at = 0; at < 20; at++) {
      const run = turns.run({ client: "a", place: "/boot", work: failing, discard });
      await expect(run).rejects.toThrow("EIO");
    }
  });
});

describe("reads", () => {
  it("are two at once at one place, in their order, and go on after a failure", async () => {
    const turns = reads();
    const begun: number[] = [];
    const gates: (() => void)[] = [];
    const work = (number: number) => () => {
      begun.push(number);
      return new Promise<number>((resolve, reject) => {
        gates[number] = () => (number === 0 ? reject(new Error("EIO")) : resolve(number));
      });
    };
    const runs = [0, 1, 2, 3].map((number) => turns.run("/boot/nfs", work(number)));
    const local = turns.run("/boot", work(4));
    expect(begun).toEqual([0, 1, 4]);
    gates[4]?.();
    expect(await local).toBe(4);
    gates[0]?.();
    await expect(runs[0]).rejects.toThrow("EIO");
    expect(begun).toEqual([0, 1, 4, 2]);
    for (const gate of [1, 2]) gates[gate]?.();
    await Promise.all([runs[1], runs[2]]);
    gates[3]?.();
    expect(await runs[3]).toBe(3);
  });
});
