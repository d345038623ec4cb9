import { type IgnoreReason, ignoreReasons } from "@bootlace/proxy-dhcp";
import { archWord, type ReasonFacts, type SilenceReason } from "./reason.ts";

/** Why the rules, the boot folder and the one-time boots give a client nothing. */
export type PolicyReason =
  | "rule-ignores"
  | "one-time-ignore"
  /** The client boots by HTTP. */
  | "http-off"
  | "http-client-tftp-server"
  /** Neither the rule nor any other names a TFTP server elsewhere. */
  | "tftp-off"
  | "no-file-for-architecture"
  | "no-check-for-architecture"
  | "no-raspberry-pi-files";

const fileForArch = ({ arch }: ReasonFacts) =>
  `put a boot file for ${archWord(arch)} into the root folder, or write a rule that names one`;

export const policyReasons: Readonly<Record<PolicyReason, SilenceReason>> = {
  "rule-ignores": willed("the rule says ignore"),
  "one-time-ignore": willed("told to ignore this boot"),
  "http-off": {
    ...kept("the client boots by HTTP, and http is switched off here"),
    fix: "set http.enabled to true, or write a rule with the url of another server",
  },
  "http-client-tftp-server": {
    ...kept("the client boots by HTTP, and the rule names a TFTP server"),
    fix: ({ arch }) =>
      `write a rule for HTTP clients before this one: a url, and when: { arch: ${arch ?? "x64-uefi-http"} }`,
  },
  "tftp-off": {
    ...kept("tftp is switched off here, and no rule names a server for this client"),
    fix: "set tftp.enabled to true, or write a rule with the file and server of another TFTP server",
  },
  "no-file-for-architecture": {
    ...missing(({ arch }) => `no boot file for ${archWord(arch)} in the root`),
    fix: fileForArch,
  },
  "no-check-for-architecture": {
    ...missing(({ arch }) => `the boot check has no program for ${archWord(arch)}`),
    fix: ({ arch }) => `write a rule that names a boot file for ${archWord(arch)}`,
  },
  "no-raspberry-pi-files": {
    ...missing("no Raspberry Pi files (bootcode.bin, start4.elf) in the root"),
    fix: "copy the Pi's boot partition into the root folder, or into a folder named after its serial number",
  },
};

/** Somebody wants it so. */
function willed(text: SilenceReason["text"]): SilenceReason {
  return { text, level: "info", stage: "after-rules", verdict: "unanswered" };
}

/** The configuration stands between the client and the file. */
function kept(text: SilenceReason["text"]): SilenceReason {
  return { text, level: "info", stage: "after-rules", verdict: "B17" };
}

function missing(text: SilenceReason["text"]): SilenceReason {
  return { text, level: "info", stage: "after-rules", verdict: "B10" };
}

/** What the reasons of proxy-dhcp mean for a boot. */
const dhcpVerdicts: Readonly<Record<IgnoreReason, Pick<SilenceReason, "level" | "stage" | "verdict" | "fix">>> = {
  malformed: everyday(),
  "not-a-request": everyday(),
  "no-message-type": everyday(),
  "no-vendor-class": everyday(),
  "other-vendor-class": everyday(),
  "bad-hardware-address": early(),
  "architecture-missing": early(),
  "unknown-architecture": early(),
  "message-type-not-served": everyday(),
  "discover-on-pxe-port": early(),
  "request-for-other-server": everyday(),
  "request-without-boot-item": everyday(),
  "credentials-requested": early(),
  "boot-item-not-served": late(),
  "layer-not-served": late(),
  "own-traffic": everyday(),
  "no-interface": early(),
  "relay-not-allowed": early(),
  "source-not-local": early(),
  "source-port-not-allowed": early(),
  "ciaddr-mismatch": early(),
  "no-return-address": early(),
  "rate-limited": early(),
  "no-plan": { ...late("B10"), fix: fileForArch },
  "no-boot-file": { ...late("B10"), fix: fileForArch },
  "no-boot-url": { ...late("B10"), fix: fileForArch },
  "bad-boot-url": late(),
  "ipxe-chain-loop": late("B13"),
  "boot-file-too-long": late(),
  "menu-unusable": late(),
  "plan-unusable": late(),
  "reply-too-large": late(),
};

function everyday() {
  return { level: "debug", stage: "before-rules", verdict: "unanswered" } as const;
}

function early() {
  return { level: "info", stage: "before-rules", verdict: "unanswered" } as const;
}

function late(verdict: NonNullable<SilenceReason["verdict"]> = "unanswered") {
  return { level: "info", stage: "after-rules", verdict } as const;
}

export const dhcpReasons = Object.fromEntries(
  Object.entries(dhcpVerdicts).map(([code, row]) => [code, { ...row, text: ignoreReasons[code as IgnoreReason] }]),
) as Readonly<Record<IgnoreReason, SilenceReason>>;
