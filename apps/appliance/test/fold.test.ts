import { messageTypes } from "@bootlace/dhcp-core";
import { describe, expect, test } from "vitest";
import { growTree } from "../src/catalogue/tree.ts";
import { ruleBook } from "../src/policy/rules.ts";
import { CLIENT, MAC, ROUTER, story } from "./helpers/story.ts";

const macOf = (number: number) =>
  `02:00:00:${[16, 8, 0].map((shift) => ((number >> shift) & 255).toString(16).padStart(2, "0")).join(":")}`;

describe("who a packet, a transfer and a request belong to", () => {
  const twoMachines = () => {
    const played = story({ plan: { kind: "boot", file: "a.efi" } });
    return played.discover({ mac: macOf(1) }).discover({ mac: macOf(2) });
  };
  test("by the address a REQUEST to the router asks for", () => {
    const played = story()
      .discover()
      .lease({ address: "192.168.11.77" })
      .tftp("x", "done", { address: "192.168.11.77" });
    expect(played.boots().map(({ key, address }) => [key, address])).toEqual([[MAC, "192.168.11.77"]]);
  });
  test("by the address of a request on port 4011", () => {
    const played = twoMachines()
      .pxeRequest({ mac: macOf(1) }, "192.168.11.71")
      .pxeRequest({ mac: macOf(2) }, "192.168.11.72");
    played.tftp("one", "done", { address: "192.168.11.71" }).tftp("two", "done", { address: "192.168.11.72" });
    const files = played
      .boots()
      .map(({ key, steps }) => [key, steps.flatMap((step) => (step.kind === "file" ? [step.file] : []))]);
    expect(Object.fromEntries(files)).toEqual({ [macOf(1)]: ["one"], [macOf(2)]: ["two"] });
  });
  test("by an ACK of the router that was broadcast", () => {
    const played = story({ overhearing: true }).discover().foreignOffer().foreignAck("192.168.11.78");
    expect(played.tftp("x", "done", { address: "192.168.11.78" }).boots()).toHaveLength(1);
    expect(played.boot().steps.map(({ kind }) => kind)).toEqual([
      "discover",
      "offer",
      "foreign-offer",
      "lease",
      "file",
    ]);
  });
  test("by being the only machine that waits: a Pi 3 shows no lease. With two, nothing is guessed", () => {
    expect(story().discover().tftp("bootcode.bin").boots()).toHaveLength(1);
    const played = twoMachines().tftp("bootcode.bin");
    expect(played.boots().map(({ key }) => key)).toEqual([macOf(1), macOf(2), `ip ${CLIENT}`]);
    expect(played.boot().mac).toBeUndefined();
  });
  test("an address that another machine gets belongs to that one from then on", () => {
    const played = story().discover().lease().pxeRequest().tftp("x").wait(200);
    played.pxeRequest({ mac: macOf(9) }, CLIENT).tftp("y");
    expect(played.boot().key).toBe(macOf(9));
  });
  test("a REQUEST that names us and asks for an address is the lease of a DHCP server beside Bootlace", () => {
    const played = story().discover().lease({ server: "192.168.11.109" });
    expect(played.boot().steps.at(-1)).toMatchObject({ kind: "lease", server: "192.168.11.109", address: CLIENT });
  });
  test("a REQUEST that names us and asks for no address is part of our own exchange", () => {
    const played = story().discover().ordinary(messageTypes.REQUEST, { serverIdentifier: "192.168.11.109" });
    expect(played.boot().steps.map(({ kind }) => kind)).not.toContain("lease");
  });
  test("ordinary machines make no boot", () => {
    const played = story().ordinary(messageTypes.DISCOVER, { hostName: "laptop" });
    played.ordinary(messageTypes.REQUEST, { serverIdentifier: ROUTER, requestedAddress: CLIENT });
    expect(played.boots()).toEqual([]);
  });
  test("a Pi's REQUEST without option 60 is its lease", () => {
    const mac = "dc:a6:32:01:36:c2";
    const pi = { arch: 0, mac, options: { vendorClassIdentifier: "PXEClient:Arch:00000:UNDI:002001" } };
    const played = story({ machine: pi, plan: { kind: "boot" } })
      .discover()
      .lease({ boot: false });
    expect(played.boot()).toMatchObject({ mac, firmware: "raspberry-pi", address: CLIENT });
  });
});

describe("one boot or the next", () => {
  test("retries, iPXE and a wait at a menu are one; a minute of silence or a new start is the next", () => {
    const played = story().discover().wait(4).discover().wait(32).discover();
    const [first] = played.boots();
    expect(played.boot().steps[0]).toMatchObject({ kind: "discover", times: 3 });
    played.wait(61).discover();
    expect(played.boots()).toHaveLength(1);
    expect(played.boot().id).not.toBe(first?.id);
  });
  test("a file asked for ten minutes later opens the boot again", () => {
    const played = story().discover().lease().pxeRequest().tftp("efi/bootx64.efi").tftp("x/grub.cfg").wait(600);
    expect(played.boot().ended).toBe(true);
    const { id } = played.boot();
    played.tftp("x/vmlinuz").wait(11);
    expect(played.boot()).toMatchObject({ id, ended: false });
    expect(played.verdicts()[0]).toBe("delivered likely");
  });
  test("leases renewed by the running system are not followed", () => {
    const played = story()
      .discover()
      .lease()
      .pxeRequest()
      .tftp("vmlinuz")
      .ordinary(messageTypes.DISCOVER, { hostName: "pc" });
    const steps = played.boot().steps.length;
    for (let hour = 0; hour < 5; hour++)
      played.wait(5).ordinary(messageTypes.REQUEST, { hostName: "pc", serverIdentifier: ROUTER });
    expect(played.boot().steps).toHaveLength(steps);
  });
});

describe("a clock that is set back an hour", () => {
  const hour = 3600;
  test("ends what goes silent as soon as ever, in the times of the clock as it is now", () => {
    const played = story().discover().lease().pxeRequest().tftp("vmlinuz").wait(5);
    const { id, startedAt } = played.boot();
    played.skip(-hour).wait(6);
    expect(played.verdicts()[0]).toBe("delivered likely");
    expect(played.wait(120).boot()).toMatchObject({ id, ended: true, startedAt: startedAt - 3_600_000 });
    const times = played.boot().steps.flatMap(({ time: at, lastAt }) => [at, lastAt]);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });
  test("makes no boot of two, and none of one", () => {
    const played = story().discover().skip(-hour).wait(4).discover();
    expect(played.boots()).toHaveLength(1);
    expect(played.boot().steps[0]).toMatchObject({ kind: "discover", times: 2 });
    const { id } = played.boot();
    expect(played.skip(-hour).wait(61).discover().boot().id).not.toBe(id);
  });
  test("events that come a moment too early move nothing", () => {
    const played = story().discover().wait(1);
    const { startedAt } = played.boot();
    expect(played.skip(-0.5).boot()).toMatchObject({ startedAt });
  });
});

describe("bounds", () => {
  test("as many clients as wanted; the one seen longest ago goes, and has ended", () => {
    const played = story({ limits: { clients: 4096 } });
    for (let number = 0; number < 5000; number++) played.discover({ mac: macOf(number) });
    expect(played.boots()).toHaveLength(4096);
    expect(played.boots()[0]?.mac).toBe(macOf(904));
  });
  test("as many steps as wanted in all, and in one boot: first and last stay", () => {
    const played = story({ limits: { steps: 1000 } })
      .discover()
      .lease()
      .pxeRequest();
    for (let number = 0; number < 500; number++) played.tftp(`file-${number}`);
    const boot = played.boot();
    expect(boot.steps).toHaveLength(192);
    expect(boot.dropped).toBe(boot.next - 1 - 192);
    expect(boot.steps[0]?.kind).toBe("discover");
    expect(boot.steps.at(-1)).toMatchObject({ file: "file-499", outcome: "done" });
    for (let number = 0; number < 2000; number++) played.discover({ mac: macOf(number) });
    const steps = played.boots().reduce((sum, one) => sum + one.steps.length, 0);
    expect(steps).toBeLessThanOrEqual(1000);
    expect(steps).toBeGreaterThan(900);
  });
  test("a client is forgotten after a day", () => {
    const played = story({ limits: { remember: 300_000 } })
      .discover()
      .wait(299);
    expect(played.boots()).toHaveLength(1);
    expect(played.wait(2).boots()).toEqual([]);
  });
  test("a repeated miss is counted, not repeated", () => {
    const played = story().discover().lease().pxeRequest();
    for (let time = 0; time < 100; time++) played.tftp("same", "missing");
    expect(played.boot().steps.filter(({ kind }) => kind === "file")).toMatchObject([{ times: 100 }]);
  });
  test("long texts are cut", () => {
    const played = story().discover().lease().pxeRequest().tftp("n".repeat(500), "missing");
    expect(played.boot().steps.at(-1)).toMatchObject({ file: "n".repeat(255) });
  });
});

test("a transfer's steps follow it, and its bytes count once", () => {
  const played = story().discover().lease().pxeRequest().tftp("a", "running");
  expect(played.boot()).toMatchObject({ running: 1, bytes: 0 });
  played.tftp("b", "done", { size: 10 }).tftp("c", "timeout", { bytes: 3 }).tftp("d", "probe");
  expect(played.boot()).toMatchObject({ running: 1, bytes: 13 });
  expect(played.wait(200).boot().ended).toBe(false);
});

test("a machine that a rule ignores, or that is to be ignored once, has not failed", () => {
  const config = {
    boot: [{ ignore: true }],
    hosts: {},
    menus: {},
    tftp: { enabled: true },
    http: { enabled: false },
    bootCheck: { enabled: false },
  } as never;
  const choices = [
    ruleBook(config, () => growTree([])).choose,
    ruleBook(
      { ...(config as object), boot: [] } as never,
      () => growTree([]),
      () => ({ ignore: true }) as never,
    ).choose,
  ];
  for (const choose of choices) {
    const plan = choose({ firmware: "bios", archCodes: [0], http: false } as never, {} as never);
    const played = story({ plan }).discover().wait(1);
    expect([plan.kind, played.verdicts()]).toEqual(["ignore", ["unanswered certain"]]);
  }
  const none = ruleBook({ ...(config as object), boot: [] } as never, () => growTree([])).choose;
  const plan = none({ firmware: "bios", archCodes: [0], http: false } as never, {} as never);
  expect(story({ plan }).discover().wait(1).verdicts()).toEqual(["B10 certain"]);
});
