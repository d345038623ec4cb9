import { expect, test } from "vitest";
import { createPacket, type DhcpPacket, decodePacket, encodePacket, faultText } from "../src/index.ts";
import { datagram } from "./support.ts";

const octets = (length: number) => new Uint8Array(length);
const withOption = (code: number, length: number) => ({ options: new Map([[code, octets(length)]]) });

test.each<[Partial<DhcpPacket>, object, string]>([
  [{ op: 256 }, { code: "out-of-range", field: "op", value: 256, max: 255 }, "op is 256, outside 0 to 255"],
  [{ htype: -1 }, { code: "out-of-range", field: "htype", value: -1, max: 255 }, "htype is -1, outside 0 to 255"],
  [{ hlen: 17 }, { code: "out-of-range", field: "hlen", value: 17, max: 16 }, "hlen is 17, outside 0 to 16"],
  [{ hops: 1.5 }, { code: "out-of-range", field: "hops", value: 1.5, max: 255 }, "hops is 1.5, outside 0 to 255"],
  [
    { secs: 65536 },
    { code: "out-of-range", field: "secs", value: 65536, max: 65535 },
    "secs is 65536, outside 0 to 65535",
  ],
  [
    { flags: Number.NaN },
    { code: "out-of-range", field: "flags", value: Number.NaN, max: 65535 },
    "flags is NaN, outside 0 to 65535",
  ],
  [
    { xid: 2 ** 32 },
    { code: "out-of-range", field: "xid", value: 2 ** 32, max: 2 ** 32 - 1 },
    "xid is 4294967296, outside 0 to 4294967295",
  ],
  [{ ciaddr: "" }, { code: "bad-address", field: "ciaddr", value: "" }, "ciaddr is not an IPv4 address"],
  [{ yiaddr: "1.2.3" }, { code: "bad-address", field: "yiaddr", value: "1.2.3" }, "yiaddr is not an IPv4 address"],
  [{ siaddr: "host" }, { code: "bad-address", field: "siaddr", value: "host" }, "siaddr is not an IPv4 address"],
  [{ giaddr: "::1" }, { code: "bad-address", field: "giaddr", value: "::1" }, "giaddr is not an IPv4 address"],
  [
    { chaddr: octets(17) },
    { code: "field-too-long", field: "chaddr", octets: 17, max: 16 },
    "chaddr has 17 octets, at most 16 fit",
  ],
  [
    { sname: octets(65) },
    { code: "field-too-long", field: "sname", octets: 65, max: 64 },
    "sname has 65 octets, at most 64 fit",
  ],
  [
    { file: octets(129) },
    { code: "field-too-long", field: "file", octets: 129, max: 128 },
    "file has 129 octets, at most 128 fit",
  ],
  [withOption(0, 1), { code: "bad-option-code", option: 0 }, "option 0 cannot be written"],
  [withOption(52, 1), { code: "bad-option-code", option: 52 }, "option 52 cannot be written"],
  [withOption(255, 0), { code: "bad-option-code", option: 255 }, "option 255 cannot be written"],
  [
    withOption(60, 256),
    { code: "option-too-long", option: 60, octets: 256, max: 255 },
    "option 60 has 256 octets, at most 255 fit",
  ],
])("encode refuses %o", (fields, fault, text) => {
  const result = encodePacket(createPacket(fields));
  expect(result).toEqual({ ok: false, fault });
  expect(!result.ok && faultText(result.fault)).toBe(text);
});

test("the largest numbers and fields fit", () => {
  const largest = createPacket({
    op: 255,
    htype: 255,
    hlen: 16,
    hops: 255,
    xid: 2 ** 32 - 1,
    secs: 65535,
    flags: 65535,
    chaddr: octets(16),
    sname: octets(64),
    file: octets(128),
    ...withOption(254, 255),
  });
  const result = encodePacket(largest);
  expect(result.ok && result.bytes.length).toBe(240 + 2 + 255 + 1);
});

test("a limit on the whole packet counts END and padding", () => {
  const packet = createPacket(withOption(60, 100));
  expect(encodePacket(packet, { maximumOctets: 343 }).ok).toBe(true);
  expect(encodePacket(packet, { maximumOctets: 342 })).toEqual({
    ok: false,
    fault: { code: "packet-too-long", octets: 343, max: 342 },
  });
  expect(encodePacket(createPacket(), { maximumOctets: 300 }).ok).toBe(true);
  const refused = encodePacket(createPacket(), { maximumOctets: 299 });
  expect(!refused.ok && faultText(refused.fault)).toBe("the packet has 300 octets, at most 299 are allowed");
});

test.each([
  [octets(3), "3 octets are too few, a DHCP packet has at least 240"],
  [octets(240), "the magic cookie 63 82 53 63 is missing"],
  [datagram({ options: "", header: "010111" }), "hardware address length 17 is more than 16"],
  [datagram({ options: "0c01" }), "option 12 at octet 240 runs past the end of options"],
  [datagram({ options: "3400" }), "option 52 (overload) must be one octet, 1, 2 or 3"],
])("decode says what is wrong (%#)", (bytes, text) => {
  const result = decodePacket(bytes);
  expect(!result.ok && faultText(result.fault)).toBe(text);
});

test("a fault of an option in words", () => {
  expect(faultText({ code: "bad-length", at: 3, expected: "4 octets" })).toBe("expected 4 octets (octet 3)");
});
