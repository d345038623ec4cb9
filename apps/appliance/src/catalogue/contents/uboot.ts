import type { ConfigFacts, FileNeed, UBootStart } from "../file-facts.ts";
import { type GrubWord, grubCommands } from "./grub-words.ts";
import { mostNeeds, needAt, on, ownServer, pathFrom, type ReadContext, readUrl, unknownPart } from "./reading.ts";

/** Commands that fetch a file from the network (U-Boot, doc/usage/cmd). */
const fetches = new Set(["tftp", "tftpb", "tftpboot", "dhcp", "bootp", "wget", "nfs"]);

const starts: ReadonlySet<string> = new Set<UBootStart>(["bootm", "booti", "bootz"]);

/** Reads the text of U-Boot's script image: what it fetches. Names count from the root of the TFTP server. */
export function readUBootScript(text: string, context: ReadContext): ConfigFacts {
  const variables = new Map<string, string>([["serverip", ownServer]]);
  const needs: FileNeed[] = [];
  /** What was loaded last at each address, as it is written. */
  const loaded = new Map<string, number>();
  const startedBy = new Map<number, Set<string>>();
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
    loaded.set(address, needs.length);
    needs.push(
      needAt(line, roleOf(address, name), name.replaceAll(unknownPart, "…"), where, { optional: conditions > 0 }),
    );
  }

  function start([command, address]: readonly GrubWord[]) {
    // A configuration of a FIT is written behind its address.
    const index = loaded.get(addressName(address).replace(/[#:].*$/, ""));
    if (command === undefined || index === undefined) return;
    startedBy.set(index, (startedBy.get(index) ?? new Set()).add(fill(command)));
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
      if (starts.has(fill(rest[from] ?? { kind: "word", parts: [] }))) start(rest.slice(from));
    }
  }
  return { loader: "u-boot", needs: needs.map((need, index) => ({ ...need, ...onlyStart(startedBy.get(index)) })) };
}

/** Where a script tries one command after another, which of them started it is not known. */
function onlyStart(commands: ReadonlySet<string> = new Set()): Pick<FileNeed, "startedBy"> {
  const [only] = commands;
  return commands.size === 1 ? { startedBy: only as UBootStart } : {};
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
