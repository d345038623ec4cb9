import {
  biosRom,
  compose,
  edk2Http,
  edk2Pxe,
  type Identity,
  ipxe,
  type Model,
  raspberryPi3,
  raspberryPi4,
} from "@bootlace/pxe-client";

/** A kind of client that boot servers are asked as. */
export interface Kind {
  readonly name: string;
  /** How it decides. */
  readonly model: Model;
  /** How it speaks, where another model decides alike. */
  readonly voice: Model;
  readonly who: Identity;
}

/** One request, in the form that the program ask-server.ts takes. */
export interface OracleRequest {
  /** `KIND offer`, `KIND ack`, or `KIND TYPE` of a menu line. */
  readonly id: string;
  readonly hex: string;
  readonly port: 67 | 4011;
}

/** Types of boot servers that clients ask for after a menu; dnsmasq numbers its lines from 0x8000. */
export const ITEM_TYPES = [0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005] as const;

/** The address that clients have when they ask on the PXE port. */
export const CLIENT = "192.168.11.55";

/** Option 175 without the feature HTTP, nor HTTPS: each is a number, a length and a version. */
function withoutHttp(model: Model): Model {
  const { voice } = model;
  const spoken: Model["voice"] = {
    ...voice,
    options(parts, who) {
      const options = voice.options(parts, who);
      const bytes = options.get(175) ?? new Uint8Array();
      const kept: number[] = [];
      for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
        if (bytes[at] !== 0x13 && bytes[at] !== 0x14) kept.push(...bytes.subarray(at, at + 2 + (bytes[at + 1] ?? 0)));
      }
      return options.set(175, Uint8Array.from(kept));
    },
  };
  return { ...model, voice: spoken };
}

function kind(name: string, model: Model, number: number, more: Partial<Identity> = {}, voice = model): Kind {
  const mac = `00:16:3e:00:01:${number.toString(16).padStart(2, "0")}`;
  return { name, model, voice, who: { mac, ...more } };
}

const poor = withoutHttp(ipxe);
const bench = Uint8Array.from({ length: 17 }, (_, at) => at);

/**
 * Twelve kinds of client, and three machines that a config may name. A BIOS ROM that shows menus decides as edk2 does
 * (PXE 2.1 §2.2), whatever the model of the oldest ROMs does.
 */
export const KINDS: readonly Kind[] = [
  kind("bios", edk2Pxe, 1, { architecture: 0 }, biosRom),
  kind("ia32", edk2Pxe, 2, { architecture: 6 }),
  kind("x64", edk2Pxe, 3, { architecture: 7 }),
  kind("ebc", edk2Pxe, 4, { architecture: 9 }),
  kind("arm64", edk2Pxe, 5, { architecture: 11 }),
  kind("http", edk2Http, 6, { architecture: 16 }),
  kind("ipxe-bios", ipxe, 7, { architecture: 0 }),
  kind("ipxe-bios-poor", poor, 8, { architecture: 0 }),
  kind("ipxe-efi", ipxe, 9, { architecture: 7 }),
  kind("ipxe-efi-poor", poor, 10, { architecture: 7 }),
  kind("pi3", raspberryPi3, 11),
  kind("pi4", raspberryPi4, 12),
  kind("bench", edk2Pxe, 13, { architecture: 0, mac: "52:54:00:00:00:02", machine: bench }, biosRom),
  kind("bench-x64", edk2Pxe, 14, { architecture: 7, mac: "52:54:00:00:00:02", machine: bench }),
  kind("shelf", edk2Pxe, 15, { architecture: 0, mac: "52:54:00:00:00:03" }, biosRom),
];

/** Everything that a client of this kind may ask of a boot server. */
export function requestsOf({ name, voice, who }: Kind, server: string): OracleRequest[] {
  const hex = (parts: Parameters<typeof compose>[2]) => Buffer.from(compose(voice, who, parts).bytes).toString("hex");
  const asked = { xid: 0xb0071ace, ciaddr: CLIENT, server };
  return [
    { id: `${name} offer`, port: 67, hex: hex({ purpose: "discover", xid: asked.xid, broadcast: true }) },
    { id: `${name} ack`, port: 4011, hex: hex({ purpose: "pxe", ...asked }) },
    ...ITEM_TYPES.map(
      (type): OracleRequest => ({
        id: `${name} ${type}`,
        port: 4011,
        hex: hex({ purpose: "item", type, ...asked }),
      }),
    ),
  ];
}
