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
    const why = row === undefined ? "the machine began anew" : `${textOf(row)}${detailText(detail)}`;
    return { sentence: `${quote(file)} broke off after ${bytes}${of} bytes: ${why}`, fix: cutFix(reason) };
  },

  "unusable-content": (facts: { file: string; fault: ContentFault; size: number; declaredSize?: number }): Words => {
    const { file, fault, size, declaredSize } = facts;
    const words = contentWords[fault];
    const length = fault === "cut-short" && declaredSize !== undefined ? ` (${size} of ${declaredSize} bytes)` : "";
    return { sentence: `${quote(file)} arrived as it is here, but ${words.text}${length}`, fix: words.fix };
  },

  "no-program": ({ file, format, kernel }: { file: string; format: FileFormat; kernel: boolean }): Words => {
    const { name, sort } = fileFormats[format];
    return {
      sentence: `${quote(file)} arrived as it is here, but it is ${name} and no ${kernel ? "kernel" : "boot program"}`,
      fix: kernel ? `name the kernel itself${sort === "archive" ? ", unpacked" : ""}` : formatFixes[sort],
    };
  },

  "entry-lacks": ({ by, name, line }: { by: string; name: string; line: number }): Words => ({
    sentence: `all that the client asked for arrived, but ${quote(by)} does not name ${quote(name)}, without which line ${line} cannot start`,
    fix: `name ${quote(name)} in ${quote(by)}, beside line ${line}`,
  }),

  "bcd-names-another": ({ by, bcd, name, line }: { by: string; bcd: string; name: string; line: number }): Words => ({
    sentence: `all that the client asked for arrived, but ${quote(bcd)} names ${quote(name)}, and ${quote(by)} hands wimboot no file of that name (line ${line})`,
    fix: `hand it over in an "initrd" line of ${quote(by)}, under that name, or take a BCD that names what is there`,
  }),

  "unknown-command": ({ file, word, line }: { file: string; word: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and iPXE ends it at line ${line}: ${quote(word)} is no command`,
    fix: `correct line ${line} of ${quote(file)}`,
  }),

  "grub-legacy-words": ({ file, word, line }: { file: string; word: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and it is written for GRUB Legacy: GRUB 2 has no command ${quote(word)} (line ${line})`,
    fix: 'write it for GRUB 2: menuentry "NAME" { linux FILE; initrd FILE } in place of title, root and kernel',
  }),

  "unknown-word": (facts: { file: string; loader: ConfigLoader; word: string; line: number }): Words => {
    const { file, loader, word, line } = facts;
    const who = loader === "grub" ? "GRUB" : "iPXE";
    return {
      sentence: `${quote(file)} arrived, and after what it names before line ${line} the client asked for nothing more: there stands ${quote(word)}, which is no command of ${who}`,
      fix: `correct line ${line} of ${quote(file)}, and look at the client's screen for an error`,
    };
  },

  "jump-to-nowhere": ({ file, label, line }: { file: string; label: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and iPXE ends it at line ${line}: "goto" leads to the label ${quote(label)}, which the script does not have`,
    fix: `correct the label in line ${line} of ${quote(file)}, or write the line ":${label}" where the script is to go on`,
  }),

  "jump-may-lead-nowhere": ({ file, label, line }: { file: string; label: string; line: number }): Words => ({
    sentence: `${quote(file)} arrived, and the client asked for nothing more: in line ${line} "goto" leads to the label ${quote(label)}, which the script does not have, and iPXE ends where it takes that way`,
    fix: `correct the label in line ${line} of ${quote(file)}, and look at the client's screen`,
  }),

  "kernel-of-another-type": ({ file, ending, noun }: { file: string; ending: string; noun: string }): Words => ({
    sentence: `${quote(file)} is a kernel, and PXELINUX takes a file whose name ends in "${ending}" for ${noun}`,
    fix: `write LINUX in place of KERNEL in the configuration, or rename the file to one without "${ending}"`,
  }),

  "kernel-refused": ({ file, next }: { file: string; next: string }): Words => ({
    sentence: `${quote(file)} arrived, and ${quote(next)}, which belongs to it, was never asked for: the kernel is not signed, and where Secure Boot is on, the loader refuses it (bad shim signature)`,
    fix: trustedBinaries,
  }),

  /** @param facts `router`: the DHCP server that named it */
  "no-uefi-program": ({ file, arch, router }: { file: string; arch: string; router?: string }): Words => ({
    sentence: `${quote(file)} is no UEFI program (it has no PE header), and the client is ${arch}: it cannot run there`,
    fix:
      router === undefined
        ? `give ${arch} clients a boot file of their own: a UEFI program such as shimx64.efi, grubx64.efi or ipxe.efi`
        : removeFrom(router),
  }),

  "tls-to-plain-port": ({ by, host, name, line }: { by: string; host: string; name: string; line: number }): Words => ({
    sentence: `${quote(by)} names ${quote(name)} (line ${line}): it asks by TLS (https), and Bootlace speaks plain HTTP at ${host}`,
    fix: `write http: in place of https: in line ${line} of ${quote(by)}`,
  }),

  "offer-by-tls": ({ url, host, rule }: { url: string; host: string; rule: string | undefined }): Words => ({
    sentence: `the client was told to fetch ${quote(url)}: it asks by TLS (https), and Bootlace speaks plain HTTP at ${host}`,
    fix: `write http: in place of https:${rule === undefined ? "" : ` in ${rule}`}`,
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
      sentence: `${quote(by)} sends the client to ${quote(host)} for ${quote(name)} (line ${line}), ${closed ? "where no program of this machine listens; " : "and "}Bootlace ${served}`,
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
      return "see why the machine began anew: a person, the power, or its firmware";
    case "client-closed":
    case "client-error":
    case "port-closed":
      return "if nobody cancelled it, look at the client's screen: it may be short of memory for this file";
    case "stopped":
      return "switch the machine on again: Bootlace was stopped meanwhile";
    case "file-changed":
      return "switch the machine on again, and exchange files only while nobody boots from them";
    case "io-failed":
      return "look at the disk that the root folder is on";
    case "lifetime":
    case "evicted":
      return "look for a slow or overloaded network, or raise the limits in the configuration";
    default:
      return "see whether the machine is still on, and look at its cable and its switch";
  }
}

const contentWords: Readonly<Record<ContentFault, { readonly text: string; readonly fix: string }>> = {
  empty: { text: "it is empty", fix: "copy the file again" },
  "cut-short": {
    text: "it is cut short: by its own header it is longer",
    fix: "copy the file again, and see whether the disk is full",
  },
  "no-end": {
    text: "it is cut short: where it stops, such an archive does not end",
    fix: "copy the file again, and see whether the disk is full",
  },
  "web-page": {
    text: "it is a web page (HTML), as servers send one with an error",
    fix: "download the file again, and look at what comes",
  },
  text: { text: "it is a text and no program", fix: "put the program in its place" },
  "no-script-image": {
    text: "it is a plain text, and U-Boot runs only a script image",
    fix: "make the image of the text: mkimage -A arm64 -T script -d TEXT boot.scr.uimg",
  },
  "byte-order-mark": {
    text: "it begins with a byte order mark, which its loader cannot read",
    fix: "save it as UTF-8 without a byte order mark",
  },
  "utf-16": { text: "it is written in UTF-16, which its loader cannot read", fix: "save it as plain text (UTF-8)" },
  "blank-first-line": {
    text: "its first line is blank, and iPXE wants #!ipxe there",
    fix: "remove what stands before #!ipxe",
  },
  "no-ipxe-mark": {
    text: "its first line is not #!ipxe, so iPXE takes it for no script",
    fix: "write #!ipxe into the first line",
  },
};
