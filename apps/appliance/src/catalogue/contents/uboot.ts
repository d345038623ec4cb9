import type { ConfigFacts, FileNeed } from "../file-facts.ts";
import { type GrubWord, grubCommands } from "./grub-words.ts";
import { mostNeeds, needAt, on, ownServer, pathFrom, type ReadContext, readUrl, unknownPart } from "./reading.ts";

/** Commands that fetch a file from the network (U-Boot, doc/usage/cmd). */
const fetches = new Set(["tftp", "tftpb", "tftpboot", "dhcp", "bootp", "wget", "nfs"]);

/** Reads the text of U-Boot's script image: what it fetches. Names count from the root of the TFTP server. */
export function readUBootScript(text: string, context: ReadContext): ConfigFacts {
  const variables = new Map<string, string>([["serverip", ownServer]]);
  const needs: FileNeed[] = [];
  let conditions = 0;

  const fill = ({ parts }: GrubWord) =>
    parts.map((part) => ("text" in part ? part.text : (variables.get(part.variable) ?? unknownPart))).join("");

  function fetch(words: readonly GrubWord[], line: number) {
    const [, first, second] = words;
    const last = second ?? first;
    if (last === undefined) return;
    const name = fill(last);
    const url = readUrl(name);
    const other = /^([^:/]+):(.*)$/s.exec(name);
    const where =
      url !== undefined
        ? on(url.host, url.path, context, url.scheme)
        : other !== null
          ? on(other[1] ?? "", other[2] ?? "", context)
          : name.includes(unknownPart)
            ? {}
            : { path: pathFrom("", name) };
    const address = second === undefined ? "" : addressName(first);
    needs.push(
      needAt(line, roleOf(address, name), name.replaceAll(unknownPart, "…"), where, { optional: conditions > 0 }),
    );
  }

  for (const { words, line } of grubCommands(text)) {
    const rest = words.filter((word) => !/^(then|else|do)$/.test(fill(word)));
    const [first = ""] = rest.map(fill);
    if (/^(if|for|while|until)$/.test(first)) conditions++;
    if (/^(fi|done)$/.test(first)) conditions = Math.max(0, conditions - 1);
    if (/^(setenv|env)$/.test(first)) {
      const [name = "", ...value] = rest.slice(first === "env" ? 2 : 1).map(fill);
      variables.set(name, conditions === 0 ? value.join(" ") : unknownPart);
    } else {
      const from = first === "if" ? 1 : 0;
      if (fetches.has(fill(rest[from] ?? { kind: "word", parts: [] })) && needs.length < mostNeeds) {
        fetch(rest.slice(from), line);
      }
    }
  }
  return { loader: "u-boot", needs };
}

function addressName(word: GrubWord | undefined): string {
  return (word?.parts ?? []).map((part) => ("variable" in part ? part.variable : part.text)).join("");
}

function roleOf(address: string, name: string): FileNeed["role"] {
  if (/ramdisk|initrd/.test(address) || /(^|\/)(initrd|initramfs|uInitrd)/i.test(name)) return "initrd";
  if (/script/.test(address) || /\.scr(\.uimg)?$/i.test(name)) return "script";
  if (/fdt/.test(address) || /\.dtbo?$/i.test(name)) return "image";
  return /kernel/.test(address) || /(^|\/)(vmlinu|[uz]?Image)/.test(name) ? "kernel" : "image";
}
