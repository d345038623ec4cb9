import { quote } from "@bootlace/dhcp-core";
import type { ServerResult } from "../../../events/event.ts";
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
      "the client fetched the whole boot check, then the firmware immediately asked for a boot server again: Secure Boot refused it, because it is not signed, unless someone pressed a key at once",
    fix: `put a signed shim for ${arch} into the root folder, with the boot loader that it starts, or disable Secure Boot in the firmware`,
  }),

  /**
   * @param facts `instead`: it got the check because there is no boot file; else a rule or its boot file led there.
   * `byUrl`: the rule gives nothing but a URL
   */
  "check-reached": (facts: {
    arch: string;
    instead: boolean;
    rule: string | undefined;
    offered: string;
    byUrl?: boolean;
  }): Words => {
    const { arch, instead, rule, offered, byUrl = false } = facts;
    if (byUrl && rule !== undefined)
      return {
        sentence: `reached the boot check: network boot works, but rule ${quote(rule)} has only a url, which is for UEFI HTTP Boot, and this machine boots by PXE`,
        fix: "add a file to this rule, or let the machine boot by HTTP (in its firmware setup)",
      };
    const leads = rule === undefined ? quote(offered) : `rule ${quote(rule)}`;
    const why = instead ? `no boot file for ${arch}` : `${leads} led to it`;
    return {
      sentence: `reached the boot check: network boot works, ${why}`,
      fix: `put a boot file for ${arch} into the root folder, or name one in a rule`,
    };
  },

  "system-seen": ({ who, file }: { who: string | undefined; file: string }): Words => ({
    sentence: `${who === undefined ? "an operating system" : `an operating system (${quote(who)})`} asked for an address after ${quote(file)}`,
  }),

  "system-fetched": ({ agent, file }: { agent: string; file: string }): Words => ({
    sentence: `the operating system runs: a program of its own (${quote(agent)}) fetched ${quote(file)}`,
  }),

  "all-delivered": ({ file }: { file: string }): Words => ({
    sentence: `everything that the client requested arrived, ${quote(file)} last, and nothing is missing; what follows is not visible here`,
  }),

  "local-disk": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived and leads to the local disk; what follows is not visible here`,
  }),

  "menu-waits": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived: its menu or prompt has no time limit and waits for someone to choose`,
  }),

  "goes-on-at": ({ file, host }: { file: string; host: string }): Words => ({
    sentence: `${quote(file)} arrived and leads to ${quote(host)}; what the client does there is not visible here`,
    fix: `look at the client's screen, and check that ${quote(host)} replies and, if it is a name, that DNS knows it`,
  }),

  "san-target": (facts: { by: string; name: string; host: string; line: number }): Words => {
    const { by, name, host, line } = facts;
    return {
      sentence: `${quote(by)} arrived and starts from a disk on the network, ${quote(name)} (line ${line}); whether its target replies is not visible here`,
      fix: `look at the client's screen, and check that a target runs at ${quote(host)}`,
    };
  },

  "san-disk-read": ({ by, name, line }: { by: string; name: string; line: number }): Words => ({
    sentence: `iPXE reads the disk ${quote(name)} in parts and starts from it, as line ${line} of ${quote(by)} says; what follows is not visible here`,
  }),

  /** @param facts `returned`: the firmware asked for a boot server again */
  "san-disk-not-started": (facts: {
    by: string;
    name: string;
    line: number;
    uefi: boolean;
    returned: boolean;
  }): Words => {
    const { by, name, line, uefi, returned } = facts;
    const end = returned ? "then the firmware asked for a boot server again" : "and then nothing more";
    const need = uefi ? "UEFI starts only a disk with a UEFI boot loader on it" : "BIOS starts only a boot sector";
    return {
      sentence: `${quote(by)} starts from the disk ${quote(name)} (line ${line}): iPXE read parts of it, ${end}; ${need}`,
      fix: uefi
        ? `look at the client's screen; check that ${quote(name)} has a FAT partition with EFI/BOOT/BOOTX64.EFI (or the name for this architecture)`
        : `look at the client's screen; check that ${quote(name)} is the image of a disk that starts on BIOS`,
    };
  },

  "grub-reads-disk": (facts: { by: string; name: string; disk?: string; line: number }): Words => {
    const { by, name, disk, line } = facts;
    const where = disk === undefined ? "a disk that it searches for" : `the disk ${quote(disk)}`;
    return {
      sentence: `${quote(by)} reads ${quote(name)} (line ${line}) from ${where}, so GRUB does not request it from Bootlace: it starts what is on that disk, or stops with an error if the machine has none`,
      fix: "to boot from the network, remove the line that sets root to a disk",
    };
  },

  "single-program": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived whole and requested nothing more; what it does is not visible here`,
  }),

  /** @param facts `missing`: what it requested last, which was not found */
  "script-sent": ({ file, missing }: { file: string; missing?: string }): Words => ({
    sentence: `iPXE has its script ${quote(file)}, and requested nothing more${missing === undefined ? "" : ` after ${quote(missing)}, which was not found`}; what it fetches from elsewhere is not visible here`,
    fix: "look at the client's screen",
  }),

  "loader-sent": ({ file }: { file: string }): Words => ({
    sentence: `the boot loader got everything that it requested, ${quote(file)} last: it waits at a menu, or continues without Bootlace; what follows is not visible here`,
  }),

  "named-never-asked": (facts: { by: string; last: string; next: string; line: number }): Words => {
    const { by, last, next, line } = facts;
    return {
      sentence: `${quote(by)} names ${quote(next)} (line ${line}), and the client did not ask for it after ${quote(last)}: it waits at a menu or prompt, or an error stopped it before that line`,
      fix: "look at the client's screen: a menu waits for a key, an error stands below the name of the file",
    };
  },

  "script-names-nothing": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived and names no file to fetch: it ends there, goes on in a way that is not visible here, or a command in one of its lines has an error`,
    fix: `look at the client's screen for "command not found", and at the lines of ${quote(file)}`,
  }),

  "ipxe-goes-on": (facts: { server?: string; nextServer?: string; tried: readonly string[] }): Words => {
    const { server, nextServer, tried } = facts;
    const names = tried.length === 0 ? "" : ` after it tried ${tried.map((name) => quote(name)).join(", ")} here`;
    return {
      sentence: `iPXE runs and goes on without Bootlace, by a script of its own${names}: ${askedThere(server, nextServer)}`,
    };
  },

  "server-fails": ({ server, file, result }: { server: string; file: string; result: ServerResult }): Words => {
    const [said, fix] = serverWords[result];
    return {
      sentence: `the client was sent to ${server} for ${quote(file)}, and when Bootlace asked there, ${said}`,
      fix: fix(server, file),
    };
  },

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
    sentence: `nothing more was seen after ${lastSeen(last)}: the machine was switched off, or it continues in a way that is not visible here`,
    fix: "look at the client's screen",
  }),
} as const;

function askedThere(server: string | undefined, nextServer: string | undefined): string {
  if (nextServer !== undefined) return `it asks ${nextServer}, which the DHCP server names as next server`;
  if (server === undefined) return "it asks the server that the DHCP server names as next server, if it names one";
  return `it asks the server that the DHCP server ${server} names as next server, if it names one`;
}

type Fix = (server: string, file: string) => string;
const startServer: Fix = (server) =>
  `check that ${server} is on and its file server runs, or name another server in the rule`;

const serverWords: Readonly<Record<ServerResult, readonly [string, Fix]>> = {
  down: ["it did not reply", startServer],
  refused: ["its port was closed: no file server is running there", startServer],
  "no-file": [
    "it did not have the file",
    (server, file) => `put ${quote(file)} on ${server}, or name another file in the rule`,
  ],
  serves: ["it sent the file", (server) => `look at the log of ${server}`],
};

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
