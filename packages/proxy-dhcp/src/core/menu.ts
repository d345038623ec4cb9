import type { Ipv4Address } from "@bootlace/dhcp-core";

/** PXE boot server types 0 to 65535; 0 is local boot (PXE 2.1 table 2-1, tag 8). */
export type BootServerType = number;

/** A menu line that ends the network boot and goes on with the next boot device. */
export interface LocalBootItem {
  readonly kind: "local";
  readonly text: string;
}

/** A menu line whose file we name ourselves when the client asks for the item. */
export interface FileBootItem {
  readonly kind: "file";
  readonly text: string;
  /** The file of layer 0. */
  readonly file?: string;
  /** In place of `file`: layer n gets `basename.n`, the form boot servers of PXE 2.1 use. */
  readonly basename?: string;
  /** The TFTP server, when it is not this host. */
  readonly server?: Ipv4Address;
  /** 0x8000 plus the item's place in the menu when absent. */
  readonly type?: BootServerType;
}

/** A menu line for boot servers that are not ours. No server means: any that answers discovery. */
export interface ServerBootItem {
  readonly kind: "server";
  readonly text: string;
  readonly type: BootServerType;
  readonly servers: readonly Ipv4Address[];
}

export type BootMenuItem = LocalBootItem | FileBootItem | ServerBootItem;

export interface BootMenu {
  readonly items: readonly BootMenuItem[];
  readonly prompt?: {
    readonly text: string;
    /** 0 takes the first item at once, 255 shows the menu and waits (tag 10). */
    readonly timeoutSeconds: number;
  };
  readonly discovery?: {
    readonly broadcast?: boolean;
    readonly multicast?: Ipv4Address;
    readonly onlyListedServers?: boolean;
  };
  /** Where the menu travels; the firmware's table row decides when absent. */
  readonly carriedBy?: "offer" | "ack";
}
