import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { type Part, type PartFailure, startInOrder, stopInReverse } from "../src/app/order.ts";
import { createThrottle } from "../src/log/throttle.ts";
import { holderText } from "../src/os/port-holder.ts";
import { explainPortFailures } from "../src/os/privileges.ts";
import { stopSignal } from "../src/os/signals.ts";

describe("ports that could not be bound", () => {
  it("are reported in one line, with the three ways to give the right", () => {
    const text = explainPortFailures([
      { service: "tftp", address: "192.168.11.109", port: 69, code: "EACCES" },
      { service: "tftp", address: "10.0.0.1", port: 69, code: "EACCES" },
      { service: "dhcp", address: "0.0.0.0", port: 67, code: "EPERM" },
    ]);
    expect(text).toBe(
      "cannot bind UDP port 69 (tftp) on 192.168.11.109, 10.0.0.1, UDP port 67 (dhcp) on 0.0.0.0: permission denied. " +
        "Either run as root, set AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd " +
        "unit, or set ports from 1024 up in the config (dhcp.port, dhcp.pxePort, tftp.port, http.port)",
    );
  });

  it("name who holds them", () => {
    const failure = { service: "dhcp", address: "0.0.0.0", port: 67, code: "EADDRINUSE" };
    expect(explainPortFailures([{ ...failure, holder: "dnsmasq (pid 812)" }])).toBe(
      "cannot bind UDP port 67 (dhcp) on 0.0.0.0: in use by dnsmasq (pid 812). Stop it, or set other interfaces or ports in the config",
    );
    expect(explainPortFailures([{ ...failure, code: "EMFILE" }])).toContain(
      "EMFILE, too many open files. Raise the limit: LimitNOFILE=4096 in the systemd unit, or ulimit -n 4096",
    );
    expect(explainPortFailures([{ ...failure, code: "ENFILE" }])).toContain("sysctl -w fs.file-max=");
    expect(explainPortFailures([failure])).toContain("in use by another program");
    expect(explainPortFailures([{ ...failure, holder: holderText({ pid: 813, command: "bootlace" }) }])).toContain(
      "in use by another Bootlace (pid 813). ",
    );
  });

  it("are grouped by reason", () => {
    const text = explainPortFailures([
      { service: "tftp", address: "10.0.0.1", port: 69, code: "EADDRNOTAVAIL" },
      { service: "dhcp", address: "0.0.0.0", port: 67, code: "EIO" },
    ]);
    expect(text).toBe(
      "cannot bind UDP port 69 (tftp) on 10.0.0.1: no interface has this address; cannot bind UDP port 67 (dhcp) on 0.0.0.0: EIO",
    );
  });
});

describe("parts", () => {
  function parts(broken: Readonly<Record<string, "start" | "stop">>) {
    const steps: string[] = [];
    const make = (name: string, independent = false): Part => ({
      name,
      independent,
      async start() {
        steps.push(`start ${name}`);
        if (broken[name] === "start") throw new Error(name);
      },
      async stop() {
        steps.push(`stop ${name}`);
        if (broken[name] === "stop") throw new Error(name);
      },
    });
    return { steps, list: [make("a"), make("b", true), make("c", true), make("d")] };
  }
  const names = (failures: readonly PartFailure[]) => failures.map(({ name }) => name);

  it("that drain beside each other stop at the same time, the others one after the other", async () => {
    const steps: string[] = [];
    const ends = new Map<string, () => void>();
    const make = (name: string, drains: boolean): Part => ({
      name,
      drains,
      async start() {},
      async stop() {
        steps.push(`stop ${name}`);
        if (drains) await new Promise<void>((resolve) => ends.set(name, resolve));
        steps.push(`stopped ${name}`);
      },
    });
    const stopped = stopInReverse([make("a", false), make("b", true), make("c", true), make("d", false)], () => {});
    while (ends.size < 2) await Promise.resolve();
    expect(steps).toEqual(["stop d", "stopped d", "stop c", "stop b"]);
    ends.get("b")?.();
    ends.get("c")?.();
    await stopped;
    expect(steps.slice(4)).toEqual(["stopped b", "stopped c", "stop a", "stopped a"]);
  });

  it("start in order", async () => {
    const { steps, list } = parts({});
    expect(await startInOrder(list, () => {})).toEqual([]);
    expect(steps).toEqual(["start a", "start b", "start c", "start d"]);
  });

  it("are stopped in reverse when one cannot start", async () => {
    const { steps, list } = parts({ d: "start" });
    expect(names(await startInOrder(list, () => {}))).toEqual(["d"]);
    expect(steps.slice(4)).toEqual(["stop c", "stop b", "stop a"]);
  });

  it("that are independent are all tried, the others are not", async () => {
    const { steps, list } = parts({ b: "start", c: "start" });
    expect(names(await startInOrder(list, () => {}))).toEqual(["b", "c"]);
    expect(steps).toEqual(["start a", "start b", "start c", "stop a"]);
  });

  it("after the first failure of another kind nothing is tried", async () => {
    const { steps, list } = parts({ a: "start" });
    expect(names(await startInOrder(list, () => {}))).toEqual(["a"]);
    expect(steps).toEqual(["start a"]);
  });

  it("are all stopped, past those that fail", async () => {
    const { steps, list } = parts({ c: "stop", d: "stop" });
    const failures: PartFailure[] = [];
    await stopInReverse(list, (failure) => failures.push(failure));
    expect(names(failures)).toEqual(["d", "c"]);
    expect(steps).toEqual(["stop d", "stop c", "stop b", "stop a"]);
  });
});

describe("signals", () => {
  it("the first one asks to stop, the second one exits at once", async () => {
    const source = new EventEmitter();
    const exits: number[] = [];
    const signal = stopSignal(source, (code) => exits.push(code));
    source.emit("SIGTERM", "SIGTERM");
    expect(await signal.received).toBe("SIGTERM");
    expect(exits).toEqual([]);
    source.emit("SIGINT", "SIGINT");
    expect(exits).toEqual([130]);
    signal[Symbol.dispose]();
    expect([source.listenerCount("SIGINT"), source.listenerCount("SIGTERM")]).toEqual([0, 0]);
  });
});

describe("a throttle", () => {
  it("lets a key pass once in its time", () => {
    const passes = createThrottle(60_000);
    expect([passes("a", 0), passes("a", 59_999), passes("b", 1), passes("a", 60_000)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it("lets a key pass when the clock was set back", () => {
    const passes = createThrottle(60_000);
    expect([passes("a", 3_600_000), passes("a", 0), passes("a", 1)]).toEqual([true, true, false]);
  });

  it("forgets the oldest keys when there are many", () => {
    const passes = createThrottle(60_000, 2);
    for (const key of ["a", "b", "c"]) passes(key, 0);
    expect([passes("c", 1), passes("b", 1), passes("a", 1)]).toEqual([false, false, true]);
  });
});
