import fc from "fast-check";
import * as formats from "../src/formats.ts";
import {
  type DhcpPacket,
  type Format,
  formatIpv4,
  formatUuid,
  IPXE_OPTIONS,
  OPTIONS,
  PXE_OPTIONS,
  RELAY_OPTIONS,
  type Rows,
} from "../src/index.ts";
import { ipxeOptions } from "../src/ipxe-options.ts";
import { classlessRoutes, domainNames } from "../src/network-formats.ts";
import { relayAgentInformation } from "../src/relay-options.ts";
import { userClass } from "../src/user-class.ts";
import { vendorClasses, vendorOptions } from "../src/vendor-options.ts";

const address = fc.nat(0xffffffff).map(formatIpv4);
const uint8 = fc.nat(0xff);
const uint16 = fc.nat(0xffff);
const uint32 = fc.nat(0xffffffff);
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((value) => !value.endsWith("\0"));
const octets = (minLength: number, maxLength = 40) => fc.uint8Array({ minLength, maxLength });
const listOf = (item: fc.Arbitrary<unknown>, minLength = 1) => fc.array(item, { minLength, maxLength: 12 });
const subOptions = (least: number, most: number, known: readonly number[] = []) =>
  fc.array(
    fc.record({
      code: fc.integer({ min: least, max: most }).filter((code) => !known.includes(code)),
      bytes: octets(0, 8),
    }),
    { minLength: 1, maxLength: 4 },
  );

const label = fc
  .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 })
  .filter((value) => !value.includes("."));

const shared = new Map<unknown, fc.Arbitrary<unknown>>([
  [formats.uint8, uint8],
  [formats.uint16, uint16],
  [formats.uint32, uint32],
  [formats.seconds, uint32],
  [formats.int8, fc.integer({ min: -128, max: 127 })],
  [formats.int32, fc.integer({ min: -0x80000000, max: 0x7fffffff })],
  [formats.boolean, fc.boolean()],
  [formats.flag, fc.constant(true)],
  [formats.ipv4, address],
  [formats.ipv4List, listOf(address)],
  [formats.uint8List, listOf(uint8)],
  [formats.uint16List, listOf(uint16)],
  [formats.octets, octets(0)],
  [formats.text, text],
  [formats.terminatedText, text],
  [domainNames, listOf(fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join(".")))],
  [
    classlessRoutes,
    listOf(
      fc.tuple(fc.nat(32), uint32, address).map(([width, bits, router]) => {
        const sent = Math.ceil(width / 8) * 8;
        return {
          destination: `${formatIpv4(Math.floor(bits / 2 ** (32 - sent)) * 2 ** (32 - sent))}/${width}`,
          router,
        };
      }),
    ),
  ],
  [
    userClass,
    fc.oneof(
      fc.record({ form: fc.constant("counted"), classes: fc.array(text, { minLength: 1, maxLength: 4 }) }),
      fc.record({ form: fc.constant("raw"), classes: fc.constantFrom(["iPXE"], ["gPXE"], ["lab\0"]) }),
    ),
  ],
  [vendorClasses, listOf(fc.record({ enterprise: uint32, data: fc.array(octets(0, 10), { maxLength: 4 }) }))],
  [vendorOptions, listOf(fc.record({ enterprise: uint32, options: subOptions(0, 255) }))],
]);

const pair = listOf(fc.tuple(address, address));
const between = (min: number, max: number) => fc.integer({ min, max });
const alone: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  policyFilter: pair,
  staticRoute: pair,
  maximumDatagramReassemblySize: between(576, 0xffff),
  defaultIpTimeToLive: between(1, 255),
  pathMtuPlateauTable: listOf(between(68, 0xffff)),
  interfaceMtu: between(68, 0xffff),
  tcpDefaultTimeToLive: between(1, 255),
  netbiosScope: octets(1),
  optionOverload: between(1, 3),
  messageType: between(1, 255),
  clientIdentifier: octets(2),
  mobileIpHomeAgent: listOf(address, 0),
  clientFqdn: octets(3),
  clientArch: listOf(uint16),
  clientNetworkInterface: fc.record({ type: uint8, major: uint8, minor: uint8 }),
  clientMachineIdentifier: octets(16, 16).map((bytes) => formatUuid(bytes, "little-endian")),
  civicLocation: octets(3),
  dhcp4o6SourceAddress: octets(16, 16),
  sipServers: octets(1),
  geographicLocation: octets(16, 16),
  geographicLocationResolution: octets(16, 16),
  rdnssSelection: octets(9),
  statusCode: octets(1),
  portControlProtocolServer: octets(5),
  portParameters: octets(4, 4),
  pxelinuxMagic: octets(4, 4),
  sixRd: octets(22),
  subnetAllocation: octets(1),
  "virtualSubnetSelection of options": octets(1),
  discoveryControl: uint8,
  mtftpClientPort: uint16,
  mtftpServerPort: uint16,
  bootServers: listOf(fc.record({ type: uint16, addresses: fc.array(address, { maxLength: 4 }) })),
  bootMenu: fc.array(fc.record({ type: uint16, text }), { minLength: 1, maxLength: 2 }),
  menuPrompt: fc.record({ timeout: uint8, text: fc.string({ unit: "binary", maxLength: 40 }) }),
  bootItem: fc.record({ type: uint16, layer: uint16 }),
  multicastAllocation: fc.record({ base: address, blockSize: uint16, range: uint16 }),
  credentialTypes: listOf(uint32),
  flags: uint8,
  busIdentifier: octets(5, 5),
  version: fc.tuple(uint8, uint8, uint8).map((parts) => parts.join(".")),
};

function recordOf(rows: Rows, least: number, most: number): fc.Arbitrary<object> {
  const known = Object.values(rows).map((row) => row.code);
  const values = Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, arbitraryOf("", name, row.format)]),
  );
  return fc.record({ ...values, others: subOptions(least, most, known) }, { requiredKeys: [] });
}

export const pxeRecord = recordOf(PXE_OPTIONS, 1, 254);
shared.set(relayAgentInformation, recordOf(RELAY_OPTIONS, 0, 255));
shared.set(ipxeOptions, recordOf(IPXE_OPTIONS, 1, 254));

function arbitraryOf(table: string, name: string, format: unknown): fc.Arbitrary<unknown> {
  const found = alone[`${name} of ${table}`] ?? shared.get(format) ?? alone[name];
  if (found === undefined) throw new Error(`no arbitrary for ${name} of ${table}`);
  return found;
}

export interface Case {
  readonly name: string;
  readonly format: Format<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

/** Every row of every table, each with values for it. */
export const cases: readonly Case[] = Object.entries({
  options: OPTIONS,
  pxe: PXE_OPTIONS,
  relay: RELAY_OPTIONS,
  ipxe: IPXE_OPTIONS,
}).flatMap(([table, rows]) =>
  Object.entries(rows).map(([name, row]) => ({
    name: `${table} ${row.code} ${name}`,
    format: row.format as Format<unknown>,
    values: arbitraryOf(table, name, row.format),
  })),
);

const optionMap = fc
  .uniqueArray(fc.tuple(between(1, 254), fc.uint8Array({ maxLength: 255, size: "small" })), {
    selector: ([code]) => code,
    maxLength: 20,
  })
  .map((entries) => entries.filter(([code]) => code !== 52))
  .map((entries) => new Map([...entries.filter(([code]) => code !== 82), ...entries.filter(([code]) => code === 82)]));

/** Packets in normal form: fields of full length, option 82 last. */
export const packets: fc.Arbitrary<DhcpPacket> = fc.record({
  op: uint8,
  htype: uint8,
  hlen: fc.nat(16),
  hops: uint8,
  xid: uint32,
  secs: uint16,
  flags: uint16,
  ciaddr: address,
  yiaddr: address,
  siaddr: address,
  giaddr: address,
  chaddr: octets(16, 16),
  sname: octets(64, 64),
  file: octets(128, 128),
  options: optionMap,
});

export const wildNumber = fc
  .oneof(
    fc.integer(),
    fc.integer({ min: -2, max: 70_000 }),
    fc.double(),
    fc.constantFrom(2 ** 32, -(2 ** 31) - 1, 0.5, 255.5),
  )
  .filter((value) => !Object.is(value, -0));

/** Strings of any UTF-16 units, lone surrogates too. */
export const wildString = fc.oneof(
  fc.array(fc.nat(0xffff), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "",
    ".",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "10.0.0.0/33",
    "a..b",
    "\udc80",
    "\ud800",
    "\udcc3\udcbc",
  ),
);

/** A copy of `value` in which every number and every string is another one; octets and `others` stay. */
export function spoiled(value: unknown, number: number, string: string): unknown {
  if (typeof value === "number") return number;
  if (typeof value === "string") return value === "counted" || value === "raw" ? value : string;
  if (Array.isArray(value)) return value.map((one) => spoiled(one, number, string));
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === "others" ? one : spoiled(one, number, string)]),
  );
}
