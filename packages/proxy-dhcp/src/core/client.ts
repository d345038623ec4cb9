import type { Architecture, Ipv4Address } from "@bootlace/dhcp-core";

export type Firmware = "bios" | "uefi" | "uefi-http" | "ipxe" | "raspberry-pi" | "u-boot";

/** A machine that asks to boot from the network. Strings are as sent: hostile until escaped. */
export interface BootClient {
  /** Lower case with colons; absent unless htype and hlen say Ethernet or IEEE 802. */
  readonly mac?: string;
  readonly hardwareType: number;
  /** Option 97 with its first three fields little-endian, as EFI and SMBIOS have it. Absent when all zero. */
  readonly uuid?: string;
  /** The same octets read in order, as some ROMs mean them. */
  readonly uuidBigEndian?: string;
  /** The first known entry of option 93, else what option 60 says. */
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
