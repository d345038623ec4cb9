import { quote } from "@bootlace/dhcp-core";
import type { ConfigLoader, ContentFlaw } from "../../../catalogue/file-facts.ts";
import { type FileFormat, fileFormats, formatFixes } from "../../../catalogue/file-formats.ts";
import { textOf } from "../../../catalogue/reasons/reason.ts";
import { detailText } from "../../../catalogue/reasons/table.ts";
import { reasonOf } from "../../file-reason.ts";
import type { FileFact } from "../../step.ts";
import { removeFrom, trustedBinaries } from "./files.ts";
import type { Words } from "./words.ts";

/** What is wrong with the bytes of a file, in one word. */
export type ContentFault = ContentFlaw | "text" | "no-script-image";

/** What is wrong with a file that came, or came in part. */
export const causesInContents = {
  "transfer-cut": (facts: CutFacts): Words => {
    const { file, bytes, size, protocol, reason, detail } = facts;
    const row = reason === undefined ? undefined : reasonOf({ protocol, outcome: "aborted", file, reason });
    const of = size === undefined ? "" : ` of ${size}`;
    const why = row === undefined ? "the machine started over" : `${textOf(row)}${detailText(detail)}`;
    return { sentence: `${quote(file)} broke off after ${bytes}${of} bytes: ${why}`, fix: cutFix(reason) };
  },

  "unusable-content": (facts: { file: string; fault: ContentFault; size: number; declaredSize?: number }): Words => {
    const { file, fault, size, declaredSize } = facts;
    const words = contentWords[fault];
    const length = fault === "cut-short" && declaredSize !== undefined ? ` (${size} of ${declaredSize} bytes)` : "";
    return { sentence: `${quote(file)} arrived unchanged, but ${words.text}${length}`, fix: words.fix };
  },

  "no-program": ({ file, format, kernel }: { file: string; format: FileFormat; kernel: boolean }): Words => {
    const { name, sort } = fileFormats[format];
    if (kernel && sort === "packed")
      return {
        sentence: `${quote(file)} arrived unchanged, but it is ${name}, and PXELINUX does not unpack kernels`,
        fix: "unpack it, and name the kernel itself",
      };
    return {
      sentence: `${quote(file)} arrived unchanged, but it is ${name}, not a ${kernel ? "kernel" : "boot program"}`,
      fix: kernel ? `name the kernel itself${sort === "archive" ? ", unpacked" : ""}` : formatFixes[sort],
    };
  },

  "kernel-for-bios": ({ file, arch }: { file: string; arch: string }): Words => ({
    sentence: `${quote(file)} is for PC BIOS: it is not a UEFI program (it has no PE header), and iPXE on ${arch} starts nothing else`,
    fix: /(^|\/)memdisk[^/]*$/i.test(file)
      ? "memdisk runs only on PC BIOS: start the kernel and the initrd of the image, or set the machine to BIOS (CSM)"
      : "name a kernel with an EFI stub, or a UEFI program",
  }),

  /** @param facts `returned`: U-Boot began anew at once */
  "kernel-of-other-command": (facts: {
    by: string;
    file: string;
    command: string;
    wants: string;
    returned: boolean;
    line: number;
  }): Words => {
    const { by, file, command, wants, returned, line } = facts;
    const form = wants === "booti" ? "a plain Image" : "a zImage";
    const then = returned ? "U-Boot began anew at once" : `many builds of U-Boot refuse it ("Wrong Image Format")`;
    return {
      sentence: `${quote(file)} arrived (line ${line} of ${quote(by)}), but the script starts it by ${command}, and it is ${form}, which needs ${wants}: ${then}`,
      fix: `write ${wants} instead of ${command} in ${quote(by)}${command === "bootm" ? ", or make an image for bootm with mkimage" : ""}`,
    };
  },

  "kernel-returned": ({ file }: { file: string }): Words => ({
    sentence: `everything that the client requested arrived, but U-Boot began anew as soon as it had ${quote(file)}: it did not start it`,
    fix: "read the messages of U-Boot on its console",
  }),

  "entry-lacks": ({ by, name, line }: { by: string; name: string; line: number }): Words => ({
    sentence: `everything that the client requested arrived, but ${quote(by)} does not name ${quote(name)}, without which line ${line} cannot start`,
    fix: `name ${quote(name)} in ${quote(by)}, next to line ${line}`,
  }),

  "bcd-names-another": ({ by, bcd, name, line }: { by: string; bcd: string; name: string; line: number }): Words => ({
    sentence: `all that the client asked for arrived, but ${quote(bcd)} names ${quote(name)}, and ${quote(by)} hands wimboot no file of that name (line ${line})`,
    fix: `hand it over in an "initrd" line of ${quote(by)}, under that name, or take a BCD that names what is there`,
  }),

  "unknown-command": ({ file, word, line }: { file: string; word: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and iPXE stops at line ${line}: ${quote(word)} is not a command`,
    fix: `correct line ${line} of ${quote(file)}`,
  }),

  "grub-legacy-words": ({ file, word, line }: { file: string; word: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and it is written for GRUB Legacy: GRUB 2 has no command ${quote(word)} (line ${line})`,
    fix: 'write it for GRUB 2: menuentry "NAME" { linux FILE; initrd FILE } instead of title, root and kernel',
  }),

  "unknown-word": (facts: { file: string; loader: ConfigLoader; word: string; line: number }): Words => {
    const { file, loader, word, line } = facts;
    const who = loader === "grub" ? "GRUB" : "iPXE";
    return {
      sentence: `${quote(file)} arrived, and the client requested what it names before line ${line}, then nothing more: ${quote(word)} there is not a command of ${who}`,
      fix: `correct line ${line} of ${quote(file)}; the client's screen may show an error`,
    };
  },

  "jump-to-nowhere": ({ file, label, line }: { file: string; label: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and iPXE stops at line ${line}: "goto" names the label ${quote(label)}, which the script does not have`,
    fix: `correct the label in line ${line} of ${quote(file)}, or add the line ":${label}" where the script is to continue`,
  }),

  "jump-may-lead-nowhere": ({ file, label, line }: { file: string; label: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and the client requested nothing more: "goto" in line ${line} names the label ${quote(label)}, which the script does not have, and iPXE stops if it gets there`,
    fix: `correct the label in line ${line} of ${quote(file)}, and look at the client's screen`,
  }),

  "kernel-of-another-type": ({ file, ending, noun }: { file: string; ending: string; noun: string }): Words => ({
    sentence: `${quote(file)} is a kernel, but PXELINUX takes a file whose name ends in "${ending}" for ${noun}`,
    fix: `write LINUX instead of KERNEL in its configuration, or rename the file so that it does not end in "${ending}"`,
  }),

  "kernel-refused": ({ file, next }: { file: string; next: string }): Words => ({
    sentence: `${quote(file)} arrived, and ${quote(next)}, which belongs to it, was never requested: the kernel is not signed, and with Secure Boot on the loader refuses it (bad shim signature)`,
    fix: trustedBinaries,
  }),

  /** @param facts `router`: the DHCP server that named it */
  "no-uefi-program": ({ file, arch, router }: { file: string; arch: string; router?: string }): Words => ({
    sentence: `${quote(file)} is not a UEFI program (it has no PE header), and the client is ${arch}: it cannot run there`,
    fix:
      router === undefined
        ? `give ${arch} clients a boot file of their own: a UEFI program such as shimx64.efi, grubx64.efi or ipxe.efi`
        : removeFrom(router),
  }),

  "tls-to-plain-port": ({ by, host, name, line }: { by: string; host: string; name: string; line: number }): Words => ({
    sentence: `${quote(by)} names ${quote(name)} (line ${line}): that is TLS (https), but Bootlace speaks plain HTTP at ${host}`,
    fix: `write http: instead of https: in line ${line} of ${quote(by)}`,
  }),

  "offer-by-tls": ({ url, host, rule }: { url: string; host: string; rule: string | undefined }): Words => ({
    sentence: `the client was sent ${quote(url)}: that is TLS (https), but Bootlace speaks plain HTTP at ${host}`,
    fix: `write http: instead of https:${rule === undefined ? "" : ` in ${rule}`}`,
  }),

  "port-not-served": (facts: {
    by: string;
    host: string;
    name: string;
    line: number;
    ports: readonly number[];
    /** No program of this machine listens there. */
    closed: boolean;
  }): Words => {
    const { by, host, name, line, ports, closed } = facts;
    const served = ports.length === 0 ? "serves no file by HTTP" : `serves files by HTTP on port ${ports.join(", ")}`;
    return {
      sentence: `${quote(by)} sends the client to ${quote(host)} for ${quote(name)} (line ${line}), ${closed ? "where no program on this machine listens; " : "and "}Bootlace ${served}`,
      fix: `correct the address in line ${line} of ${quote(by)}; scripts may write {{base_url}} for the address and port of Bootlace`,
    };
  },
} as const;

export interface CutFacts extends Pick<FileFact, "file" | "bytes" | "protocol" | "detail"> {
  readonly size: number | undefined;
  /** Undefined: the client began anew. */
  readonly reason: FileFact["reason"] | undefined;
}

function cutFix(reason: CutFacts["reason"]): string {
  switch (reason) {
    case undefined:
      return "see why the machine started over: a person, the power, or its firmware";
    case "client-closed":
    case "client-error":
    case "port-closed":
      return "if nobody cancelled it, look at the client's screen: it may not have enough memory for this file";
    case "stopped":
      return "switch the machine on again: Bootlace stopped meanwhile";
    case "file-changed":
      return "switch the machine on again, and replace files only while no machine boots from them";
    case "io-failed":
      return "check the disk that holds the root folder";
    case "lifetime":
    case "evicted":
      return "look for a slow or overloaded network, or raise the limits in the config";
    default:
      return "check that the machine is still on, its cable, and its switch";
  }
}

const contentWords: Readonly<Record<ContentFault, { readonly text: string; readonly fix: string }>> = {
  empty: { text: "it is empty", fix: "copy the file again" },
  "cut-short": {
    text: "it is truncated: its header says that it is longer",
    fix: "copy the file again, and check that the disk is not full",
  },
  "no-end": {
    text: "it is truncated: such an archive does not end where it stops",
    fix: "copy the file again, and check that the disk is not full",
  },
  "web-page": {
    text: "it is a web page (HTML), probably an error page",
    fix: "download the file again, and check what you get",
  },
  text: { text: "it is text, not a program", fix: "put the program in its place" },
  "no-script-image": {
    text: "it is plain text, and U-Boot runs only script images",
    fix: "make an image of it: mkimage -A arm64 -T script -d TEXT boot.scr.uimg",
  },
  "byte-order-mark": {
    text: "it begins with a byte order mark, which its loader cannot read",
    fix: "save it as UTF-8 without a byte order mark",
  },
  "utf-16": { text: "it is written in UTF-16, which its loader cannot read", fix: "save it as plain text (UTF-8)" },
  "blank-first-line": {
    text: "its first line is blank, and iPXE requires #!ipxe there",
    fix: "remove everything before #!ipxe",
  },
  "no-ipxe-mark": {
    text: "its first line is not #!ipxe, so iPXE does not take it for a script",
    fix: "make #!ipxe the first line",
  },
};
