import { quote } from "@bootlace/dhcp-core";
import type { HttpAbort, HttpRefusal } from "@bootlace/http-boot";
import type { Ignored, IgnoreReason } from "@bootlace/proxy-dhcp";
import type { AbortReason, NotServedReason, RefusedReason } from "@bootlace/tftp-serve";
import { httpAborts, httpRefusals, tftpAborts, tftpNotFound, tftpRefusals } from "./files.ts";
import type { Reason, SilenceReason } from "./reason.ts";
import { dhcpReasons, type PolicyReason, policyReasons } from "./silences.ts";

/** Every code by which Bootlace ignores, refuses or breaks off, by who says it: one word may mean two things. */
interface ReasonCodes {
  readonly dhcp: IgnoreReason;
  readonly policy: PolicyReason;
  readonly "tftp-not-found": NotServedReason;
  readonly "tftp-refused": RefusedReason;
  readonly "tftp-aborted": AbortReason;
  readonly "http-refused": HttpRefusal;
  readonly "http-aborted": HttpAbort;
}

type ReasonSource = keyof ReasonCodes;

/** Why a file request did not end with the file. */
export type FileReason = ReasonCodes[Exclude<ReasonSource, "dhcp" | "policy">];

/**
 * The one table of reasons. Log, time-line, `explain` and the verdicts take words, level, verdict and fix from here and
 * from nowhere else; a code without a row does not compile.
 */
export const reasons: {
  readonly [Source in ReasonSource]: Readonly<
    Record<ReasonCodes[Source], Source extends "dhcp" | "policy" ? SilenceReason : Reason>
  >;
} = {
  dhcp: dhcpReasons,
  policy: policyReasons,
  "tftp-not-found": tftpNotFound,
  "tftp-refused": tftpRefusals,
  "tftp-aborted": tftpAborts,
  "http-refused": httpRefusals,
  "http-aborted": httpAborts,
};

export function isPolicyReason(code: string | undefined): code is PolicyReason {
  return code !== undefined && Object.hasOwn(policyReasons, code);
}

/** @param silence the decision of proxy-dhcp; `code` is the policy's, where `reason` is `no-plan` */
export function silenceReason({ reason, code }: Pick<Ignored, "reason" | "code">): SilenceReason {
  return isPolicyReason(code) ? reasons.policy[code] : reasons.dhcp[reason];
}

/** What the client sent or the system said, in brackets and escaped. */
export function detailText(detail: string | undefined): string {
  return detail === undefined ? "" : ` (${quote(detail)})`;
}
