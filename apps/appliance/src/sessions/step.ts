import type { Firmware, IgnoreReason, ReplyNote } from "@bootlace/proxy-dhcp";
import type { FileRole } from "../catalogue/file-role.ts";
import type { PolicyReason } from "../catalogue/reasons/silences.ts";
import type { FileReason } from "../catalogue/reasons/table.ts";
import type { ServerResult } from "../events/event.ts";

/** How a file request stands. A `probe` asked for the size only. */
export type FileOutcome = "running" | "done" | "probe" | "aborted" | "not-found" | "refused";

/** A file a client asked for, by TFTP or HTTP. Texts are as sent. */
export interface FileFact {
  readonly kind: "file";
  readonly protocol: "tftp" | "http";
  readonly file: string;
  readonly role: FileRole;
  readonly outcome: FileOutcome;
  /** Why it was aborted, not found or refused: a row of the table of reasons. `unconfirmed` beside `done`. */
  readonly reason?: FileReason | "unconfirmed";
  /** TFTP ERROR code or HTTP status that was sent. */
  readonly code?: number;
  readonly size?: number;
  /** Bytes the client has, as far as is known. */
  readonly bytes: number;
  /** Bytes of the range that was asked for. */
  readonly total?: number;
  /** While it runs: when the client got something last, in milliseconds. */
  readonly movedAt?: number;
  /** While it runs: over the last seconds. */
  readonly bytesPerSecond?: number;
  readonly blockSize?: number;
  readonly windowSize?: number;
  readonly retransmissions?: number;
  readonly timeouts?: number;
  readonly ms?: number;
  readonly detail?: string;
  /** User-Agent of an HTTP request. */
  readonly agent?: string;
  /** What the disc image calls itself to which the file belongs. */
  readonly image?: string;
}

/** A reply of ours. */
interface AnswerFact<K extends "offer" | "ack"> {
  readonly kind: K;
  readonly form: string;
  readonly interface: string;
  readonly bootFile?: string;
  /** siaddr of the reply. */
  readonly server: string;
  /** The files are on another machine: what the client does there cannot be seen. */
  readonly elsewhere: boolean;
  readonly rule?: string;
  readonly notes: readonly ReplyNote[];
  /** Of a boot menu: seconds until it starts its first item; 255 waits for a person (PXE 2.1 table 2-1, tag 10). */
  readonly menuSeconds?: number;
}

/** What was seen of one boot, one fact a step. */
export type Fact =
  | {
      readonly kind: "discover";
      readonly firmware: Firmware;
      readonly arch?: string;
      readonly archCodes: readonly number[];
      readonly http: boolean;
      readonly vendorClass: string;
      readonly userClasses: readonly string[];
      /** Seconds the client says it has tried. */
      readonly secs: number;
      /** It asked for replies by broadcast: those of others can be heard. */
      readonly broadcast: boolean;
      readonly relay?: string;
    }
  | AnswerFact<"offer">
  | AnswerFact<"ack">
  /** A boot client's request that got no answer. */
  | {
      readonly kind: "silence";
      readonly type: string;
      readonly port: "dhcp" | "pxe";
      readonly reason: IgnoreReason;
      /** Of the policy, where `reason` is `no-plan`. */
      readonly code?: PolicyReason;
      readonly detail?: string;
      readonly rule?: string;
    }
  /** The client took an address from a DHCP server. */
  | { readonly kind: "lease"; readonly server: string; readonly address?: string; readonly seen: "request" | "ack" }
  | { readonly kind: "pxe-request"; readonly address: string; readonly item?: number }
  /** Another server's OFFER. A proxy gives no address. */
  | {
      readonly kind: "foreign-offer";
      readonly server: string;
      readonly proxy: boolean;
      readonly address?: string;
      readonly vendorClass?: string;
      readonly bootFile?: string;
      /** siaddr, where it names one. */
      readonly nextServer?: string;
    }
  /** An ordinary DHCP client with the same MAC address: an operating system has come up. */
  | {
      readonly kind: "system";
      readonly type: string;
      readonly vendorClass?: string;
      readonly hostName?: string;
    }
  /** Bootlace asked the file server that a rule names. */
  | { readonly kind: "server-asked"; readonly server: string; readonly file: string; readonly result: ServerResult }
  | FileFact;

/** A fact with its place in the time-line. */
export type Step = Fact & {
  /** Counts up from 1 in each boot; evidence names it. */
  readonly number: number;
  /** Milliseconds. */
  readonly time: number;
  readonly lastAt: number;
  /** How often the same was seen in a row. */
  readonly times: number;
};

export type StepOf<K extends Fact["kind"]> = Extract<Step, { kind: K }>;
export type FileStep = StepOf<"file">;
