import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { BootClient } from "./client.ts";
import type { ReplyForm } from "./firmware.ts";
import type { ServedInterface } from "./interfaces.ts";
import type { BootMenu } from "./menu.ts";

/** The script for an iPXE client instead of `file` and `menu`, which start iPXE on all others. */
export interface IpxeScript {
  /** On the plan's TFTP server; used when iPXE has no HTTP, or without a `url`. */
  readonly file?: string;
  /** Used when option 175 says that this iPXE supports HTTP (or HTTPS for an https URL). */
  readonly url?: string;
}

/** Reply options a plan may omit, for firmware that fails on them. */
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
  /** Boot file name for TFTP, at most 254 bytes; above 127 only option 67 carries it. */
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
  /** Delay before each reply: some switches and firmware lose an early one. */
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

/** The chooser's decision to ignore this client. */
export interface Ignore {
  readonly kind: "ignore";
  /** Text of the chooser; events carry it as the detail of `no-plan`. */
  readonly reason: string;
  /** The chooser's own stable code for it; events carry it as `code`. */
  readonly code?: string;
  readonly rule?: string;
}

/** The responder's one callback, called once per client, packet and served interface. Must not block. */
export type Choose = (client: BootClient, iface: ServedInterface) => BootPlan | Ignore;
