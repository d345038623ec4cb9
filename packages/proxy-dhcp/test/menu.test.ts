import { edk2Pxe, ipxe, pxeOptions } from "@bootlace/pxe-client";
import { describe, expect, it } from "vitest";
import { type BootMenu, chooseItem, itemType, menuOptions } from "../src/core/menu.ts";
import { capture } from "./captures.ts";
import { captureLan, decoded, hex, lan, replyTo, requestWith, type Scene, silenceOf, toHex, type } from "./support.ts";

const self = "192.168.1.10";
const local = { kind: "local", text: "Local boot" } as const;
const one = { kind: "file", text: "Network boot", file: "one.0" } as const;
const ris = { kind: "server", text: "RIS", type: 1, servers: ["192.168.1.17", "192.168.1.18"] } as const;
const anyServer = { kind: "server", text: "any", type: 15, servers: [] } as const;

function encoded(menu: BootMenu): string | undefined {
  const bytes = menuOptions(menu, self);
  return bytes && toHex(bytes);
}

function item(type: number, layer = 0): string {
  const word = (value: number) => value.toString(16).padStart(4, "0");
  return `4704${word(type)}${word(layer)}ff`;
}

describe("option 43 of a menu", () => {
  it("V12: byte for byte", () => {
    expect(encoded({ prompt: { text: "PXE", timeoutSeconds: 0 }, items: [one] })).toBe(
      "0601030a0400505845080780000 1c0a8010a090f80000c4e6574776f726b20626f6f74ff".replace(" ", ""),
    );
  });

  it("numbers items by place, local boot is 0, and a type may be given", () => {
    const items = [local, one, { ...one, type: 0x8005 }, ris] as const;
    expect(items.map(itemType)).toEqual([0, 0x8001, 0x8005, 1]);
  });

  it("lists a boot server for every type but local boot, and each type once", () => {
    const options = pxeOptions({
      ...decoded(hex(`${"00".repeat(236)}63825363ff`)),
      options: new Map([[43, hex(encoded({ items: [local, one, ris, anyServer, { ...ris, text: "again" }] }) ?? "")]]),
    });
    expect(options.bootServers).toEqual([
      { type: 0x8001, addresses: [self] },
      { type: 1, addresses: ris.servers },
      { type: 15, addresses: [] },
    ]);
    expect(options.bootMenu?.map(({ type, text }) => [type, text])).toEqual([
      [0, "Local boot"],
      [0x8001, "Network boot"],
      [1, "RIS"],
      [15, "any"],
      [1, "again"],
    ]);
    expect(encoded({ items: [local] })).toBe("060103090d00000a4c6f63616c20626f6f74ff");
  });

  it.each<[string, BootMenu, string]>([
    ["all servers known: unicast only", { items: [one, ris] }, "03"],
    ["a server to be found: broadcast too", { items: [one, anyServer] }, "02"],
    ["broadcast asked for", { items: [one], discovery: { broadcast: true } }, "02"],
    ["broadcast refused", { items: [anyServer], discovery: { broadcast: false } }, "03"],
    ["listed servers only", { items: [one], discovery: { onlyListedServers: true } }, "07"],
    ["multicast", { items: [ris], discovery: { multicast: "239.1.1.1" } }, "01"],
  ])("discovery control with %s", (_name, menu, control) => {
    expect(encoded(menu)?.slice(0, 6)).toBe(`0601${control}`);
    expect(encoded(menu)?.includes("0704ef010101")).toBe(menu.discovery?.multicast !== undefined);
  });

  it.each<[string, BootMenu]>([
    ["no items", { items: [] }],
    ["an item without text", { items: [{ ...one, text: "" }] }],
    [
      "more than 255 bytes",
      {
        items: [
          { ...one, text: "x".repeat(126) },
          { ...one, text: "x".repeat(126) },
        ],
      },
    ],
    ["a type beyond 16 bits", { items: [{ ...one, type: 0x10000 }] }],
    ["local boot's type for a file", { items: [{ ...one, type: 0 }] }],
    ["a timeout beyond a byte", { items: [one], prompt: { text: "", timeoutSeconds: 256 } }],
    ["a multicast group for our own files", { items: [one], discovery: { multicast: "239.1.1.1" } }],
    ["a server that is no address", { items: [{ ...ris, servers: ["ris"] }] }],
  ])("%s cannot be written, so the client gets silence", (_name, menu) => {
    expect(encoded(menu)).toBeUndefined();
    expect(silenceOf(requestWith(), { plan: { menu } })).toBe("menu-unusable");
  });

  it("fits 255 bytes exactly", () => {
    const fill = 255 - 3 - 9 - 2 - 3 - 1;
    expect(menuOptions({ items: [{ ...one, text: "x".repeat(fill) }] }, self)).toHaveLength(255);
    expect(menuOptions({ items: [{ ...one, text: "x".repeat(fill + 1) }] }, self)).toBeUndefined();
  });
});

describe("the choice of an item", () => {
  const layered = { kind: "file", text: "layered", basename: "dos/boot", type: 3 } as const;
  const menu: BootMenu = { items: [one, layered, ris, local] };

  it("finds the file by type and layer", () => {
    expect(chooseItem(menu, 0x8000, 0)).toEqual({ ok: true, file: "one.0", server: undefined });
    expect(chooseItem(menu, 3, 0)).toEqual({ ok: true, file: "dos/boot.0", server: undefined });
    expect(chooseItem(menu, 3, 2)).toEqual({ ok: true, file: "dos/boot.2", server: undefined });
    expect(chooseItem(menu, 0x8000, 1)).toEqual({ ok: false, reason: "layer-not-served" });
    for (const type of [0x8001, 1, 0]) {
      expect(chooseItem(menu, type, 0)).toEqual({ ok: false, reason: "boot-item-not-served" });
    }
  });

  const scene: Scene = {
    plan: { menu: { items: [{ ...one, server: "192.168.1.17" }, layered] }, rule: "m" },
    port: "pxe",
  };
  const ask = (option43: string) =>
    requestWith({ ciaddr: "192.168.1.57", options: { 53: type.request, 43: option43 } });

  it("is answered with the item, its file and its server", () => {
    const reply = replyTo(ask(item(0x8000)), scene);
    expect(reply.decision).toMatchObject({
      kind: "ack",
      reason: "boot-item",
      form: "menu",
      rule: "m",
      bootFile: "one.0",
    });
    expect(reply.decision.item).toEqual({ type: 0x8000, layer: 0 });
    expect(toHex(reply.reply.options.get(43))).toBe(item(0x8000));
    expect(reply.reply.siaddr).toBe("192.168.1.17");
    expect(replyTo(ask(item(3, 1)), scene).decision).toMatchObject({ bootFile: "dos/boot.1", server: lan.address });
    const own = { menu: { items: [{ ...one, server: "192.168.1.17" }] }, server: "192.168.1.18" };
    expect(replyTo(ask(item(0x8000)), { ...scene, plan: own }).reply.siaddr).toBe("192.168.1.17");
    const plan = { menu: { items: [one] }, server: "192.168.1.18" };
    expect(replyTo(ask(item(0x8000)), { ...scene, plan }).reply.siaddr).toBe("192.168.1.18");
  });

  it("that is not ours gets silence", () => {
    expect(silenceOf(ask(item(1)), scene)).toBe("boot-item-not-served");
    expect(silenceOf(ask(item(0x8000, 1)), scene)).toBe("layer-not-served");
    expect(silenceOf(ask(item(0x8000, 0x8000)), scene)).toBe("credentials-requested");
    expect(silenceOf(ask(item(0)), scene)).toBe("boot-item-not-served");
  });
});

describe("where the menu travels", () => {
  const menu: BootMenu = { items: [one, local] };
  const scene = { interfaces: [captureLan], plan: { menu, file: "never.efi" } };
  const us = captureLan.address;

  function offerTo(label: string, plan: NonNullable<Scene["plan"]>) {
    const [discover, router] = [capture(label)[0], capture(label).find(({ role }) => role === "router")];
    const bytes = discover?.bytes ?? hex("");
    const reply = replyTo(bytes, { ...scene, plan });
    const offers = [
      { bytes: router?.bytes ?? hex(""), source: { address: "192.168.11.1", port: 67 } },
      { bytes: reply.bytes, source: reply.from },
    ];
    return { reply, discover: decoded(bytes), offers };
  }

  it("BIOS: in the offer, which has no boot file", () => {
    const { reply, discover, offers } = offerTo("01-bios-e1000-pxelinux-memtest", scene.plan);
    expect(reply.decision.bootFile).toBeUndefined();
    expect(ipxe.choose(discover, offers)).toMatchObject({ kind: "menu", self: us });
  });

  it("UEFI: in the ACK, and in the offer when the menu says so", () => {
    const { reply, discover, offers } = offerTo("02a-uefi-x64-syslinux", scene.plan);
    expect(reply.reply.options.has(43)).toBe(false);
    expect(edk2Pxe.choose(discover, offers)).toEqual({ kind: "ask", server: us, port: 4011 });
    const frame = capture("02a-uefi-x64-syslinux").find(({ dport }) => dport === 4011)?.bytes ?? hex("");
    const ack = replyTo(frame, { ...scene, port: "pxe", source: { address: "192.168.11.56", port: 4011 } });
    const received = { bytes: ack.bytes, source: ack.from };
    expect(edk2Pxe.judgeReply({ request: decoded(frame), server: us }, received, ack.to.port)).toMatchObject({
      kind: "menu",
      self: us,
    });
    const early = offerTo("02a-uefi-x64-syslinux", { menu: { ...menu, carriedBy: "offer" } });
    expect(edk2Pxe.choose(early.discover, early.offers)).toMatchObject({ kind: "menu", self: us });
  });

  it("a form of the plan wins, U-Boot reads no menus, and a script takes iPXE past it", () => {
    expect(replyTo(requestWith(), { plan: { menu, file: "x.efi", form: "direct" } }).decision.form).toBe("direct");
    expect(replyTo(requestWith({ options: { 93: "0016" } }), { plan: { menu, file: "x" } }).decision.form).toBe(
      "direct",
    );
    const ipxeClient = requestWith({ options: { 175: "150101" } });
    expect(replyTo(ipxeClient, { plan: { menu, script: { file: "b.ipxe" } } }).decision).toMatchObject({
      form: "direct",
    });
    expect(replyTo(ipxeClient, { plan: { menu } }).decision.form).toBe("menu");
    expect(replyTo(requestWith(), { plan: { menu, script: { file: "b.ipxe" } } }).decision.form).toBe("menu");
  });
});
