import type { ModelName } from "@bootlace/pxe-client";
import type { KindName } from "./plan.ts";

/** A kind of machine: what its firmware says, and what its boot loader asks for. */
export interface Kind {
  readonly name: KindName;
  /** Fourth byte of its MAC address, by which rules can tell the kinds apart. */
  readonly mark: number;
  /** Its firmware. */
  readonly model: ModelName;
  /** `direct`: the file is in the offer; `server`: it is in the ACK of port 4011; `url`: by HTTP. */
  readonly form: "direct" | "server" | "url";
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

const bios: Omit<Kind, "name" | "mark" | "form"> = {
  model: "bios-rom",
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
  bios: { ...bios, name: "bios", mark: 1, form: "direct" },
  "bios-4011": { ...bios, name: "bios-4011", mark: 2, form: "server" },
  npm: { ...bios, name: "npm", mark: 3, form: "direct" },
  "uefi-4011": {
    name: "uefi-4011",
    mark: 4,
    form: "server",
    model: "edk2-pxe",
    blockSize: 1468,
    windowSize: 4,
    files: () => [{ path: "efi/ldlinux.e64" }, { path: KERNEL, kernel: true }],
  },
  http: {
    name: "http",
    mark: 5,
    form: "url",
    model: "edk2-http",
    blockSize: 0,
    windowSize: 0,
    files: () => [{ path: KERNEL, kernel: true }],
  },
};

export function kindOf(name: KindName): Kind {
  return KINDS[name];
}

export function macOf({ mark }: Kind, machine: number): string {
  const bytes = [0x52, 0x54, 0x00, mark, machine >> 8, machine & 255];
  return bytes.map((value) => value.toString(16).padStart(2, "0")).join(":");
}
