import type { KindName } from "./plan.ts";

/** A kind of machine: what its firmware says, and what its boot loader asks for. */
export interface Kind {
  readonly name: KindName;
  /** Fourth octet of its MAC address, by which rules can tell the kinds apart. */
  readonly octet: number;
  readonly architecture: number;
  readonly vendorClass: string;
  /** `direct`: the file is in the offer; `server`: it is in the ACK of port 4011; `url`: by HTTP. */
  readonly form: "direct" | "server" | "url";
  /** From which it asks at 4011: edk2 from that port itself, boot ROMs from 68. */
  readonly pxePort: 68 | 4011;
  readonly blockSize: number;
  readonly windowSize: number;
  /** What must come behind the boot file, in this order. */
  readonly files: (machine: { readonly mac: string; readonly address: string }) => readonly WantedFile[];
}

export interface WantedFile {
  readonly path: string;
  /** It is not there, and the client goes on. */
  readonly missing?: true;
  readonly kernel?: true;
}

export const KERNEL = "linux/vmlinuz";

/** PXELINUX asks for its configuration by MAC address, then by ever shorter pieces of the IPv4 address. */
function ladder({ mac, address }: { readonly mac: string; readonly address: string }): readonly WantedFile[] {
  const hex = address
    .split(".")
    .map((octet) => Number(octet).toString(16).padStart(2, "0").toUpperCase())
    .join("");
  const names = [`01-${mac.replaceAll(":", "-")}`, ...Array.from(hex, (_, at) => hex.slice(0, hex.length - at))];
  return names.map((name) => ({ path: `pxelinux/pxelinux.cfg/${name}`, missing: true }));
}

const bios: Omit<Kind, "name" | "octet" | "form"> = {
  architecture: 0,
  vendorClass: "PXEClient:Arch:00000:UNDI:002001",
  pxePort: 68,
  blockSize: 1408,
  windowSize: 1,
  files: (machine) => [
    { path: "pxelinux/ldlinux.c32" },
    ...ladder(machine),
    { path: "pxelinux/pxelinux.cfg/default" },
    { path: KERNEL, kernel: true },
  ],
};

const KINDS: Readonly<Record<KindName, Kind>> = {
  bios: { ...bios, name: "bios", octet: 1, form: "direct" },
  "bios-4011": { ...bios, name: "bios-4011", octet: 2, form: "server" },
  npm: { ...bios, name: "npm", octet: 3, form: "direct" },
  "uefi-4011": {
    name: "uefi-4011",
    octet: 4,
    form: "server",
    architecture: 7,
    vendorClass: "PXEClient:Arch:00007:UNDI:003016",
    pxePort: 4011,
    blockSize: 1468,
    windowSize: 4,
    files: () => [{ path: "efi/ldlinux.e64" }, { path: KERNEL, kernel: true }],
  },
  http: {
    name: "http",
    octet: 5,
    form: "url",
    architecture: 16,
    vendorClass: "HTTPClient:Arch:00016:UNDI:003016",
    pxePort: 68,
    blockSize: 0,
    windowSize: 0,
    files: () => [{ path: KERNEL, kernel: true }],
  },
};

export function kindOf(name: KindName): Kind {
  return KINDS[name];
}

export function macOf({ octet }: Kind, machine: number): string {
  const octets = [0x52, 0x54, 0x00, octet, machine >> 8, machine & 255];
  return octets.map((value) => value.toString(16).padStart(2, "0")).join(":");
}
