import { createPacket, encodeOptions, encodePxeOptions, messageTypes, type OptionValues } from "@bootlace/dhcp-core";
import { describe, expect, it, test } from "vitest";
import type { BootSettings, Effect, MachineEvent } from "../src/core/boot.ts";
import { type MachineState, step, switchedOff } from "../src/core/machine.ts";
import type { Received } from "../src/core/message.ts";
import type { ModelName } from "../src/core/model.ts";
import { models } from "../src/core/models.ts";
import { bytesOf, decoded, hex, text } from "./support.ts";

const router = "192.168.1.1";
const server = "192.168.1.10";
const address = "192.168.1.57";
const now = { vendorSpecificInformation: hex("060108ff") };

/** A machine that is stepped by hand; keeps what it wants done. */
function machine(name: ModelName, changes: Partial<BootSettings> = {}) {
  const who = { mac: "52:54:00:12:34:56" };
  const settings = {
    model: models[name],
    who,
    xid: 0x1000,
    waitOut: false,
    broadcastFlag: false,
    menuEntry: 0,
    fetch: true,
    ...changes,
  };
  let state: MachineState = switchedOff;
  let effects: readonly Effect[] = [];
  const happen = (event: MachineEvent) => {
    [state, effects] = step(settings, state, event);
    return effects;
  };
  const sent = () => {
    const effect = effects.find(({ type }) => type === "send");
    if (effect?.type !== "send") throw new Error("nothing was sent");
    return effect;
  };
  happen({ type: "power-on" });
  return {
    happen,
    sent,
    phase: () => state.phase,
    outcome: () => (state.phase === "ended" ? state.outcome : undefined),
    effects: () => effects,
    kinds: () => effects.map(({ type }) => type),
    hear: (received: Received, port = 68) => happen({ type: "received", received, port }),
    /** A reply to what was sent last. */
    reply: (
      values: OptionValues,
      fields: { file?: string; siaddr?: string; yiaddr?: string; from?: [string, number] },
    ) => replyTo(decoded(sent().bytes), values, fields),
  };
}

function replyTo(
  request: ReturnType<typeof decoded>,
  values: OptionValues,
  {
    file = "",
    from = [server, 67],
    ...fields
  }: { file?: string; siaddr?: string; yiaddr?: string; from?: [string, number] },
): Received {
  const encoded = encodeOptions({ messageType: messageTypes.OFFER, serverIdentifier: from[0], ...values });
  if (!encoded.ok) throw new Error(encoded.option);
  const { xid, chaddr } = request;
  const bytes = bytesOf(createPacket({ op: 2, xid, chaddr, ...fields, file: text(file), options: encoded.options }));
  return { bytes, source: { address: from[0], port: from[1] } };
}

type Machine = ReturnType<typeof machine>;
const lease = (one: Machine) => one.reply({}, { yiaddr: address, from: [router, 67] });
const pxe = { vendorClassIdentifier: "PXEClient" };
const ack = (one: Machine, type: "ACK" | "NAK" = "ACK", yiaddr = address, from = router) =>
  one.reply({ messageType: messageTypes[type] }, { yiaddr, from: [from, 67] });

/** DISCOVER, OFFER of both, REQUEST. */
function requesting(
  name: ModelName,
  values: OptionValues,
  fields: { file?: string; siaddr?: string },
  changes?: Partial<BootSettings>,
) {
  const one = machine(name, changes);
  const [first, second] = [lease(one), one.reply(values, fields)];
  one.hear(first);
  one.hear(second);
  expect(one.phase()).toBe("requesting");
  return one;
}

describe("a whole boot", () => {
  it("edk2: the offer says it all", () => {
    const one = requesting("edk2-pxe", { ...pxe, ...now }, { file: "boot.efi", siaddr: server });
    expect(one.kinds()).toEqual(["verdict", "send", "arm"]);
    expect(decoded(one.sent().bytes).options.get(50)?.join(".")).toBe(address);
    one.hear(ack(one));
    expect(one.effects()).toContainEqual({ type: "leased", address, server: router });
    expect(one.effects()).toContainEqual({ type: "fetch", by: "tftp", server, file: "boot.efi" });
    one.happen({ type: "fetched" });
    expect(one.outcome()).toEqual({ kind: "loaded", address, by: "tftp", server, file: "boot.efi" });
    expect(one.happen({ type: "timer" })).toEqual([]);
  });

  it("edk2: asks at 4011, from 4011, with a new transaction", () => {
    const one = requesting("edk2-pxe", pxe, { siaddr: server }, { fetch: false });
    one.hear(ack(one));
    expect(one.sent()).toMatchObject({
      purpose: "pxe",
      from: 4011,
      local: address,
      to: { address: server, port: 4011 },
    });
    expect(decoded(one.sent().bytes)).toMatchObject({ xid: 0x1001, ciaddr: address });
    one.hear(one.reply({ messageType: 5 }, { file: "x.efi", siaddr: server, from: [server, 4011] }), 4011);
    expect(one.outcome()).toEqual({ kind: "named", address, by: "tftp", server, file: "x.efi" });
  });

  it("edk2 collects offers for 4 s: the one after 3 s counts (shape p18)", () => {
    const one = machine("edk2-pxe", { waitOut: true });
    const [first, late] = [lease(one), one.reply({ ...pxe, ...now }, { file: "late.efi", siaddr: server })];
    expect(one.effects()).toContainEqual({ type: "arm", milliseconds: 4000 });
    one.hear(first);
    one.hear(late);
    expect(one.phase()).toBe("discovering");
    one.happen({ type: "timer" });
    one.hear(ack(one));
    expect(one.effects()).toContainEqual({ type: "fetch", by: "tftp", server, file: "late.efi" });
  });

  it("iPXE asks again meanwhile, with the same transaction, and takes the late offer as well (p18)", () => {
    const one = machine("ipxe", { waitOut: true });
    const [first, late] = [lease(one), one.reply({ ...pxe, ...now }, { file: "late.0", siaddr: server })];
    one.hear(first);
    one.happen({ type: "timer" });
    expect(one.sent()).toMatchObject({ purpose: "discover", attempt: 2 });
    one.hear(late);
    expect(one.sent().purpose).toBe("request");
  });

  it("HTTP Boot: a URL", () => {
    const url = `http://${server}/boot.efi`;
    const one = requesting("edk2-http", { vendorClassIdentifier: "HTTPClient", bootFileName: url }, {});
    one.hear(ack(one));
    expect(one.effects()).toContainEqual({ type: "fetch", by: "http", server, file: url });
  });

  it("an old ROM boots at once when the offer says so, else it asks at 4011 from 68", () => {
    const direct = requesting("bios-rom", { ...pxe, ...now }, { file: "a.0", siaddr: server });
    direct.hear(ack(direct));
    expect(direct.kinds()).toContain("fetch");
    const asks = requesting("bios-rom", pxe, { file: "a.0", siaddr: server });
    asks.hear(ack(asks));
    expect(asks.sent()).toMatchObject({ purpose: "pxe", from: 68, to: { address: server, port: 4011 } });
    asks.hear(asks.reply({ messageType: 5 }, { file: "b.0", siaddr: server, from: [server, 4011] }));
    expect(asks.effects()).toContainEqual({ type: "fetch", by: "tftp", server, file: "b.0" });
  });

  it("a Pi 4 looks into the folder of its serial number first, and goes on when that is missing", () => {
    const words = hex(`0601030a0400505845091400001152617370626572727920506920426f6f74202020ff`);
    const values = { ...pxe, vendorSpecificInformation: words, tftpServerName: server };
    const one = requesting("raspberry-pi-4", values, {});
    one.hear(ack(one));
    expect(one.effects()).toContainEqual({ type: "fetch", by: "tftp", server, file: "10123456/start4.elf" });
    one.happen({ type: "fetch-failed", code: "not-found" });
    expect(one.effects()).toEqual([{ type: "fetch", by: "tftp", server, file: "start4.elf" }]);
    one.happen({ type: "fetch-failed", code: "not-found" });
    expect(one.outcome()).toEqual({ kind: "failed", code: "not-found", phase: "fetching" });
  });
});

test("iPXE asks for unicast replies, unless whoever runs it cannot hear those", () => {
  expect(decoded(machine("ipxe").sent().bytes).flags).toBe(0);
  const one = requesting("ipxe", { ...pxe, ...now }, { file: "a", siaddr: server }, { broadcastFlag: true });
  expect(decoded(one.sent().bytes).flags).toBe(0x8000);
});

describe("menus", () => {
  const menu = encodePxeOptions({
    discoveryControl: 3,
    bootServers: [{ type: 0x8001, addresses: [server] }],
    bootMenu: [
      { type: 0x8001, text: "Memory test" },
      { type: 0, text: "Local disk" },
    ],
    menuPrompt: { timeout: 3, text: "Menu" },
  });
  const values = { ...pxe, vendorSpecificInformation: menu.ok ? menu.bytes : new Uint8Array() };

  it("the first entry is asked for at its boot server", () => {
    const one = requesting("ipxe", values, {});
    one.hear(ack(one));
    expect(one.sent()).toMatchObject({ purpose: "item", to: { address: server, port: 4011 } });
    const { xid, options } = decoded(one.sent().bytes);
    expect([xid, Buffer.from(options.get(43) ?? []).toString("hex")]).toEqual([0, "470480010000ff"]);
    one.hear(
      one.reply({ messageType: 5, vendorSpecificInformation: hex("470480010000ff") }, { file: "m.0", siaddr: server }),
    );
    expect(one.effects()).toContainEqual({ type: "fetch", by: "tftp", server, file: "m.0" });
  });

  it("another entry is the local disk; an entry that is not there ends the boot", () => {
    const local = requesting("ipxe", values, {}, { menuEntry: 1 });
    local.hear(ack(local));
    expect(local.outcome()).toEqual({ kind: "local", address });
    const none = requesting("ipxe", values, {}, { menuEntry: 2 });
    none.hear(ack(none));
    expect(none.outcome()).toMatchObject({ kind: "failed", code: "no-menu-or-file" });
  });
});

describe("what goes wrong has a code", () => {
  test("nobody answers: four DISCOVERs, then the end", () => {
    const one = machine("edk2-pxe");
    const waits = one.effects().flatMap((effect) => (effect.type === "arm" ? [effect.milliseconds] : []));
    for (let round = 0; round < 3; round++) {
      one.happen({ type: "timer" });
      waits.push(...one.effects().flatMap((effect) => (effect.type === "arm" ? [effect.milliseconds] : [])));
    }
    expect(waits).toEqual([4000, 8000, 16_000, 32_000]);
    one.happen({ type: "timer" });
    expect(one.outcome()).toEqual({ kind: "failed", code: "no-answer", phase: "discovering" });
  });

  test("an offer that is no use keeps its reason to the end", () => {
    const one = machine("edk2-http");
    const [first, bad] = [lease(one), one.reply({ vendorClassIdentifier: "HTTPClient", bootFileName: "x.efi" }, {})];
    one.hear(first);
    one.hear(bad);
    const from = { address: server, port: 67 };
    expect(one.effects()).toEqual([
      { type: "verdict", purpose: "discover", from, verdict: { accepted: false, code: "no-uri" } },
    ]);
    for (let round = 0; round < 4; round++) one.happen({ type: "timer" });
    expect(one.outcome()).toEqual({ kind: "failed", code: "no-uri", phase: "discovering" });
  });

  test("NAK, or another address: it starts over with another transaction", () => {
    for (const [type, yiaddr, code] of [
      ["NAK", "0.0.0.0", "address-refused"],
      ["ACK", "192.168.1.99", "other-address"],
    ] as const) {
      const one = requesting("ipxe", { ...pxe, ...now }, { file: "a", siaddr: server });
      one.hear(ack(one, type, yiaddr));
      expect(one.kinds()).toEqual(["verdict", "refused", "send", "arm"]);
      expect(one.effects()[0]).toMatchObject({ verdict: { code } });
      expect(decoded(one.sent().bytes).xid).toBe(0x1001);
    }
  });

  test("an ACK from the boot server to the REQUEST is none of its business", () => {
    const one = requesting("ipxe", { ...pxe, ...now }, { file: "a", siaddr: server });
    one.hear(ack(one, "ACK", address, server));
    expect(one.effects()).toMatchObject([{ type: "verdict", verdict: { accepted: false, code: "other-server" } }]);
    expect(one.phase()).toBe("requesting");
  });

  test("iPXE does not take the ACK of a PXE port without siaddr (shape p09)", () => {
    const one = requesting("ipxe", pxe, { siaddr: server });
    one.hear(ack(one));
    one.hear(one.reply({ messageType: 5, bootFileName: "a" }, { from: [server, 4011] }));
    expect(one.effects()).toMatchObject([{ verdict: { accepted: false, code: "no-pxe-options" } }]);
    for (let round = 0; round < 5; round++) one.happen({ type: "timer" });
    expect(one.outcome()).toEqual({ kind: "failed", code: "no-pxe-options", phase: "asking" });
  });
});
