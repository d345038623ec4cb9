import type { BootItem, Ipv4Address } from "@bootlace/dhcp-core";
import type { ReplyForm } from "./firmware.ts";
import type { BootPlan } from "./plan.ts";
import type { IgnoreReason } from "./reasons.ts";

/** A remark for people about a reply that was sent anyway. */
export type ReplyNote =
  | "file-only-in-option-67"
  | "url-host-is-a-name"
  | "client-identifier-dropped"
  | "tftp-server-name-dropped"
  | "boot-file-name-dropped"
  | "relay-information-dropped"
  | "relay-information-without-relay"
  | "option-refused";

/** Why there is an answer: the row of the recipe that applied. */
export type AnswerReason = "discover" | "pxe-request" | "boot-item" | "broadcast-discovery";

export interface Answer {
  readonly kind: "offer" | "ack";
  readonly reason: AnswerReason;
  readonly rule?: string;
  readonly plan: BootPlan;
  readonly form: ReplyForm | "http" | "raspberry-pi";
  /** The boot file or URL the reply carries; absent when it carries none. */
  readonly bootFile?: string;
  /** siaddr of the reply. */
  readonly server: Ipv4Address;
  /** The boot menu's type and layer this reply answers. */
  readonly item?: BootItem;
  /** Option 43 of the reply; absent when it has none. */
  readonly vendorOptions?: Uint8Array;
  readonly notes: readonly ReplyNote[];
}

export interface Ignored {
  readonly kind: "ignore";
  readonly reason: IgnoreReason;
  readonly rule?: string;
  /** The value that decided, as the client sent it; for `no-plan` the chooser's own text. */
  readonly detail?: string;
  /** For `no-plan`: the chooser's code, where it has one. */
  readonly code?: string;
}

/** The decision about one request on one interface. Log, timeline, metrics and explain print this one value. */
export type Decision = Answer | Ignored;
