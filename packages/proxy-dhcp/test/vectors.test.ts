import { fieldText, optionValue } from "@bootlace/dhcp-core";
import { describe, expect, it } from "vitest";
import type { BootPlan, OmittableOption } from "../src/core/plan.ts";
import {
  datagramOf,
  decoded,
  discoverOctets,
  hex,
  octetsOf,
  outcomeOf,
  replyTo,
  requestWith,
  silenceOf,
  text,
  toHex,
  type,
  wireOptions,
} from "./support.ts";

const minimal: { omit: readonly OmittableOption[] } = { omit: ["tftpServerName", "bootFileName"] };
const binl: Omit<BootPlan, "kind"> = { file: "ipxe.efi", form: "server", ...minimal };
const client4011 = { address: "192.168.1.57", port: 4011 };

const V25 = [
  "02010600 39a0f3d1 00008000 00000000",
  "00000000 c0a8010a 00000000 52540012",
  "34560000 00000000 00000000 3139322e",
  "3136382e 312e3130 00000000 00000000",
  "00".repeat(44),
  "69707865 2e656669",
  "00".repeat(120),
  "63825363",
  "350102 3604c0a8010a 3c09505845436c69656e74 611100332211005544776688 99aabbccddeeff ff",
  "00".repeat(20),
].join("");

describe("the packets of the reference, byte for byte", () => {
  it("V25: offer to an edk2 DISCOVER in binl form with the fewest options", () => {
    const reply = replyTo(discoverOctets, { plan: binl });
    expect(toHex(reply.bytes)).toBe(toHex(hex(V25)));
    expect(reply.bytes).toHaveLength(300);
    expect(reply.to).toEqual({ address: "255.255.255.255", port: 68 });
    expect(reply.from).toEqual({ address: "192.168.1.10", port: 67 });
  });

  it("V26: ACK on the PXE port, to edk2's port and to iPXE's", () => {
    const request = requestWith({
      xid: 0x11223344,
      flags: 0,
      ciaddr: "192.168.1.57",
      options: { 53: type.request, 57: "05b8" },
    });
    const reply = replyTo(request, { plan: binl, port: "pxe", source: client4011 });
    const expected = hex(V25);
    expected.set(hex("11223344 00000000 c0a80139"), 4);
    expected[242] = 5;
    expect(toHex(reply.bytes)).toBe(toHex(expected));
    expect(reply.from).toEqual({ address: "192.168.1.10", port: 4011 });
    expect(reply.to).toEqual(client4011);
    expect(replyTo(request, { port: "pxe", source: { ...client4011, port: 68 } }).to.port).toBe(68);
  });

  it("V27: a boot server request, answered with its item", () => {
    const options =
      "35 01 03 39 02 05 b8" +
      "61 11 00 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff 5e 03 01 03 10 5d 02 00 07" +
      "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 37 3a 55 4e 44 49 3a 30 30 33 30 31 36" +
      "2b 07 47 04 80 00 00 00 ff ff";
    const request = datagramOf(options, "01010600 39a0f3d1 00000000 c0a80139");
    expect(request).toHaveLength(240 + 79);
    const menu = { items: [{ kind: "file", text: "Network boot", file: "ipxe.efi" }] } as const;
    const reply = replyTo(request, { plan: { menu }, port: "pxe" });
    expect(reply.decision).toMatchObject({ kind: "ack", reason: "boot-item", item: { type: 0x8000, layer: 0 } });
    expect(toHex(reply.reply.options.get(43))).toBe("470480000000ff");
    expect(fieldText(reply.reply.file)).toBe("ipxe.efi");
    expect(reply.reply.siaddr).toBe("192.168.1.10");
  });

  it("V28: options of the HTTP Boot offer", () => {
    const request = requestWith({
      options: { 60: text("HTTPClient:Arch:00016:UNDI:003001"), 93: "0010", 97: undefined },
    });
    const reply = replyTo(request, { plan: { url: "http://{address}/efi/bootx64.efi" } });
    const options = hex(
      "35 01 02 36 04 c0 a8 01 0a 3c 0a 48 54 54 50 43 6c 69 65 6e 74 43 24 68 74 74 70 3a 2f 2f 31 39 32 2e 31 36 38" +
        "2e 31 2e 31 30 2f 65 66 69 2f 62 6f 6f 74 78 36 34 2e 65 66 69 00 ff",
    );
    expect(options).toHaveLength(60);
    expect(toHex(reply.bytes.subarray(240, 300))).toBe(toHex(options));
    expect(
      wireOptions(
        replyTo(
          requestWith({
            options: { 60: text("HTTPClient:Arch:00016:UNDI:003001"), 93: "0010" },
          }),
          { plan: { url: "http://192.168.1.10/x.efi" } },
        ),
      ).map(([code]) => code),
    ).toEqual([53, 54, 60, 97, 67]);
  });

  it("V29: what must stay silent, and why", () => {
    const badCookie = discoverOctets.slice();
    badCookie[239] = 0x64;
    expect(silenceOf(requestWith({ options: { 60: undefined } }))).toBe("no-vendor-class");
    expect(silenceOf(requestWith({ op: 2 }))).toBe("not-a-request");
    expect(silenceOf(badCookie)).toBe("malformed");
    expect(silenceOf(requestWith({ options: { 60: text("pxeclient") } }))).toBe("other-vendor-class");
    expect(silenceOf(requestWith({ options: { 53: type.request, 54: "c0a80101" } }))).toBe("request-for-other-server");
    expect(silenceOf(requestWith({ giaddr: "10.9.9.9" }))).toBe("relay-not-allowed");
  });

  it("a DISCOVER cut anywhere before the end of its last option gets silence", () => {
    for (let length = 0; length < discoverOctets.length - 1; length++) {
      const outcome = outcomeOf(discoverOctets.slice(0, length));
      expect(outcome.kind === "packet" ? outcome.replies : []).toEqual([]);
      if (length < 240) expect(outcome.kind).toBe("undecodable");
    }
    expect(replyTo(discoverOctets.slice(0, -1)).decision.kind).toBe("offer");
  });

  it("V14 and V22: BIS credentials get silence, and option 82 comes back last and unchanged", () => {
    const credentials = requestWith({ ciaddr: "192.168.1.57", options: { 53: type.request, 43: "470480008000ff" } });
    expect(silenceOf(credentials, { port: "pxe" })).toBe("credentials-requested");
    const relayed = requestWith({
      giaddr: "10.9.9.9",
      options: { 82: "0104000400010208000600000000 0001" },
    });
    const reply = replyTo(relayed, { relays: new Set(["10.9.9.9"]) });
    expect(wireOptions(reply).at(-1)).toEqual([82, "01040004000102080006000000000001"]);
    expect(reply.to).toEqual({ address: "10.9.9.9", port: 67 });
    expect(reply.reply.flags & 0x8000).toBe(0x8000);
    expect(optionValue(decoded(octetsOf(reply.reply)), "serverIdentifier")).toBe("192.168.1.10");
  });
});
