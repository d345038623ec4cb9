import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { ReplyForm } from "./firmware.ts";
import type { ServedInterface } from "./interfaces.ts";
import type { BootMenu } from "./menu.ts";

/** The script an iPXE client gets in place of `file` and `menu`, which stay the way into iPXE for all others. */
export interface IpxeScript {
  /** On the plan's TFTP server; taken when iPXE has no HTTP, or when there is no `url`. */
  readonly file?: string;
  /** Taken when option 175 says that this iPXE speaks HTTP (or HTTPS for an https URL). */
  readonly url?: string;
}

/** Reply options a plan may leave out, for firmware that trips over them. */
export type OmittableOption =
  | "vendorClassIdentifier"
  | "clientMachineIdentifier"
  | "clientIdentifier"
  | "vendorSpecificInformation"
  | "tftpServerName"
  | "bootFileName";

/** What one client gets. `file` and `url` are alternatives by client; a plan may carry both. */
export interface BootPlan {
  readonly kind: "boot";
  /** The name of the rule that made this plan; events carry it. */
  readonly rule?: string;
  /** Boot file name for TFTP, at most 254 octets; above 127 it travels in option 67 alone. */
  readonly file?: string;
  /**
   * Absolute http or https URL for HTTP Boot. `{address}` stands for the interface's own address. The host should be
   * an IPv4 address: firmware resolves a name only when the DHCP server's own offer names a DNS server.
   */
  readonly url?: string;
  readonly script?: IpxeScript;
  /** The TFTP server, when it is not this host. */
  readonly server?: Ipv4Address;
  readonly menu?: BootMenu;
  /** Overrides the default form of the client's firmware. */
  readonly form?: ReplyForm;
  /** Wait so long before each reply: some switches and firmware lose an early one. */
  readonly delayMilliseconds?: number;
  /** iPXE takes the offer of the highest priority, -128 to 127 (option 175.1). */
  readonly priority?: number;
  /** Hand an iPXE binary, known by its name, to a client that already is iPXE. */
  readonly allowIpxeChain?: boolean;
  /**
   * For a chooser that sees what clients fetch: the files that this iPXE loaded again and again, as paths below the root
   * of the file server. They are not handed out any more (`ipxe-chain-loop`), and any other file is, whatever its name.
   * Without this list the name decides, as `allowIpxeChain` says.
   */
  readonly ipxeLoops?: readonly string[];
  /**
   * The files that this machine loaded since its last DISCOVER, as paths below the root. A request on the PXE port that
   * one of them would answer comes from that very program, and gets no reply (`program-asks-again`).
   */
  readonly loaded?: readonly string[];
  /** iPXE without any file of the plan gets the address of the server alone: a script of its own may ask for no more. */
  readonly serverAlone?: boolean;
  readonly omit?: readonly OmittableOption[];
  /** Further options by code, such as 209 to 211. Codes that a proxy never sends are left out and noted. */
  readonly options?: ReadonlyMap<number, Uint8Array>;
}

/** The chooser's word that this client gets nothing. */
export interface Ignore {
  readonly kind: "ignore";
  /** Any words of the chooser; events carry them as the detail of `no-plan`. */
  readonly reason: string;
  /** The chooser's own stable code for it; events carry it as `code`. */
  readonly code?: string;
  readonly rule?: string;
}

/** The one question the responder asks its user, once per client, packet and served interface. Must not block. */
export type Choose = (client: BootClient, iface: ServedInterface) => BootPlan | Ignore;
