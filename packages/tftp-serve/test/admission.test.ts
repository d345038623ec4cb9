import { describe, expect, test } from "vitest";
import { admission } from "../src/core/admission.ts";
import { defaultLimits } from "../src/option-tables.ts";

const limits = { ...defaultLimits, maxTransfers: 4, maxTransfersPerClient: 2 };

describe("places", () => {
  test("for all, and for each client", () => {
    const gate = admission(limits);
    expect(gate.request("a", false, 0)).toBe("granted");
    expect(gate.request("a", false, 0)).toBe("granted");
    expect(gate.request("a", false, 0)).toBe("too-many-transfers-of-client");
    expect(gate.request("b", false, 0)).toBe("granted");
    expect(gate.request("c", false, 0)).toBe("granted");
    expect(gate.request("d", false, 0)).toBe("too-many-transfers");
    expect(gate.active).toBe(4);
    gate.release("a");
    expect(gate.request("a", false, 0)).toBe("granted");
    expect(gate.active).toBe(4);
  });

  test("an exempt client is only bound by the total", () => {
    const gate = admission(limits);
    const verdicts = Array.from({ length: 5 }, () => gate.request("127.0.0.1", true, 0));
    expect(verdicts).toEqual(["granted", "granted", "granted", "granted", "too-many-transfers"]);
  });
});

describe("rates", () => {
  test("a client that never acknowledges: a first burst, then its share a second", () => {
    const gate = admission(defaultLimits);
    const ask = (now: number) => {
      const verdict = gate.request("a", false, now);
      if (verdict === "granted") gate.release("a");
      return verdict;
    };
    let granted = 0;
    while (ask(1000) === "granted") granted++;
    expect(granted).toBe(64);
    expect(ask(1099)).toBe("single");
    expect([ask(1100), ask(1100)]).toEqual(["granted", "single"]);
    expect([ask(1300), ask(1300), ask(1300)]).toEqual(["granted", "granted", "single"]);
  });

  test("beyond that, ten times as many are answered by one packet each, and then none", () => {
    const gate = admission(defaultLimits);
    const ask = () => gate.repeat("a", false, 0);
    expect(Array.from({ length: 200 }, ask).filter(Boolean).length).toBe(64 + 100);
  });

  test.each([10, 300, 480])("%i requests a second in a machine's name do not lock it out", (rate) => {
    const gate = admission(defaultLimits);
    const ask = (now: number) => {
      const verdict = gate.request("victim", false, now);
      if (verdict === "granted" || verdict === "single") gate.release("victim");
      return verdict;
    };
    for (let n = 0; n < 64; n++) ask(0);
    let sent = 0;
    for (let now = 0; now < 10_000; now += 100) {
      for (; sent < (rate * now) / 1000; sent++) ask(now);
      expect(["granted", "single"]).toContain(ask(now));
      // What it asks for is not there.
      for (let n = 0; n < 30; n++) gate.error("victim", false, now);
      expect(gate.error("victim", false, now)).toBe(true);
    }
  });

  test("a thousand a second in the name of a machine that is known do not lock it out either", () => {
    const gate = admission(defaultLimits);
    gate.prove("victim");
    for (let now = 0; now < 10_000; now += 100) {
      for (let n = 0; n < 95; n++) if (gate.request("victim", false, now) !== "rate") gate.release("victim");
      expect(gate.request("victim", false, now)).not.toBe("rate");
      gate.release("victim");
    }
  });

  test("whatever is sent in one machine's name, others have half of all that there is at once", () => {
    const gate = admission({ ...defaultLimits, maxTransfers: 50_000, maxTransfersPerClient: 50_000 });
    gate.prove("known");
    gate.prove("known victim");
    const taken = (count: number, address: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => gate.request(address(n), false, 0)).filter(
        (verdict) => verdict !== "rate",
      );
    expect(taken(3000, () => "victim")).toHaveLength(500);
    expect(taken(3000, (n) => `stranger ${n}`)).toHaveLength(500);
    expect(taken(3000, () => "known victim")).toHaveLength(500);
    expect(taken(100, () => "known")).toHaveLength(100);
    const told = (count: number, address: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => gate.error(address(n), false, 0)).filter(Boolean);
    expect(told(3000, () => "victim")).toHaveLength(500);
    expect(told(3000, (n) => `stranger ${n}`)).toHaveLength(500);
  });

  test("invented addresses leave known ones their share, and those that others vouch for", () => {
    const gate = admission({ ...defaultLimits, maxTransfers: 50_000 }, (address) => address === "neighbour");
    gate.prove("known");
    for (let now = 0; now < 5000; now++) {
      gate.request(`10.${now >> 8}.${now & 255}.1`, false, now);
      gate.request(`10.${now >> 8}.${now & 255}.2`, false, now);
      if (now % 100 !== 0) continue;
      expect(gate.request("known", false, now)).not.toBe("rate");
      expect(gate.request("neighbour", false, now)).not.toBe("rate");
    }
    const strangers = Array.from({ length: 3 }, (_, n) => gate.request(`stranger ${n}`, false, 5000));
    expect(strangers[2]).toBe("rate");
  });

  test("ERRORs have rates of their own, for each address and for all", () => {
    const gate = admission(defaultLimits);
    const errors = (count: number, address: (n: number) => string, now: number) =>
      Array.from({ length: count }, (_, n) => gate.error(address(n), false, now)).filter(Boolean).length;
    expect(errors(2000, () => "a", 0)).toBe(500);
    expect(errors(5000, (n) => `10.0.0.${n & 7}`, 0)).toBe(500);
    expect(errors(2000, () => "b", 1000)).toBe(500);
    expect(errors(5000, (n) => `10.0.0.${n & 7}`, 1000)).toBe(0);
    expect(errors(2000, () => "b", 2000)).toBe(100);
    expect(errors(5000, (n) => `10.0.0.${n & 7}`, 2000)).toBe(400);
    gate.prove("known");
    expect(errors(10, () => "known", 1000)).toBe(10);
    expect(gate.request("a", false, 1000)).toBe("granted");
  });

  test("false addresses together share what is for all", () => {
    const gate = admission({ ...defaultLimits, maxTransfers: 5000 });
    let granted = 0;
    while (gate.request(`10.0.${granted >> 8}.${granted & 255}`, false, 0) === "granted") granted++;
    expect(granted).toBe(1000);
    expect(gate.request("10.1.0.0", false, 2)).toBe("granted");
    expect(gate.request("10.1.0.1", false, 2)).toBe("rate");
  });

  test("a client that acknowledges is never held up, however many files it fetches", () => {
    const gate = admission(defaultLimits);
    for (let n = 0; n < 5000; n++) {
      expect(gate.request("a", false, 0)).toBe("granted");
      gate.acknowledge("a");
      gate.release("a");
    }
  });

  test("acknowledging gives no more than what was taken", () => {
    const gate = admission({ ...defaultLimits, maxTransfers: 5000 });
    gate.request("a", false, 0);
    for (let n = 0; n < 1000; n++) gate.acknowledge("a");
    let granted = 0;
    while (gate.repeat("a", false, 0)) granted++;
    expect(granted).toBe(164);
    while (gate.request(`10.0.${granted >> 8}.${granted & 255}`, false, 0) === "granted") granted++;
    expect(granted).toBe(1000);
  });

  test("repeated requests take their share, exempt ones only of what is for all", () => {
    const gate = admission(defaultLimits);
    let granted = 0;
    while (gate.repeat("127.0.0.1", true, 0)) granted++;
    expect(granted).toBe(1000);
  });

  test("200 machines at once are within the defaults", () => {
    const gate = admission(defaultLimits);
    for (let n = 0; n < 200; n++) expect(gate.request(`192.168.1.${n}`, false, 0)).toBe("granted");
  });
});

test("other limits hold from the next request on", () => {
  const limits = { ...defaultLimits, maxTransfers: 5000 };
  const gate = admission(limits);
  const ask = (count: number, now: number) =>
    Array.from({ length: count }, () => gate.repeat("a", false, now)).filter(Boolean).length;
  expect(ask(300, 0)).toBe(64 + 100);
  limits.unacknowledgedPerSecondPerClient = 100;
  expect(ask(300, 100)).toBe(10 + 100);
  limits.unacknowledgedPerSecondPerClient = 5;
  expect(ask(300, 60_000)).toBe(32 + 50);
  limits.maxTransfers = 0;
  expect(gate.request("b", false, 60_000)).toBe("too-many-transfers");
});

test("false addresses do not fill the memory, and those with transfers are not forgotten", () => {
  const gate = admission({ ...defaultLimits, unacknowledgedPerSecond: 1e9, maxTransfersPerClient: 1 });
  gate.request("real", false, 0);
  for (let n = 0; n < 10_000; n++) {
    gate.request(`a${n}`, false, n);
    gate.release(`a${n}`);
  }
  expect(gate.accounts).toBeLessThanOrEqual(4096);
  expect(gate.request("real", false, 10_000)).toBe("too-many-transfers-of-client");
});
