import { existsSync } from "node:fs";
import { builtImage } from "../../src/boot-files/boot-check/image.ts";
import { checkText } from "../../src/boot-files/boot-check/text.ts";
import { checkProgramOn } from "../../src/catalogue/boot-check.ts";
import { readPxelinuxConfig } from "../../src/catalogue/contents/pxelinux.ts";
import { growTree } from "../../src/catalogue/tree.ts";
import { formatFault } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { importDnsmasq } from "../../src/import/dnsmasq/dnsmasq.ts";
import { capturedPacket } from "./captured-packet.ts";
import { braceProblems, foreignYamlProblems, iniProblems } from "./doc-foreign.ts";
import { printedOfImages } from "./doc-image-lines.ts";
import { knownLogLines } from "./doc-log.ts";
import { type Block, top } from "./doc-pages.ts";
import type { Sandbox } from "./doc-sandbox.ts";
import { asBootlace, shellProblems } from "./doc-shell.ts";
import { simpleCommands } from "./shell-lines.ts";

type Rule = (block: Block, sandbox: Sandbox) => Promise<string[]> | string[];

/** What is asked of a block, by its language. */
const rules: Readonly<Record<string, Rule>> = {
  yaml: configProblems,
  sh: ({ text }, sandbox) => shellProblems(text, sandbox),
  console: consoleProblems,
  dnsmasq: dnsmasqProblems,
  json: ({ text }) => (JSON.parse(text) === undefined ? ["no JSON"] : []),
  ini: ({ text }) => iniProblems(text),
  nginx: ({ text }) => [
    ...braceProblems(text),
    ...text.split("\n").filter((row) => !/(^\s*(#.*)?|[;{}])\s*$/.test(row)),
  ],
  // Whether they are right is shown by a boot behind them (lab, behind-firewall).
  nft: ({ text }) => braceProblems(text),
  grub: ({ text }) => [...braceProblems(text), ...unknownWords(text, grubWords)],
  ipxe: ({ text }) => (text.startsWith("#!ipxe\n") ? unknownWords(text, ipxeWords) : ["no #!ipxe"]),
  pxelinux: ({ text }) =>
    readPxelinuxConfig(text, { path: "pxelinux.cfg/default" }).needs.length > 0
      ? unknownWords(text, pxelinuxWords)
      : ["boots nothing"],
  uboot: ({ text }) => unknownWords(text, ubootWords),
  dockerfile: ({ text }) =>
    unknownWords(text.replaceAll("\\\n", " "), /^(#.*|FROM|RUN|COPY|ENTRYPOINT|CMD|WORKDIR|USER)$/),
  routeros: ({ text }) => unknownWords(text, /^(\/ip|#.*)$/),
  powershell: ({ text }) => unknownWords(text, /^(Get|Remove|Set)-DhcpServerv4OptionValue$|^#/),
  log: ({ text }) => logProblems(text),
  screen: ({ text }) => screenProblems(text),
  packet: ({ text, title }) =>
    text === capturedPacket(title) ? [] : [`not what was captured:\n${capturedPacket(title)}`],
  images: ({ text, title }) =>
    text.trimEnd() === printedOfImages(title) ? [] : [`not what is printed:\n${printedOfImages(title)}`],
  tree: ({ text }) => treePaths(text).filter((path) => !existsSync(new URL(path, top))),
  // A drawing: nothing in it may look like something to type.
  diagram: ({ text }) => text.split("\n").filter((row) => /^\s*[$#]|\bbootlace (serve|check|next)\b/.test(row)),
};

const grubWords = /^(set|insmod|menuentry|linux|initrd|chainloader|configfile|exit|fi|if|else|\}|#.*)$/;
const ipxeWords =
  /^(#.*|:\w+|dhcp|set|kernel|initrd|chain|boot|menu|item|choose|goto|echo|exit|shell|imgfree|isset|cpuid|sanboot)$/;
const pxelinuxWords =
  /^(#.*|DEFAULT|UI|PROMPT|TIMEOUT|LABEL|MENU|KERNEL|LINUX|INITRD|APPEND|LOCALBOOT|COM32|SERIAL|SAY|ONTIMEOUT|IPAPPEND)$/i;

const ubootWords = /^(#.*|setenv|saveenv|dhcp|pxe|boot)$/;

/** What is wrong with a block, each with its line; a block for which there is no rule is wrong. */
export async function blockProblems(block: Block, sandbox: Sandbox): Promise<string[]> {
  const rule = rules[block.language];
  if (rule === undefined)
    return [`line ${block.line}: no rule covers a block of "${block.language}" (helpers/doc-rules.ts)`];
  if (block.title.startsWith("boot/")) sandbox.write(block.title, block.text);
  const found = await rule(block, sandbox);
  return found.map((problem) => `line ${block.line}: ${problem}`);
}

/** A YAML block is a bootlace.yaml, unless its title is that of another program's file; broken.yaml must be wrong. */
async function configProblems({ title, text }: Block, sandbox: Sandbox): Promise<string[]> {
  const foreign = await foreignYamlProblems(title, text);
  if (foreign !== undefined) return foreign;
  const name = title === "" ? "bootlace.yaml" : title;
  const parsed = parseConfig(text, name);
  sandbox.write(name, text);
  // serve and explain find it under both names.
  if (name === "bootlace.yaml") sandbox.write("etc/bootlace/bootlace.yaml", text);
  if (name === "broken.yaml") return parsed.ok ? ["it is called broken and has no fault"] : [];
  return parsed.ok ? [] : parsed.faults.map(formatFault);
}

/** dnsmasq's own syntax is checked in the lab; here each line must be one that import knows, or can say why not. */
function dnsmasqProblems({ title, text }: Block, sandbox: Sandbox): string[] {
  const name = title === "" ? "dnsmasq.conf" : title;
  sandbox.write(name, text);
  sandbox.write(`etc/${name}`, text);
  const { yaml, remarks } = importDnsmasq(text, name, [{ address: "192.168.11.109", netmask: "255.255.255.0" }]);
  const parsed = parseConfig(yaml, "imported");
  const unknown = remarks.filter(({ why }) => why.includes("unknown directive"));
  return [
    ...(parsed.ok ? [] : parsed.faults.map(formatFault)),
    ...unknown.map(({ text: line, why }) => `${line}: ${why}`),
  ];
}

/** Lines behind `$` are run, and what stands below them must be what is printed; `…` stands for anything. */
async function consoleProblems({ text }: Block, sandbox: Sandbox): Promise<string[]> {
  const problems: string[] = [];
  for (const part of text.split(/^\$ /m).slice(1)) {
    const [line = "", ...rows] = part.split("\n");
    const [words = []] = simpleCommands(line);
    const asked = asBootlace(words[0] ?? "", words.slice(1));
    if (asked === undefined) {
      problems.push(`${line}: only bootlace can be shown with its output`);
      continue;
    }
    const { problem, out } = await sandbox.run(asked);
    const shown = new RegExp(`^${rows.join("\n").trimEnd().split("…").map(literally).join("[^]*")}$`);
    if (problem !== undefined) problems.push(`${line}: ${problem}`);
    else if (!shown.test(out.trimEnd())) problems.push(`${line} prints\n${out}`);
  }
  return problems;
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** The screen of the boot check: each line is one of the program's or of the text for an empty /srv/boot. */
function screenProblems(text: string): string[] {
  const program = checkProgramOn(7);
  if (program === undefined) return ["there is no program"];
  const built = Buffer.from(builtImage(program.name)).toString("latin1");
  const reported = checkText({ program, root: "/srv/boot", tree: growTree([]) }).split("\n");
  const missing = reported.filter((line) => !text.split("\n").includes(line));
  // A fact begins with its word, which is the program's, and goes on with what the firmware knows.
  const known = (row: string) => reported.includes(row) || built.includes(/^ {2}\w[\w ]* {2,}/.exec(row)?.[0] ?? row);
  return [...missing, ...text.split("\n").filter((row) => !known(row))];
}

/** Each line must be one of a recorded boot; `…` stands for anything. */
function logProblems(text: string): string[] {
  const known = knownLogLines();
  return text
    .split("\n")
    .map((row) => row.trim())
    .filter((row) => row !== "" && row !== "…")
    .filter((row) => {
      const shown = new RegExp(`^${row.split("…").map(literally).join(".*")}$`);
      return !known.some((line) => shown.test(line));
    })
    .map((row) => `not in a recorded log: ${row}`);
}

function unknownWords(text: string, known: RegExp): string[] {
  const rows = text.split("\n").map((row) => row.trim());
  return rows.filter((row) => row !== "" && !known.test(row.split(/[\s{]/)[0] ?? "") && !known.test(row));
}

/** The folders that a drawing names: two spaces are a step down; several may stand in a row. */
function treePaths(text: string): string[] {
  const above: string[] = [];
  return text.split("\n").flatMap((row) => {
    const depth = (row.length - row.trimStart().length) / 2;
    const names = [...row.matchAll(/(?:^|\s{2,})((?:[\w.-]+\/)+)(?=\s|$)/g)].map(([, name = ""]) => name);
    above.length = Math.min(above.length, depth);
    const paths = names.map((name) => above.join("") + name);
    above[depth] = names.at(-1) ?? "";
    return paths;
  });
}
