import { readFileSync, writeFileSync } from "node:fs";
import { expect, describe as group, test } from "vitest";
import { createPacket, describe, describeOption } from "../src/index.ts";
import { captured, datagram, decoded, hex } from "./support.ts";

const GOLDEN = new URL("./golden/describe.txt", import.meta.url);

/** Captured exchanges that show each kind of client and reply. */
const SHOWN = [
  "01-bios-e1000-pxelinux-memtest",
  "02a-uefi-x64-syslinux",
  "03e-uefi-x64-http-shim-grub",
  "05a-bios-menu-timeout3",
  "06c-bios-type15-bootserver-17-4011",
  "07a-uboot-arm64-dhcp-proxy",
  "08a-relay-isc-bios-srvside",
  "09c-nonpxe-udhcpc",
];

test("captured packets as lines (UPDATE_GOLDEN=1 writes them anew)", () => {
  const text = captured
    .filter((one) => SHOWN.includes(one.label))
    .map((one) => [`# ${one.label} ${one.n} ${one.role}`, ...describe(decoded(hex(one.hex))), ""].join("\n"))
    .join("\n");
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
  expect(text.match(/^# /gm)?.length).toBeGreaterThan(40);
});

test("a packet of every kind of line", () => {
  const packet = decoded(
    datagram({
      header: "07200a09 00000001 0002 8001 01020304 05060708 090a0b0c 0d0e0f10",
      options: "340103 e00461626364 e10100 3c00 0c021b41 77026100 ff 01",
      file: "0c0162 340101",
      sname: "e20401020304 ff",
    }),
  );
  expect(describe(packet)).toEqual([
    "op 7 BOOTP xid 00000001 secs 2 hops 9 flags 0x8001 (broadcast)",
    "client 52:54:00:12:34:56:00:00:00:00 htype 32 hlen 10",
    "ciaddr 1.2.3.4 yiaddr 5.6.7.8 siaddr 9.10.11.12 giaddr 13.14.15.16",
    'option 224 unknown (4): 61626364 "abcd"',
    "option 225 unknown (1): 00",
    "option 60 vendorClassIdentifier (0): malformed, expected at least one octet of text (octet 0): empty",
    'option 12 hostName (3): "\\x1bAb"',
    "option 119 domainSearch (2): malformed, expected domain names of labels of 1 to 63 octets, at most 255 in all (octet 0): 6100",
    "option 226 unknown (4): 01020304",
    "note options has data after END, from octet 263",
    "note option 52 (overload) is 3",
    "note option 52 (overload) inside file is ignored",
    "note file has no END",
    "note option 12 was joined from 2 pieces",
  ]);
});

test("a packet without address, with names and an unknown type", () => {
  const packet = createPacket({
    op: 2,
    hlen: 0,
    sname: hex("220a5c"),
    file: hex("62c3bc63 00 ff"),
    options: new Map([[53, hex("c8")]]),
  });
  expect(describe(packet)).toEqual([
    "BOOTREPLY type 200 xid 00000000 secs 0 hops 0 flags 0x0000",
    "client without address htype 1 hlen 0",
    "ciaddr 0.0.0.0 yiaddr 0.0.0.0 siaddr 0.0.0.0 giaddr 0.0.0.0",
    'sname "\\"\\x0a\\\\"',
    'file "büc"',
    "option 53 messageType (1): 200",
  ]);
});

group("one option", () => {
  test.each([
    [1, "ffffff00", "1 subnetMask (4): 255.255.255.0"],
    [2, "ffffffff", "2 timeOffset (4): -1"],
    [3, "c0a80101c0a80102", "3 router (8): 192.168.1.1, 192.168.1.2"],
    [12, "e2808bc2a0ff", '12 hostName (6): "\\u{200b}\u00a0\\xff"'],
    [12, "e280aed8a7", '12 hostName (5): "\\u{202e}ا"'],
    [19, "01", "19 ipForwarding (1): yes"],
    [19, "00", "19 ipForwarding (1): no"],
    [33, "0a0000000a000001", "33 staticRoute (8): 10.0.0.0 10.0.0.1"],
    [43, "060108ff", "43 vendorSpecificInformation (4): discoveryControl 8 (bootFileNow)"],
    [43, "060100ff", "43 vendorSpecificInformation (4): discoveryControl 0"],
    [43, "470480000001ff", "43 vendorSpecificInformation (7): bootItem 0x8000 layer 1"],
    [43, "0803000f0040016100ff", "43 vendorSpecificInformation (10): bootServers 15 at any address; [64] 61"],
    [43, "0a03ff4142ff", '43 vendorSpecificInformation (6): menuPrompt no timeout "AB"'],
    [43, "41024142ff", "43 vendorSpecificInformation (5): 41024142ff"],
    [
      43,
      "0104e00001010202d2040b08e0000001000200ff0c0400000001ff",
      "43 vendorSpecificInformation (27): mtftpAddress 224.0.1.1; mtftpClientPort 1234; multicastAllocation 224.0.0.1 blocks of 2, 255 in all; credentialTypes 1",
    ],
    [51, "ffffffff", "51 leaseTime (4): infinite"],
    [51, "0000003c", "51 leaseTime (4): 60 s"],
    [55, "0103", "55 parameterRequestList (2): 1, 3"],
    [61, "01525400ae0001", "61 clientIdentifier (7): ethernet 52:54:00:ae:00:01"],
    [61, "ff0102030405060708", "61 clientIdentifier (9): ff0102030405060708"],
    [61, "02525400ae0001", "61 clientIdentifier (7): 02525400ae0001"],
    [67, "6100", '67 bootFileName (2): "a"'],
    [68, "", "68 mobileIpHomeAgent (0): none"],
    [77, "0461626364026566", '77 userClass (8): "abcd", "ef"'],
    [77, "69505845", '77 userClass (4): "iPXE" (raw)'],
    [80, "", "80 rapidCommit (0): set"],
    [
      82,
      "01026162 0504c0a80101 0a0180 0b0401020304 2001ff",
      "82 relayAgentInformation (22): circuitId 6162; linkSelection 192.168.1.1; flags 128 (unicast); serverIdentifierOverride 1.2.3.4; [32] ff",
    ],
    [82, "0a0101", "82 relayAgentInformation (3): flags 1"],
    [82, "", "82 relayAgentInformation (0): none"],
    [93, "0000000703e7", "93 clientArch (6): 0 x86-bios, 7 x64-uefi, 999 unknown"],
    [94, "010310", "94 clientNetworkInterface (3): UNDI 3.16"],
    [94, "020310", "94 clientNetworkInterface (3): type 2 3.16"],
    [97, "0033221100554477668899aabbccddeeff", "97 clientMachineIdentifier (17): 00112233-4455-6677-8899-aabbccddeeff"],
    [119, "03777777 076578616d706c65 00 c000", '119 domainSearch (15): "www.example", "www.example"'],
    [
      121,
      "080a c0a80101 00 c0a80101",
      "121 classlessStaticRoute (11): 10.0.0.0/8 via 192.168.1.1, 0.0.0.0/0 via 192.168.1.1",
    ],
    [
      124,
      "00000137 05 0461626364 00000009 00",
      '124 vendorIdentifyingVendorClass (15): 311: 61626364 "abcd"; 9: empty',
    ],
    [125, "00000137 03 0101ff", "125 vendorIdentifyingVendorSpecificInformation (8): 311: [1] ff"],
    [
      175,
      "b1050180861 00e eb03010200 130101 1501 00",
      "175 etherboot (18): http 1; tftp 0; busIdentifier PCI 8086:100e; version 1.2.0",
    ],
    [175, "b10509 8086100e", "175 etherboot (7): busIdentifier bus 9 8086:100e"],
    [224, "616263", "224 unknown (3): 616263"],
    [255, "", "255 unknown (0): empty"],
  ])("%i %s", (code, octets, line) => {
    expect(describeOption(code, hex(octets))).toBe(line);
  });
});
