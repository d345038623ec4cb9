import { describe, expect, it } from "vitest";
import {
  type Changes,
  datagramOf,
  decoded,
  octetsOf,
  replyTo,
  requestWith,
  type Scene,
  silenceOf,
  text,
  toHex,
  type,
  wireOptions,
} from "./support.ts";

function codes(changes: Changes, scene: Scene = {}): number[] {
  return wireOptions(replyTo(requestWith(changes), scene)).map(([code]) => code);
}

const relays = new Set(["10.0.0.1"]);

describe("the boot file's places", () => {
  it.each([
    [127, true, []],
    [128, false, ["file-only-in-option-67"]],
    [254, false, ["file-only-in-option-67"]],
  ] as const)("a name of %i bytes", (length, inField, notes) => {
    const file = "x".repeat(length);
    const { reply, decision } = replyTo(requestWith(), { plan: { file } });
    expect(toHex(reply.options.get(67))).toBe(`${toHex(text(file))}00`);
    expect(toHex(reply.file)).toBe((inField ? toHex(text(file)) : "").padEnd(256, "0"));
    expect(decision.notes).toEqual(notes);
  });

  it("counts bytes, not characters", () => {
    expect(silenceOf(requestWith(), { plan: { file: "ü".repeat(128) } })).toBe("boot-file-too-long");
    expect(replyTo(requestWith(), { plan: { file: "ü".repeat(64) } }).decision.notes).toEqual([
      "file-only-in-option-67",
    ]);
  });

  it("a name that the plan keeps out of option 67 must fit the header", () => {
    const omit = ["bootFileName"] as const;
    expect(replyTo(requestWith(), { plan: { file: "x".repeat(127), omit } }).reply.options.has(67)).toBe(false);
    expect(silenceOf(requestWith(), { plan: { file: "x".repeat(128), omit } })).toBe("boot-file-too-long");
  });
});

describe("options", () => {
  it("61 comes back when it has a length edk2 takes", () => {
    expect(codes({ options: { 61: "01525400123456" } })).toEqual([53, 54, 60, 97, 61, 43, 66, 67]);
    expect(codes({ options: { 61: "0102" } })).toContain(61);
    expect(codes({ options: { 61: "01" } })).not.toContain(61);
  });

  it.each(["", "00", "00".repeat(16), "00".repeat(18), `01${"22".repeat(16)}`])(
    "97 as %j does not come back",
    (value) => {
      expect(codes({ options: { 97: value } })).not.toContain(97);
    },
  );

  it("97 of zeros does come back", () => {
    expect(codes({ options: { 97: "00".repeat(17) } })).toContain(97);
  });

  it("each can be left out by the plan", () => {
    const changes = { options: { 61: "0102" } };
    const all = ["vendorClassIdentifier", "clientMachineIdentifier", "clientIdentifier"] as const;
    const rest = ["vendorSpecificInformation", "tftpServerName", "bootFileName"] as const;
    expect(codes(changes, { plan: { file: "x", omit: [...all, ...rest] } })).toEqual([53, 54]);
    expect(codes(changes, { plan: { file: "x", omit: ["vendorClassIdentifier"] } })).toEqual([
      53, 54, 97, 61, 43, 66, 67,
    ]);
  });

  it("further ones of the plan follow, and those a proxy never sends are refused", () => {
    const options = new Map([209, 1, 210, 51, 60, 67].map((code) => [code, Uint8Array.of(1, 2, 3, 4)]));
    const reply = replyTo(requestWith(), { plan: { file: "x", options } });
    expect(wireOptions(reply).map(([code]) => code)).toEqual([53, 54, 60, 97, 43, 66, 67, 209, 210]);
    expect(reply.decision.notes).toEqual(Array(4).fill("option-refused"));
  });

  it("a further one never takes the place of one that is there", () => {
    const options = new Map([[175, Uint8Array.of(8, 1, 1)]]);
    const ipxe = requestWith({ options: { 175: "130101" } });
    const reply = replyTo(ipxe, { plan: { file: "x", priority: 5, options } });
    expect(toHex(reply.reply.options.get(175))).toBe("010105");
    expect(reply.decision.notes).toEqual(["option-refused"]);
    expect(toHex(replyTo(ipxe, { plan: { file: "x", options } }).reply.options.get(175))).toBe("080101");
  });

  it("82 comes back last, is noted without a relay, and dropped when it was split", () => {
    const options = new Map([[209, Uint8Array.of(1)]]);
    const relayed = replyTo(requestWith({ giaddr: "10.0.0.1", options: { 82: "010203" } }), {
      relays,
      plan: { file: "x", options },
    });
    expect(wireOptions(relayed).slice(-2)).toEqual([
      [209, "01"],
      [82, "010203"],
    ]);
    expect(relayed.decision.notes).toEqual([]);
    const bare = replyTo(requestWith({ options: { 82: "010203" } }));
    expect(bare.decision.notes).toEqual(["relay-information-without-relay"]);
    expect(wireOptions(bare).at(-1)).toEqual([82, "010203"]);
    const split = replyTo(requestWith({ giaddr: "10.0.0.1", options: { 57: undefined, 82: new Uint8Array(256) } }), {
      relays,
    });
    expect(split.decision.notes).toEqual(["relay-information-dropped"]);
    expect(split.reply.options.has(82)).toBe(false);
  });
});

describe("size", () => {
  const big = (octets: number): Changes => ({
    giaddr: "10.0.0.1",
    options: { 57: undefined, 61: new Uint8Array(60), 82: new Uint8Array(octets) },
  });
  const options = new Map([[209, new Uint8Array(20)]]);
  const notesFor = (octets: number, file = "x.efi") => {
    const reply = replyTo(requestWith(big(octets)), { relays, plan: { file, options } });
    expect(reply.bytes.length).toBeLessThanOrEqual(548);
    return reply.decision.notes;
  };
  const drops = [
    "client-identifier-dropped",
    "tftp-server-name-dropped",
    "boot-file-name-dropped",
    "relay-information-dropped",
  ];

  it.each([
    [153, 0],
    [154, 1],
    [215, 1],
    [216, 2],
    [230, 2],
    [231, 3],
    [238, 3],
    [239, 4],
  ])("with %i octets of option 82 the first %i of 61, 66, 67 and 82 are dropped", (octets, dropped) => {
    expect(notesFor(octets)).toEqual(drops.slice(0, dropped));
  });

  it("67 stays when the header cannot hold the name", () => {
    const [first, second, , last] = drops;
    expect(notesFor(250, "x".repeat(128))).toEqual(["file-only-in-option-67", first, second, last]);
  });

  it("what still does not fit is not sent", () => {
    const options = new Map([209, 210, 211].map((code) => [code, new Uint8Array(200)]));
    expect(silenceOf(requestWith({ options: { 57: undefined } }), { plan: { file: "x", options } })).toBe(
      "reply-too-large",
    );
    expect(replyTo(requestWith(), { plan: { file: "x", options } }).bytes.length).toBeGreaterThan(548);
  });

  it("a reply from the PXE port is no longer than twice the request, or 548", () => {
    const request = requestWith({ ciaddr: "192.168.1.57", options: { 53: type.request } });
    const notesWith = (octets: number) => {
      const options = new Map([
        [209, new Uint8Array(200)],
        [210, new Uint8Array(octets)],
      ]);
      return replyTo(request, { port: "pxe", plan: { file: "x", options } }).decision.notes;
    };
    expect(octetsOf(request)).toHaveLength(326);
    const small = datagramOf("350103 3c09505845436c69656e74 5d020007 ff");
    const options = new Map([[209, new Uint8Array(245)]]);
    const reply = replyTo(small, { port: "pxe", plan: { file: "x", options } });
    expect(reply.bytes.length).toBeGreaterThan(2 * small.length);
    expect(reply.decision.notes).toEqual([]);
    expect(notesWith(149)).toEqual([]);
    expect(notesWith(150)).toEqual(["tftp-server-name-dropped"]);
  });
});

describe("header", () => {
  it("copies what belongs to the client and nothing else", () => {
    const chaddr = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
    const request = requestWith({
      htype: 6,
      hops: 3,
      secs: 9,
      flags: 0x7fff,
      ciaddr: "192.168.1.57",
      siaddr: "1.2.3.4",
      chaddr,
    });
    const { reply, bytes } = replyTo(request);
    expect(decoded(bytes)).toMatchObject({ htype: 6, hlen: 6, hops: 0, secs: 0, xid: 0x39a0f3d1, chaddr });
    expect(reply).toMatchObject({ op: 2, flags: 0x8000, ciaddr: "0.0.0.0", yiaddr: "0.0.0.0", giaddr: "0.0.0.0" });
  });

  it("an ACK keeps ciaddr and the broadcast flag as they were, but for a relay's", () => {
    const ack = (changes: Changes) =>
      replyTo(requestWith({ ciaddr: "192.168.1.57", ...changes, options: { 53: type.request, ...changes.options } }), {
        port: "pxe",
      }).reply;
    expect(ack({ flags: 0 })).toMatchObject({ flags: 0, ciaddr: "192.168.1.57" });
    expect(ack({ flags: 0x8001 })).toMatchObject({ flags: 0x8000, ciaddr: "192.168.1.57" });
    expect(ack({ flags: 0, ciaddr: "0.0.0.0" })).toMatchObject({ flags: 0x8000, ciaddr: "0.0.0.0" });
    expect(ack({ flags: 0, options: { 50: "c0a80139" } })).toMatchObject({ flags: 0x8000, ciaddr: "0.0.0.0" });
    expect(ack({ flags: 0, giaddr: "10.0.0.1" })).toMatchObject({ flags: 0x8000, giaddr: "10.0.0.1" });
  });
});
