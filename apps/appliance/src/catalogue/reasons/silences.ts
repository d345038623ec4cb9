import { type IgnoreReason, type IgnoreStage, ignoreTable } from "@bootlace/proxy-dhcp";
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
  | "no-raspberry-pi-files"
  /** Served by `dhcp.vendorClasses`, without an architecture. */
  | "no-rule-for-class";

const fileForArch = ({ arch }: ReasonFacts) =>
  `put a boot file for ${archWord(arch)} into the root folder, or write a rule that names one`;

const unanswered = { verdict: "unanswered" } as const;
const nothingToBoot = { verdict: "B10", fix: fileForArch } as const;

export const policyReasons: Readonly<Record<PolicyReason, SilenceReason>> = {
  "rule-ignores": willed("the rule says ignore"),
  "one-time-ignore": willed("a one-time boot says to ignore it"),
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
  "no-rule-for-class": {
    ...missing("it names no architecture, and no rule names a file for it"),
    fix: "write a rule for its vendor class: when: { vendorClass: … } and a file",
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
const dhcpVerdicts: Readonly<Record<IgnoreReason, Pick<SilenceReason, "verdict" | "fix">>> = {
  malformed: unanswered,
  "not-a-request": unanswered,
  "no-message-type": unanswered,
  "no-vendor-class": unanswered,
  "other-vendor-class": unanswered,
  "bad-hardware-address": unanswered,
  "architecture-missing": unanswered,
  "unknown-architecture": unanswered,
  "message-type-not-served": unanswered,
  "discover-on-pxe-port": unanswered,
  "request-for-other-server": unanswered,
  "request-without-boot-item": unanswered,
  "credentials-requested": unanswered,
  "boot-item-not-served": unanswered,
  "layer-not-served": unanswered,
  "own-traffic": unanswered,
  "no-interface": unanswered,
  "relay-not-allowed": {
    ...unanswered,
    fix: "if this relay may forward requests to Bootlace, add its address to dhcp.relays in the configuration",
  },
  "source-not-local": unanswered,
  "source-port-not-allowed": unanswered,
  "ciaddr-mismatch": unanswered,
  "no-return-address": unanswered,
  "rate-limited": unanswered,
  "no-plan": nothingToBoot,
  "no-boot-file": nothingToBoot,
  "no-boot-url": nothingToBoot,
  "bad-boot-url": unanswered,
  "ipxe-chain-loop": { verdict: "B13" },
  "program-asks-again": {
    verdict: "B23",
    fix: "start what that program is to load (pxeboot.n12, wimboot) in its place, or name its own server in a rule",
  },
  "wds-request": { verdict: "B23", fix: "start pxeboot.n12 or wimboot in place of wdsnbp.com" },
  "boot-file-too-long": unanswered,
  "menu-unusable": unanswered,
  "plan-unusable": unanswered,
  "reply-too-large": unanswered,
};

const stages: Readonly<Record<IgnoreStage, SilenceReason["stage"]>> = {
  "before the rules": "before-rules",
  "after the rules": "after-rules",
};

/** Text, level and stage are those of proxy-dhcp. */
export const dhcpReasons = Object.fromEntries(
  Object.entries(dhcpVerdicts).map(([code, row]) => {
    const { text, level, stage } = ignoreTable[code as IgnoreReason];
    return [code, { text, level, stage: stages[stage], ...row }];
  }),
) as Readonly<Record<IgnoreReason, SilenceReason>>;
