import type { Ipv4Address } from "@bootlace/dhcp-core";
import type { Endpoint, Received } from "./message.ts";
import type { Identity, Model, Purpose } from "./model.ts";
import type { ReasonCode, Verdict } from "./reasons.ts";

/** What a boot of one machine starts from. */
export interface BootSettings {
  readonly model: Model;
  readonly who: Identity;
  /** Transaction ID of the first DISCOVER; further ones count on from it. */
  readonly xid: number;
  /** Collect offers as long as the firmware does. Otherwise go on as soon as the offers suffice. */
  readonly waitOut: boolean;
  /** Ask for OFFER and ACK by broadcast: a program cannot hear what goes to an address that its machine does not have yet. */
  readonly broadcastFlag: boolean;
  /** Entry of a boot menu to take, from 0: the first is what firmware takes when nobody presses a key. */
  readonly menuEntry: number;
  /** Fetch the boot file that is named, or end there. */
  readonly fetch: boolean;
}

/** How a boot ended. */
export type Outcome =
  /** `named`: the boot file is known and was not to be fetched. `loaded`: it arrived. */
  | {
      readonly kind: "named" | "loaded";
      readonly address: Ipv4Address;
      readonly by: "tftp" | "http";
      /** Host of the file. */
      readonly server: string;
      /** Path, or a URL. */
      readonly file: string;
    }
  /** The menu entry says: boot from the local disk. */
  | { readonly kind: "local"; readonly address: Ipv4Address }
  | { readonly kind: "failed"; readonly code: ReasonCode; readonly phase: Phase };

/** Where a machine is in its boot. */
export type Phase = "off" | "discovering" | "requesting" | "asking" | "fetching" | "ended";

/** What happens to a machine. `port` is the one a datagram came to; `timer` is the one that was armed last. */
export type MachineEvent =
  | { readonly type: "power-on" }
  | { readonly type: "received"; readonly received: Received; readonly port: number }
  | { readonly type: "timer" }
  | { readonly type: "fetched" }
  | { readonly type: "fetch-failed"; readonly code: "not-found" | "fetch-failed" };

/** What the machine wants done. An `arm` replaces the timer before it. */
export type Effect =
  | {
      readonly type: "send";
      readonly purpose: Purpose;
      /** 1 for the first time. */
      readonly attempt: number;
      readonly bytes: Uint8Array;
      readonly from: 68 | 4011;
      /** The leased address to send from; absent while there is none. */
      readonly local?: Ipv4Address;
      readonly to: Endpoint;
    }
  | { readonly type: "arm"; readonly milliseconds: number }
  | { readonly type: "verdict"; readonly purpose: Purpose; readonly from: Endpoint; readonly verdict: Verdict }
  | { readonly type: "leased"; readonly address: Ipv4Address; readonly server: Ipv4Address }
  /** The DHCP server said NAK: the machine starts over (RFC 2131 §3.1.5). */
  | { readonly type: "refused"; readonly server: Ipv4Address }
  | { readonly type: "fetch"; readonly by: "tftp" | "http"; readonly server: string; readonly file: string }
  | { readonly type: "end"; readonly outcome: Outcome };
