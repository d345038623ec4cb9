import {
  type Architecture,
  architectureByCode,
  BOOTREQUEST,
  type DhcpPacket,
  formatMac,
  hardwareAddress,
  type Ipv4Address,
  ipxeFeatures,
  messageTypes,
  optionValue,
  swapUuid,
} from "@bootlace/dhcp-core";
import { type Firmware, firmwareOf } from "./firmware.ts";
import { UNSPECIFIED } from "./interfaces.ts";
import { isRaspberryPi, serialOf } from "./raspberry-pi.ts";
import type { NotBootReason } from "./reasons.ts";

/** A machine that requests a network boot. Strings are as sent: hostile until escaped. */
export interface BootClient {
  /** Lower case with colons; absent unless htype and hlen say Ethernet or IEEE 802. */
  readonly mac?: string;
  /** Option 61 in hexadecimal with colons, where there is no MAC address to know the machine by (RFC 4390 §2.1). */
  readonly clientId?: string;
  readonly hardwareType: number;
  /** Option 97 with its first three fields little-endian, as EFI and SMBIOS have it. Absent when all zero. */
  readonly uuid?: string;
  /** The same bytes read in order, as some ROMs send them. */
  readonly uuidBigEndian?: string;
  /** The first known entry of option 93, else the architecture in option 60. */
  readonly arch?: Architecture;
  readonly archCodes: readonly number[];
  readonly firmware: Firmware;
  /** Option 60 as sent. */
  readonly vendorClass: string;
  /** The prefix by which the client was recognised, and which replies carry in option 60. */
  readonly matchedClass: string;
  /** Whether it boots by HTTP: its vendor class is HTTPClient. */
  readonly http: boolean;
  readonly userClasses: readonly string[];
  readonly ipxe?: { readonly version?: string; readonly features: readonly string[] };
  /** Raspberry Pi serial number, 8 lower-case hex digits. */
  readonly serial?: string;
  readonly hostName?: string;
  /** ciaddr, when the client already has a lease. */
  readonly address?: Ipv4Address;
  /** giaddr, when a relay forwarded the packet. */
  readonly relay?: Ipv4Address;
}

export type Identification =
  | { readonly ok: true; readonly client: BootClient }
  | { readonly ok: false; readonly reason: NotBootReason; readonly detail?: string };

const HTTP_CLASS = "HTTPClient";
const BOOT_CLASSES = ["PXEClient", HTTP_CLASS];

/** Whether option 60 begins with a vendor class of boot firmware (RFC 4578 §2), and not with one of the user's own. */
export function isBootClass(vendorClass: string): boolean {
  return BOOT_CLASSES.some((prefix) => vendorClass.startsWith(prefix));
}
const ETHERNET = 1;
const IEEE_802 = 6;

/**
 * The sender of a packet, if option 60 identifies network boot firmware (RFC 4578 §2; prefixes, case
 * sensitive). `vendorClasses` are further prefixes to serve as PXE.
 */
export function identify(packet: DhcpPacket, vendorClasses: readonly string[] = []): Identification {
  if (packet.op !== BOOTREQUEST) return { ok: false, reason: "not-a-request" };
  if (optionValue(packet, "messageType") === undefined) return { ok: false, reason: "no-message-type" };
  const vendorClass = optionValue(packet, "vendorClassIdentifier");
  if (vendorClass === undefined) return { ok: false, reason: "no-vendor-class" };
  const matchedClass = [...BOOT_CLASSES, ...vendorClasses].find((prefix) => vendorClass.startsWith(prefix));
  if (matchedClass === undefined) return { ok: false, reason: "other-vendor-class", detail: vendorClass };
  if (!isHardwareAddressUsable(packet)) {
    return { ok: false, reason: "bad-hardware-address", detail: `htype ${packet.htype}, hlen ${packet.hlen}` };
  }

  const http = matchedClass === HTTP_CLASS;
  const mac = macOf(packet);
  const clientId = mac === undefined ? clientIdOf(packet) : undefined;
  const archCodes = architectureCodes(packet, vendorClass);
  const arch = preferredArchitecture(archCodes, http);
  const userClasses = optionValue(packet, "userClass")?.classes ?? [];
  const etherboot = packet.options.has(ETHERBOOT) ? (optionValue(packet, "etherboot") ?? {}) : undefined;
  const machineIdentifier = packet.options.get(MACHINE_IDENTIFIER);
  const uuid = uuidOf(packet);
  const hostName = optionValue(packet, "hostName");
  const serial = serialOf(machineIdentifier);
  const firmware = firmwareOf({
    arch,
    archCodes,
    http,
    vendorClass,
    asked: optionValue(packet, "parameterRequestList"),
  });

  const base = {
    ...(mac === undefined ? {} : { mac }),
    ...(clientId === undefined ? {} : { clientId }),
    hardwareType: packet.htype,
    ...uuid,
    ...(arch === undefined ? {} : { arch }),
    archCodes,
    vendorClass,
    matchedClass,
    http,
    userClasses,
    ...(hostName === undefined ? {} : { hostName }),
    ...(hasAddress(packet) ? { address: packet.ciaddr } : {}),
    ...(packet.giaddr === UNSPECIFIED ? {} : { relay: packet.giaddr }),
  };
  if (http) return { ok: true, client: { ...base, firmware } };
  if (etherboot !== undefined || userClasses.includes("iPXE")) {
    const version = etherboot?.version;
    const features = etherboot === undefined ? [] : ipxeFeatures(etherboot);
    const ipxe = { ...(version === undefined ? {} : { version }), features };
    return { ok: true, client: { ...base, firmware: "ipxe", ipxe } };
  }
  if (isRaspberryPi({ mac, vendorClass, archCodes, machineIdentifier })) {
    return {
      ok: true,
      client: { ...base, firmware: "raspberry-pi", ...(serial === undefined ? {} : { serial }) },
    };
  }
  return { ok: true, client: { ...base, firmware } };
}

const ETHERBOOT = 175;
const MACHINE_IDENTIFIER = 97;

/**
 * Ethernet has six bytes. edk2 can be built to send the UUID of option 97 as a hardware address of 16; InfiniBand
 * sends none (RFC 4390 §2.1). Type 0 is not a hardware type.
 */
function isHardwareAddressUsable(packet: DhcpPacket): boolean {
  if (packet.htype === 0) return packet.hlen === 0;
  if (packet.htype !== ETHERNET || packet.hlen === 6) return true;
  const uuid = packet.options.get(MACHINE_IDENTIFIER)?.subarray(1);
  return packet.hlen === 16 && uuid?.length === 16 && uuid.every((octet, at) => packet.chaddr[at] === octet);
}

function macOf(packet: DhcpPacket): string | undefined {
  const hasMac = (packet.htype === ETHERNET || packet.htype === IEEE_802) && packet.hlen === 6;
  return hasMac ? formatMac(hardwareAddress(packet)) : undefined;
}

/**
 * What a machine is known by: its MAC address, else option 61 in the same form (RFC 4390 §2.1), else whatever chaddr
 * holds. Empty when the packet has none of them.
 */
export function machineId(packet: DhcpPacket): string {
  return macOf(packet) ?? clientIdOf(packet) ?? formatMac(hardwareAddress(packet));
}

/** InfiniBand sends no hardware address, and one of 16 bytes is the UUID once more. */
function clientIdOf(packet: DhcpPacket): string | undefined {
  const bytes = packet.options.get(CLIENT_IDENTIFIER);
  return bytes === undefined || bytes.length < 2 ? undefined : formatMac(bytes);
}

const CLIENT_IDENTIFIER = 61;

/** Option 93; without it the decimal number inside option 60 (RFC 4578 §2.1, PXE 2.1 table 2-1). */
function architectureCodes(packet: DhcpPacket, vendorClass: string): readonly number[] {
  const codes = optionValue(packet, "clientArch");
  if (codes !== undefined) return codes;
  const digits = /:Arch:([0-9]{5})/.exec(vendorClass)?.[1];
  return digits === undefined ? [] : [Number(digits)];
}

/** The first known entry; when the list mixes both kinds, the first that fits the vendor class. */
function preferredArchitecture(codes: readonly number[], http: boolean): Architecture | undefined {
  const known = codes.map(architectureByCode).filter((arch) => arch !== undefined);
  return known.find((arch) => arch.http === http) ?? known[0];
}

function uuidOf(packet: DhcpPacket): { uuid?: string; uuidBigEndian?: string } {
  const uuid = optionValue(packet, "clientMachineIdentifier");
  // Firmware that cannot read its SMBIOS table sends zeros, which identify nothing.
  if (uuid === undefined || /^[0-]+$/.test(uuid)) return {};
  const uuidBigEndian = swapUuid(uuid);
  return { uuid, ...(uuidBigEndian === undefined ? {} : { uuidBigEndian }) };
}

/** Some clients leave a stale ciaddr in a DISCOVER; option 50 says as much (RFC 2131 table 5). */
export function hasAddress(packet: DhcpPacket): boolean {
  return (
    packet.ciaddr !== UNSPECIFIED &&
    optionValue(packet, "messageType") !== messageTypes.DISCOVER &&
    !packet.options.has(REQUESTED_ADDRESS)
  );
}

const REQUESTED_ADDRESS = 50;
