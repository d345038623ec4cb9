import { type DhcpPacket, maximumReplyOctets } from "@bootlace/dhcp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ServicePort } from "../src/core/events.ts";
import type { OutgoingReply } from "../src/core/handle.ts";
import type { BootMenuItem } from "../src/core/menu.ts";
import type { BootPlan } from "../src/core/plan.ts";
import { captured } from "./captures.ts";
import { decoded, lan, octetsOf, outcomeOf, requestWith, text, type } from "./support.ts";

const limit = Number(process.env.FUZZ_SECONDS ?? 0);
const parameters =
  limit > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: limit * 1000, markInterruptAsFailure: false }
    : { numRuns: 1200, seed: 0x4011 };

const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const rarely = <T>(usual: T, other: fc.Arbitrary<T>) => fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, other);
const address = fc.constantFrom("192.168.1.10", "192.168.1.17", "10.0.0.1");
const fileName = fc.oneof(
  fc.constantFrom("ipxe.efi", "pxelinux/pxelinux.0", "boot.ipxe", ""),
  fc.string({ maxLength: 300 }),
  fc.string({ minLength: 120, maxLength: 130 }),
);

const CLASSES = ["PXEClient:Arch:00007:UNDI:003016", "PXEClient", "PXEClient:Arch:00000:UNDI:002001", "HTTPClient"];
/** Port and message type as they mostly come together. */
const arrival = fc.constantFrom<[ServicePort, number]>(
  ["dhcp", 1],
  ["dhcp", 1],
  ["dhcp", 3],
  ["pxe", 3],
  ["pxe", 3],
  ["pxe", 8],
  ["pxe", 1],
  ["dhcp", 7],
);

const request = fc
  .record({
    header: fc.record({
      op: rarely(1, fc.constantFrom(0, 2)),
      htype: rarely(1, fc.integer({ min: 0, max: 255 })),
      hlen: rarely(6, fc.integer({ min: 0, max: 16 })),
      hops: fc.integer({ min: 0, max: 255 }),
      secs: fc.integer({ min: 0, max: 0xffff }),
      flags: fc.integer({ min: 0, max: 0xffff }),
      ciaddr: rarely("0.0.0.0", fc.constantFrom("192.168.1.57", "255.255.255.255")),
      giaddr: rarely("0.0.0.0", fc.constantFrom("10.0.0.1", "10.9.9.9", "192.168.1.10")),
    }),
    vendorClass: fc.constantFrom(...CLASSES),
    arch: fc.constantFrom("0000", "0006", "0007", "000b", "0010", "0016", "0029", "00ff", "000700"),
    further: fc.dictionary(
      fc.constantFrom("12", "43", "50", "54", "57", "61", "77", "82", "97", "175"),
      fc.oneof(octets(20), octets(255), fc.constant(text("iPXE")), fc.constant(Uint8Array.of(0x47, 4, 0x80, 0, 0, 0))),
    ),
  })
  .map(({ header, vendorClass, arch, further }): DhcpPacket => {
    const options = { 53: type.discover, 60: text(vendorClass), 93: arch, ...further };
    return requestWith({ ...header, options });
  });

const menuItem: fc.Arbitrary<BootMenuItem> = fc.oneof(
  fc.record({ kind: fc.constant("local" as const), text: fc.string({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant("file" as const), text: fc.string({ maxLength: 20 }), file: fileName }),
  fc.record({ kind: fc.constant("file" as const), text: fc.string({ maxLength: 90 }), basename: fileName }),
  fc.record({
    kind: fc.constant("server" as const),
    text: fc.string({ maxLength: 20 }),
    type: fc.integer({ min: 0, max: 0xffff }),
    servers: fc.array(address, { maxLength: 3 }),
  }),
);

const plan: fc.Arbitrary<BootPlan> = fc.record(
  {
    kind: fc.constant("boot" as const),
    file: fileName,
    url: fc.oneof(fc.constant("http://{address}/boot.efi"), fc.webUrl({ size: "large" }), fc.string()),
    script: fc.record({ file: fileName, url: fc.webUrl() }, { requiredKeys: [] }),
    server: rarely("192.168.1.17", fc.constantFrom("0.0.0.0", "nonsense")),
    menu: fc.record({ items: fc.array(menuItem, { maxLength: 6 }) }),
    form: fc.constantFrom("direct", "server", "menu"),
    priority: fc.integer({ min: -200, max: 200 }),
    omit: fc.subarray(["clientMachineIdentifier", "clientIdentifier", "tftpServerName", "bootFileName"] as const),
    options: fc
      .array(fc.tuple(fc.integer({ min: 0, max: 255 }), octets(80)), { maxLength: 4 })
      .map((all) => new Map(all)),
  },
  { requiredKeys: ["kind"] },
);

/** What holds for every packet that leaves. */
function check(
  request: DhcpPacket,
  { bytes, reply, decision, to, from }: OutgoingReply,
  plan: BootPlan,
  port: ServicePort,
) {
  const wire = decoded(bytes);
  expect(wire.op).toBe(2);
  expect(wire.yiaddr).toBe("0.0.0.0");
  expect([wire.xid, wire.htype, wire.hlen, wire.giaddr]).toEqual([
    request.xid,
    request.htype,
    request.hlen,
    request.giaddr,
  ]);
  expect(wire.chaddr).toEqual(request.chaddr);
  expect([wire.hops, wire.secs]).toEqual([0, 0]);

  expect(wire.options.get(54)).toEqual(Uint8Array.of(192, 168, 1, 10));
  expect(wire.siaddr).toBe(decision.server);
  if (plan.server === undefined) expect(wire.siaddr).toBe("192.168.1.10");
  expect(Buffer.from(wire.sname).toString().replace(/\0+$/, "")).toBe(wire.siaddr);
  expect(["PXEClient", "HTTPClient"]).toContain(Buffer.from(wire.options.get(60) ?? []).toString());
  expect(wire.options.get(53)).toEqual(Uint8Array.of(decision.kind === "offer" ? 2 : 5));
  for (const code of [1, 3, 6, 13, 51, 52, 58, 59]) expect(wire.options.has(code)).toBe(false);

  // END is there, no code comes twice, and option 82 is the last.
  expect(wire.notes).toEqual([]);
  const codes = [...wire.options.keys()];
  if (codes.includes(82)) {
    expect(codes.at(-1)).toBe(82);
    expect(wire.options.get(82)).toEqual(request.options.get(82));
  }
  expect(bytes.length).toBeGreaterThanOrEqual(300);
  expect(bytes.length).toBeLessThanOrEqual(maximumReplyOctets(request));
  if (port === "pxe") expect(bytes.length).toBeLessThanOrEqual(Math.max(548, 2 * octetsOf(request).length));

  // Where the boot file stands it is the same, and NUL ends it.
  const inField = Buffer.from(wire.file).toString().split("\0")[0] ?? "";
  const in67 = wire.options.get(67);
  if (in67 !== undefined) {
    expect(in67.at(-1)).toBe(0);
    expect(Buffer.from(in67).toString().slice(0, -1)).toBe(decision.bootFile);
  }
  if (inField !== "") expect(inField).toBe(decision.bootFile);
  if (decision.bootFile !== undefined) expect(inField !== "" || in67 !== undefined).toBe(true);
  expect(wire.file.at(-1)).toBe(0);

  // RFC 2131 §4.1: nobody is reached by unicast who was not there to ask.
  expect(to.address === "0.0.0.0" || from.address !== lan.address).toBe(false);
  if (wire.ciaddr === "0.0.0.0") expect(wire.flags & 0x8000).toBe(0x8000);
  expect(wire.flags & 0x7fff).toBe(0);
  expect(octetsOf(reply)).toEqual(bytes);
}

describe("every packet that leaves", () => {
  it("keeps the rules, for any request and any plan", () => {
    let replies = 0;
    const run = fc.property(request, plan, arrival, (asked, planned, [arrivedOn, messageType]) => {
      const packet = { ...asked, options: new Map([...asked.options, [53, Uint8Array.of(messageType)]]) };
      const scene = { plan: planned, port: arrivedOn, relays: new Set(["10.0.0.1"]) };
      const outcome = outcomeOf(packet, scene);
      if (outcome.kind !== "packet") return;
      replies += outcome.replies.length;
      for (const reply of outcome.replies) check(outcome.request, reply, planned, arrivedOn);
    });
    fc.assert(run, parameters);
    expect(replies).toBeGreaterThan(180);
  });

  const octetsOfClients = captured.filter(({ role }) => role === "client").map(({ bytes }) => bytes);
  it("any bytes get a reply or a reason, never a throw", () => {
    const broken = fc
      .tuple(
        fc.constantFrom(...octetsOfClients),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 }),
        fc.nat(700),
      )
      .map(([bytes, changes, length]) => {
        const copy = bytes.slice(0, length);
        for (const [at, octet] of changes) if (at < copy.length) copy[at] = octet;
        return copy;
      });
    const run = fc.property(fc.oneof(broken, octets(600)), plan, arrival, (bytes, planned, [arrivedOn]) => {
      const outcome = outcomeOf(bytes, { plan: planned, port: arrivedOn });
      if (outcome.kind !== "packet") return;
      expect(outcome.decision.kind === "ignore").toBe(outcome.replies.length === 0);
      for (const reply of outcome.replies) check(outcome.request, reply, planned, arrivedOn);
    });
    fc.assert(run, parameters);
  });
});
