import { quote } from "@bootlace/dhcp-core";
import type { FileOutcome } from "../../step.ts";
import type { Words } from "./words.ts";

/** The last that was seen of a client. */
export type LastSeen =
  | { readonly kind: "file"; readonly file: string; readonly outcome: FileOutcome }
  | { readonly kind: "pxe-request" | "lease" | "offer" | "request" };

/** How a boot went well, or where its trail ends. */
export const causesOfEndings = {
  "check-refused": ({ arch }: { arch: string }): Words => ({
    sentence:
      "the client fetched all of the boot check, then the firmware asked for a boot server again at once: Secure Boot refused it, for it is not signed, unless somebody pressed a key at once",
    fix: `put a signed shim for ${arch} into the root folder, with the boot loader that it starts, or switch Secure Boot off in the firmware`,
  }),

  /** @param facts `instead`: it was told the check for want of a file; else a rule or what it was told led there */
  "check-reached": (facts: { arch: string; instead: boolean; rule: string | undefined; offered: string }): Words => {
    const { arch, instead, rule, offered: told } = facts;
    const leads = rule === undefined ? quote(told) : `rule ${quote(rule)}`;
    const why = instead ? `no boot file for ${arch}` : `${leads} led to it`;
    return {
      sentence: `reached the boot check: network boot works, ${why}`,
      fix: `put a boot file for ${arch} into the root folder, or name one in a rule`,
    };
  },

  "system-seen": ({ who, file }: { who: string | undefined; file: string }): Words => ({
    sentence: `${who === undefined ? "an operating system" : `an operating system (${quote(who)})`} asked for an address after ${quote(file)}`,
  }),

  "kernel-sent": ({ file }: { file: string }): Words => ({
    sentence: `all of ${quote(file)} was sent, and nothing more was asked for`,
  }),

  "script-sent": ({ file }: { file: string }): Words => ({
    sentence: `iPXE has its script ${quote(file)}; what it fetches from elsewhere is not seen here`,
  }),

  "loader-sent": ({ file }: { file: string }): Words => ({
    sentence: `the boot loader got its files, ${quote(file)} last: it waits at a menu, or goes on without Bootlace`,
  }),

  "grub-without-http": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived by HTTP and asked for nothing more: a GRUB without its http module ends at its prompt, and those that Debian has signed have none`,
    fix: "let the firmware boot by PXE, or give it iPXE by HTTP",
  }),

  "grub-went-elsewhere": ({ file, server }: { file: string; server: string | undefined }): Words => ({
    sentence: `${quote(file)} arrived and asked Bootlace for nothing more: GRUB looks for its configuration at the server the DHCP server names`,
    fix: `let the DHCP server name ${server ?? "Bootlace"} as next server (siaddr, dnsmasq: dhcp-boot=,,${server ?? "ADDRESS"})`,
  }),

  "files-elsewhere": ({ server, file }: { server: string; file: string }): Words => ({
    sentence: `the client was sent to ${server} for ${quote(file)}: what it does there is not seen here`,
  }),

  "trail-ends": ({ last }: { last: LastSeen }): Words => ({
    sentence: `nothing more was seen after ${lastSeen(last)}`,
  }),
} as const;

function lastSeen(last: LastSeen): string {
  switch (last.kind) {
    case "file":
      return `the request for ${quote(last.file)} (${last.outcome})`;
    case "pxe-request":
      return "the request on port 4011";
    case "lease":
      return "the client took an address";
    case "offer":
      return "our offer";
    case "request":
      return "the client's request";
  }
}
