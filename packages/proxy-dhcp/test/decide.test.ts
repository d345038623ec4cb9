import { biosRom, edk2Http, edk2Pxe, ipxe } from "@bootlace/pxe-client";
import { describe, expect, it } from "vitest";
import type { BootMenu } from "../src/core/menu.ts";
import type { BootPlan } from "../src/core/plan.ts";
import { capture } from "./captures.ts";
import {
  type Changes,
  captureLan,
  decoded,
  hex,
  lan,
  replyTo,
  requestWith,
  type Scene,
  silenceOf,
  text,
  toHex,
  type,
  wireOptions,
} from "./support.ts";

const bios: Changes = { options: { 60: text("PXEClient:Arch:00000:UNDI:002001"), 93: "0000" } };
const ipxeBios: Changes = { options: { ...bios.options, 77: text("iPXE"), 175: "130101150101" } };
const http: Changes = { options: { 60: text("HTTPClient:Arch:00016:UNDI:003001"), 93: "0010" } };
const now = "060108ff";
const external = "192.168.1.17";

/** A request on the PXE port from a client with a lease. */
function asked(changes: Changes = {}): ReturnType<typeof requestWith> {
  return requestWith({ ciaddr: "192.168.1.57", ...changes, options: { 53: type.request, ...changes.options } });
}

function vendor(changes: Changes, scene: Scene): string {
  return toHex(replyTo(requestWith(changes), scene).reply.options.get(43));
}

describe("the recipe, row by row", () => {
  it("DISCOVER of a BIOS: everything at once", () => {
    const reply = replyTo(requestWith(bios), { plan: { file: "pxelinux.0", rule: "pcs" } });
    expect(reply.decision).toMatchObject({ kind: "offer", reason: "discover", form: "direct", rule: "pcs" });
    expect(reply.decision).toMatchObject({ bootFile: "pxelinux.0", server: lan.address, notes: [] });
    expect(wireOptions(reply)).toEqual([
      [53, "02"],
      [54, "c0a8010a"],
      [60, toHex(text("PXEClient"))],
      [97, "0033221100554477668899aabbccddeeff"],
      [43, now],
      [66, toHex(text("192.168.1.10\0"))],
      [67, toHex(text("pxelinux.0\0"))],
    ]);
    const move = biosRom.choose(requestWith(bios), [{ bytes: reply.bytes, source: reply.from }]);
    expect(move).toEqual({ kind: "boot", file: "pxelinux.0", server: lan.address });
  });

  it.each(["0006", "0007", "0009", "000b", "001b", "0027"])(
    "DISCOVER of UEFI %s: the same, it is seen to boot",
    (arch) => {
      expect(vendor({ options: { 93: arch } }, {})).toBe(now);
    },
  );

  it("DISCOVER in server form: no 43, and the file still for those who look for it", () => {
    const reply = replyTo(requestWith(), { plan: { file: "ipxe.efi", form: "server" } });
    expect(reply.reply.options.has(43)).toBe(false);
    expect(reply.decision).toMatchObject({ form: "server", bootFile: "ipxe.efi" });
  });

  it("DISCOVER by HTTP: a complete offer without option 43", () => {
    const reply = replyTo(requestWith(http), {
      plan: { file: "x.efi", url: "http://{address}:8080/a b.efi", form: "server" },
    });
    expect(reply.decision).toMatchObject({
      kind: "offer",
      form: "http",
      bootFile: "http://192.168.1.10:8080/a%20b.efi",
    });
    expect(wireOptions(reply).map(([code]) => code)).toEqual([53, 54, 60, 97, 67]);
    expect(reply.reply.siaddr).toBe(lan.address);
  });

  it.each([15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40])("HTTP architecture %i is answered", (code) => {
    const request = requestWith({ options: { ...http.options, 93: Uint8Array.of(0, code) } });
    expect(replyTo(request, { plan: { url: "http://{address}/x.efi" } }).decision.form).toBe("http");
  });

  it("REQUEST on the DHCP port is the DHCP server's, but for boot server discovery", () => {
    const menu: BootMenu = { items: [{ kind: "file", text: "one", file: "one.0" }] };
    expect(silenceOf(asked(), { plan: { menu } })).toBe("request-without-boot-item");
    expect(silenceOf(asked({ options: { 54: "c0a8010a" } }), { plan: { menu } })).toBe("request-without-boot-item");
    const item = asked({ options: { 43: "470480000000ff" } });
    const source = { address: "192.168.1.57", port: 68 };
    const reply = replyTo(item, { plan: { menu }, source });
    expect(reply.decision).toMatchObject({ kind: "ack", reason: "broadcast-discovery", bootFile: "one.0" });
    expect(reply).toMatchObject({ from: { address: lan.address, port: 67 }, to: source, via: "unicast" });
    const nameless = replyTo(item, { plan: { menu }, source: { address: "0.0.0.0", port: 1068 } });
    expect(nameless.to).toEqual({ address: "192.168.1.57", port: 68 });
    const ours = asked({ options: { 43: "470480000000ff", 54: "c0a8010a" } });
    expect(replyTo(ours, { plan: { menu }, source }).decision.kind).toBe("ack");
    const others = asked({ options: { 43: "470480000000ff", 54: "c0a80101" } });
    expect(silenceOf(others, { plan: { menu }, source })).toBe("request-for-other-server");
    expect(silenceOf(asked({ options: { ...http.options, 43: "470480000000ff" } }), { plan: { menu }, source })).toBe(
      "request-without-boot-item",
    );
  });

  it.each([type.request, type.inform])("message type %s on the PXE port: an ACK without option 43", (code) => {
    const reply = replyTo(asked({ options: { 53: code } }), { port: "pxe" });
    expect(reply.decision).toMatchObject({ kind: "ack", reason: "pxe-request", form: "direct", bootFile: "ipxe.efi" });
    expect(wireOptions(reply).map(([code]) => code)).toEqual([53, 54, 60, 97, 66, 67]);
    expect(reply.reply.ciaddr).toBe("192.168.1.57");
    expect(reply.reply.yiaddr).toBe("0.0.0.0");
    expect(reply.to).toEqual({ address: "192.168.1.57", port: 4011 });
  });

  it("the PXE port echoes item 0, and serves no other without a menu", () => {
    const reply = replyTo(asked({ options: { 43: "470400000000ff" } }), { port: "pxe" });
    expect(toHex(reply.reply.options.get(43))).toBe("470400000000ff");
    expect(silenceOf(asked({ options: { 43: "470400000001ff" } }), { port: "pxe" })).toBe("layer-not-served");
    expect(silenceOf(asked({ options: { 43: "470400010000ff" } }), { port: "pxe" })).toBe("boot-item-not-served");
    expect(replyTo(asked({ options: { 43: "47" } }), { port: "pxe" }).reply.options.has(43)).toBe(false);
  });

  it.each([4, 7, 10, 2, 5, 6])("message type %i gets silence on both ports", (code) => {
    const request = asked({ options: { 53: Uint8Array.of(code) } });
    expect(silenceOf(request)).toBe("message-type-not-served");
    expect(silenceOf(request, { port: "pxe" })).toBe("message-type-not-served");
  });

  it("DISCOVER on the PXE port and HTTP clients there get silence", () => {
    expect(silenceOf(requestWith(), { port: "pxe" })).toBe("discover-on-pxe-port");
    expect(silenceOf(asked(http), { port: "pxe", plan: { url: "http://{address}/x.efi" } })).toBe(
      "message-type-not-served",
    );
  });
});

describe("silence by plan", () => {
  it("no plan, with the chooser's own word", () => {
    const outcome = silenceOf(requestWith(), { plan: { kind: "ignore", reason: "nothing for you", rule: "r" } });
    expect(outcome).toBe("no-plan");
  });

  it.each<[string, Changes, Omit<BootPlan, "kind">, string]>([
    ["a plan for HTTP only", {}, { url: "http://{address}/x.efi" }, "no-boot-file"],
    ["an empty file name", {}, { file: "" }, "no-boot-file"],
    ["a plan for TFTP only", http, { file: "x.efi" }, "no-boot-url"],
    ["an empty URL", http, { url: "" }, "no-boot-url"],
    ["a relative URL", http, { url: "/x.efi" }, "bad-boot-url"],
    ["another scheme", http, { url: "tftp://192.168.1.10/x.efi" }, "bad-boot-url"],
    ["a user in the URL", http, { url: "http://me@192.168.1.10/x.efi" }, "bad-boot-url"],
    ["a menu form without menu", {}, { file: "x", form: "menu" }, "menu-unusable"],
    ["a name of 255 bytes", {}, { file: "x".repeat(255) }, "boot-file-too-long"],
    ["a NUL in the name", {}, { file: "a\0b" }, "plan-unusable"],
    ["half a character", {}, { file: "a\ud800b" }, "plan-unusable"],
    ["a server that is no address", {}, { file: "x", server: "files" }, "plan-unusable"],
    ["a priority beyond a byte", ipxeBios, { file: "x", priority: 128 }, "plan-unusable"],
    ["a further option too long", {}, { file: "x", options: new Map([[209, new Uint8Array(256)]]) }, "plan-unusable"],
  ])("%s", (_name, changes, plan, reason) => {
    expect(silenceOf(requestWith(changes), { plan })).toBe(reason);
  });

  it("an architecture nobody knows, unless the user wants to be asked", () => {
    const odd = requestWith({ options: { 93: "00ff" } });
    expect(silenceOf(odd)).toBe("unknown-architecture");
    expect(replyTo(odd, { serveUnknownArchitectures: true }).decision.kind).toBe("offer");
    expect(silenceOf(requestWith({ options: { 93: undefined, 60: text("PXEClient") } }))).toBe("architecture-missing");
  });
});

describe("an external file server", () => {
  const plan = { file: "x.efi", server: external } as const;
  const router = capture("02a-uefi-x64-syslinux").find(({ role }) => role === "router");
  const routerOffer = { bytes: router?.bytes ?? hex(""), source: { address: "192.168.11.1", port: 67 } };
  const discover = capture("02a-uefi-x64-syslinux")[0]?.bytes ?? hex("");
  const scene = { interfaces: [captureLan] };

  it("direct: the offer names it", () => {
    const { reply } = replyTo(requestWith(), { plan });
    expect(reply.siaddr).toBe(external);
    expect(reply.options.get(54)).toEqual(Uint8Array.of(192, 168, 1, 10));
    expect(Buffer.from(reply.sname).toString().replace(/\0+$/, "")).toBe(external);
    expect(Buffer.from(reply.options.get(66) ?? []).toString()).toBe(`${external}\0`);
  });

  it("server: only the ACK names it, and the offer has no file that would be looked for here", () => {
    const form = { ...plan, form: "server" } as const;
    const offer = replyTo(requestWith(), { plan: form });
    expect(offer.reply.siaddr).toBe(lan.address);
    expect(offer.decision.bootFile).toBeUndefined();
    expect([67, 66, 43].map((code) => offer.reply.options.has(code))).toEqual([false, false, false]);
    expect(toHex(offer.reply.file)).toBe("00".repeat(128));
    const ack = replyTo(asked(), { plan: form, port: "pxe" });
    expect(ack.reply.siaddr).toBe(external);
    expect(ack.decision.bootFile).toBe("x.efi");
  });

  it("server: edk2 and iPXE both get there", () => {
    const form = { ...plan, form: "server" } as const;
    const offer = replyTo(discover, { ...scene, plan: form });
    const received = [routerOffer, { bytes: offer.bytes, source: offer.from }];
    expect(edk2Pxe.choose(decoded(discover), received)).toEqual({
      kind: "ask",
      server: captureLan.address,
      port: 4011,
    });
    expect(ipxe.choose(decoded(discover), received)).toEqual({ kind: "ask", server: captureLan.address, port: 4011 });
    const frame = capture("02a-uefi-x64-syslinux").find(({ dport }) => dport === 4011)?.bytes ?? hex("");
    const source = { address: "192.168.11.56", port: 4011 };
    const ack = replyTo(frame, { ...scene, plan: form, port: "pxe", source });
    const boots = { kind: "boot", file: "x.efi", server: external };
    const question = { request: decoded(frame), server: captureLan.address };
    const answer = { bytes: ack.bytes, source: ack.from };
    expect(edk2Pxe.judgeReply(question, answer, ack.to.port)).toEqual(boots);
    expect(ipxe.judgeReply(question, answer, 68)).toEqual(boots);
  });
});

describe("HTTP Boot URLs", () => {
  it("a host name is sent, and noted", () => {
    const reply = replyTo(requestWith(http), { plan: { url: "https://boot.lan/x.efi" } });
    expect(reply.decision.notes).toEqual(["url-host-is-a-name"]);
  });

  it("are what edk2 accepts", () => {
    const [discover] = capture("03-s01-file");
    const router = capture("03-s01-file").find(({ role }) => role === "router");
    const bytes = discover?.bytes ?? hex("");
    const reply = replyTo(bytes, { interfaces: [captureLan], plan: { url: "HTTP://{address}/x%20y.efi?a=1" } });
    expect(reply.decision.bootFile).toBe("HTTP://192.168.11.109/x%20y.efi?a=1");
    const good = replyTo(bytes, { interfaces: [captureLan], plan: { url: "http://{address}/ü.efi" } });
    const move = edk2Http.choose(decoded(bytes), [
      { bytes: router?.bytes ?? hex(""), source: { address: "192.168.11.1", port: 67 } },
      { bytes: good.bytes, source: good.from },
    ]);
    expect(move).toEqual({ kind: "boot", file: "http://192.168.11.109/%C3%BC.efi", server: "192.168.11.109" });
  });
});
