import { formatHex } from "./address.ts";
import { optionFault } from "./faults.ts";
import { boolean, type Format, int8, octets, octetsBetween, printed, text, uint8 } from "./formats.ts";
import { type TlvRecord, tlvRecord } from "./tlv.ts";

const busIdentifier = printed(octetsBetween(5, 5), (bytes) => {
  const bus = { 1: "PCI", 2: "ISAPnP", 3: "EISA", 4: "MCA", 5: "ISA" }[bytes[0] ?? 0] ?? `bus ${bytes[0]}`;
  return `${bus} ${formatHex(bytes.subarray(1, 3))}:${formatHex(bytes.subarray(3, 5))}`;
});

/** Three octets as `"1.21.1"`. */
const version: Format<string> = {
  expected: "3 octets",
  decode: (bytes) =>
    bytes.length === 3 ? { ok: true, value: bytes.join(".") } : optionFault("bad-length", bytes.length, "3 octets"),
  encode(value) {
    if (typeof value !== "string") return optionFault("bad-value", 0, "three numbers of 0 to 255 with dots");
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(value)?.slice(1).map(Number);
    return parts?.every((part) => part <= 255)
      ? { ok: true, bytes: Uint8Array.from(parts) }
      : optionFault("bad-value", 0, "three numbers of 0 to 255 with dots");
  },
  print: (value) => value,
};

/** Feature flags of an iPXE build; the value of each is the version of the feature. */
const FEATURES = {
  pxeExtensions: { code: 0x10, format: uint8, section: "iPXE features.h" },
  iscsi: { code: 0x11, format: uint8, section: "iPXE features.h" },
  aoe: { code: 0x12, format: uint8, section: "iPXE features.h" },
  http: { code: 0x13, format: uint8, section: "iPXE features.h" },
  https: { code: 0x14, format: uint8, section: "iPXE features.h" },
  tftp: { code: 0x15, format: uint8, section: "iPXE features.h" },
  ftp: { code: 0x16, format: uint8, section: "iPXE features.h" },
  dns: { code: 0x17, format: uint8, section: "iPXE features.h" },
  bzimage: { code: 0x18, format: uint8, section: "iPXE features.h" },
  multiboot: { code: 0x19, format: uint8, section: "iPXE features.h" },
  slam: { code: 0x1a, format: uint8, section: "iPXE features.h" },
  srp: { code: 0x1b, format: uint8, section: "iPXE features.h" },
  nbi: { code: 0x20, format: uint8, section: "iPXE features.h" },
  pxe: { code: 0x21, format: uint8, section: "iPXE features.h" },
  elf: { code: 0x22, format: uint8, section: "iPXE features.h" },
  comboot: { code: 0x23, format: uint8, section: "iPXE features.h" },
  efi: { code: 0x24, format: uint8, section: "iPXE features.h" },
  fcoe: { code: 0x25, format: uint8, section: "iPXE features.h" },
  vlan: { code: 0x26, format: uint8, section: "iPXE features.h" },
  menu: { code: 0x27, format: uint8, section: "iPXE features.h" },
  sdi: { code: 0x28, format: uint8, section: "iPXE features.h" },
  nfs: { code: 0x29, format: uint8, section: "iPXE features.h" },
} as const;

export type IpxeFeature = keyof typeof FEATURES;

/** Sub-options of option 175, which iPXE and Etherboot use. */
export const IPXE_OPTIONS = {
  priority: { code: 0x01, format: int8, section: "iPXE dhcp.h" },
  keepSan: { code: 0x08, format: uint8, section: "iPXE dhcp.h" },
  skipSanBoot: { code: 0x09, format: uint8, section: "iPXE dhcp.h" },
  ...FEATURES,
  scriptlet: { code: 0x51, format: text, section: "iPXE dhcp.h" },
  trust: { code: 0x5a, format: octets, section: "iPXE dhcp.h" },
  certificate: { code: 0x5b, format: octets, section: "iPXE dhcp.h" },
  privateKey: { code: 0x5c, format: octets, section: "iPXE dhcp.h" },
  crossCertificate: { code: 0x5d, format: text, section: "iPXE dhcp.h" },
  noPxeDhcp: { code: 0xb0, format: boolean, section: "iPXE dhcp.h" },
  busIdentifier: { code: 0xb1, format: busIdentifier, section: "iPXE dhcp.h" },
  useCached: { code: 0xb2, format: uint8, section: "iPXE dhcp.h" },
  sanRetries: { code: 0xbb, format: uint8, section: "iPXE dhcp.h" },
  sanFileName: { code: 0xbc, format: text, section: "iPXE dhcp.h" },
  sanDrive: { code: 0xbd, format: uint8, section: "iPXE dhcp.h" },
  userName: { code: 0xbe, format: text, section: "iPXE dhcp.h" },
  password: { code: 0xbf, format: text, section: "iPXE dhcp.h" },
  reverseUserName: { code: 0xc0, format: text, section: "iPXE dhcp.h" },
  reversePassword: { code: 0xc1, format: text, section: "iPXE dhcp.h" },
  version: { code: 0xeb, format: version, section: "iPXE dhcp.h" },
} as const;

/** Option 175. A feature is present when its version is there and not 0; see {@link ipxeFeatures}. */
export type IpxeOptions = TlvRecord<typeof IPXE_OPTIONS>;

/** No END inside 175: iPXE writes none. */
export const ipxeOptions = tlvRecord(IPXE_OPTIONS, { codes: "encapsulated", writeEnd: false });

/** The names of the features that an iPXE announces, in the order of their codes. */
export function ipxeFeatures(options: IpxeOptions): IpxeFeature[] {
  return (Object.keys(FEATURES) as IpxeFeature[]).filter((name) => (options[name] ?? 0) > 0);
}
