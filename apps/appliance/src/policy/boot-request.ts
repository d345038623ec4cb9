import {
  type Architecture,
  architectureByCode,
  architectureByName,
  BROADCAST_FLAG,
  createDiscover,
  type DhcpPacket,
  encodePacket,
  formatMac,
  type IpxeOptions,
  type OptionValues,
  parseUuid,
  quote,
} from "@bootlace/dhcp-core";
import type { ServicePort } from "@bootlace/proxy-dhcp";
import { architectureNamed, wrongArchitecture } from "../config/explain.ts";
import type { Problem } from "../config/faults.ts";
import { checkIpv4, checkUuid } from "../config/values.ts";
import { checkMachineId, machineIdOf } from "./machine-names.ts";

/** A hypothetical request, for explaining its reply. */
export interface RequestDescription {
  /** MAC address with colons or dashes, or the client identifier of a machine that has none. */
  readonly mac: string;
  /** Name or number of option 93; x86-bios when absent. */
  readonly arch?: string | number | undefined;
  readonly userClass?: readonly string[] | undefined;
  /** Option 60; made from the architecture when absent. */
  readonly vendorClass?: string | undefined;
  readonly uuid?: string | undefined;
  /** A Raspberry Pi's: 8 hexadecimal digits. */
  readonly serial?: string | undefined;
  /** `pxe` asks on the PXE port, as firmware does after the offer. */
  readonly port?: ServicePort | undefined;
  /** giaddr. */
  readonly relay?: string | undefined;
  /** The boot menu's type that is asked for on the PXE port. */
  readonly item?: number | undefined;
  /** ciaddr on the PXE port. */
  readonly address?: string | undefined;
}

/** Why no request can be built. */
export interface RequestFault extends Omit<Problem, "code"> {
  readonly ok: false;
  /** The wrong field. */
  readonly field?: keyof RequestDescription | "interface";
}

export type RequestResult =
  | { readonly ok: true; readonly packet: DhcpPacket; readonly bytes: Uint8Array }
  | RequestFault;

/** What iPXE says of itself in option 175 when it is built as its makers ship it. */
const usualIpxe: IpxeOptions = { version: "1.21.1", http: 1, https: 1, tftp: 1, dns: 1, iscsi: 1, menu: 1, bzimage: 1 };

/** What PXELINUX and every ROM ask for, among others (PXE 2.1 table 2-1, RFC 4578). */
const asked = [
  1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128,
];

/** A DISCOVER, or with port `pxe` a REQUEST, as such a client would send it. */
export function bootRequest(request: RequestDescription): RequestResult {
  const { port = "dhcp", relay, address } = request;
  const wrongMachine = checkMachineId(request.mac);
  if (wrongMachine !== undefined) return wrong("mac", wrongMachine);
  const machineId = Uint8Array.from(machineIdOf(request.mac).split(":"), (byte) => Number.parseInt(byte, 16));
  const hasMac = machineId.length === 6;
  const arch = architectureOf(request.arch);
  if (arch === undefined) return wrong("arch", archProblem(String(request.arch)));
  const relayProblem = relay === undefined ? undefined : checkIpv4(relay);
  if (relayProblem !== undefined) return wrong("relay", relayProblem);
  const addressProblem = address === undefined ? undefined : checkIpv4(address);
  if (addressProblem !== undefined) return wrong("address", addressProblem);
  const uuidProblem = request.uuid === undefined ? undefined : checkUuid(request.uuid);
  if (uuidProblem !== undefined) return wrong("uuid", uuidProblem);
  const machine = machineIdentifier(request);
  if (machine === "wrong-serial") {
    const problem = `${quote(request.serial ?? "")} is not the serial number of a Raspberry Pi`;
    return wrong("serial", { problem, allowed: "Allowed: 8 hexadecimal digits, such as 1f2e3d4c" });
  }

  const code = typeof arch === "number" ? arch : arch.code;
  const http = typeof arch === "number" ? false : arch.http;
  const vendorClass =
    request.vendorClass ?? `${http ? "HTTP" : "PXE"}Client:Arch:${String(code).padStart(5, "0")}:UNDI:003016`;
  const classes = request.userClass ?? [];
  const options: OptionValues = {
    messageType: port === "pxe" ? 3 : 1,
    parameterRequestList: asked,
    maximumMessageSize: 1472,
    clientArch: [code],
    clientNetworkInterface: { type: 1, major: 3, minor: 16 },
    vendorClassIdentifier: vendorClass,
    ...(classes.length === 0 ? {} : { userClass: { form: classes.length === 1 ? "raw" : "counted", classes } }),
    ...(classes.includes("iPXE") ? { etherboot: usualIpxe } : {}),
    ...(request.item === undefined ? {} : { vendorSpecificInformation: bootItem(request.item) }),
  };
  const discover = createDiscover({
    mac: hasMac ? formatMac(machineId) : "00:00:00:00:00:00",
    xid: 0xb0071ace,
    flags: port === "pxe" ? 0 : BROADCAST_FLAG,
    ciaddr: port === "pxe" ? (address ?? "0.0.0.0") : "0.0.0.0",
    giaddr: relay ?? "0.0.0.0",
    options,
  });
  if (!discover.ok) {
    return { ok: false, problem: `option ${discover.field} is invalid: expected ${discover.fault.expected}` };
  }
  const options97 = machine === undefined ? [] : [[97, machine] as const];
  const options61 = hasMac ? [] : [[61, machineId] as const];
  const packet = {
    ...discover.packet,
    // RFC 4390 §2.1.
    ...(hasMac ? {} : { htype: 32, hlen: 0 }),
    options: new Map([...discover.packet.options, ...options97, ...options61]),
  };
  const bytes = encodePacket(packet);
  return bytes.ok
    ? { ok: true, packet, bytes: bytes.bytes }
    : { ok: false, problem: "the request does not fit into a packet" };
}

function wrong(
  field: NonNullable<RequestFault["field"]>,
  { problem, allowed, suggestion }: Omit<Problem, "code">,
): RequestFault {
  return {
    ok: false,
    field,
    problem,
    ...(allowed === undefined ? {} : { allowed }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

const number = /^(\d+|0x[0-9a-f]+)$/i;

function archProblem(arch: string): Omit<Problem, "code"> {
  if (!number.test(arch)) return wrongArchitecture(arch);
  return { problem: `${arch} is above 65535`, allowed: "Allowed: 0 to 65535, or a name such as x64-uefi" };
}

/** The architecture, or its number when the registry has none of it. */
function architectureOf(arch: string | number = "x86-bios"): Architecture | number | undefined {
  if (typeof arch === "string" && !number.test(arch)) return architectureByName(architectureNamed(arch));
  // Option 93 is often written as 0x0007.
  const code = Number(arch);
  return code <= 0xffff ? (architectureByCode(code) ?? code) : undefined;
}

/** PXE 2.1 table 2-1, tag 71. */
function bootItem(type: number): Uint8Array {
  return Uint8Array.of(71, 4, type >>> 8, type & 0xff, 0, 0, 255);
}

/** Option 97: a UUID, or the serial number of a Raspberry Pi four times over (rpi-eeprom before 2019-10). */
function machineIdentifier({ uuid, serial }: RequestDescription): Uint8Array | undefined | "wrong-serial" {
  if (uuid !== undefined) {
    const bytes = parseUuid(uuid, "little-endian");
    return bytes === undefined ? undefined : Uint8Array.of(0, ...bytes);
  }
  if (serial === undefined) return undefined;
  if (!/^[0-9a-f]{8}$/i.test(serial)) return "wrong-serial";
  const octets = [6, 4, 2, 0].map((at) => Number.parseInt(serial.slice(at, at + 2), 16));
  return Uint8Array.of(0, ...octets, ...octets, ...octets, ...octets);
}
