import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { NetworkInterfaceInfo } from "node:os";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import type { Command } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { commandHelp, programHelp } from "../../src/cli/help.ts";
import { exitCodes } from "../../src/os/exit-codes.ts";
import { commandLine } from "./command-line.ts";
import { liveImage } from "./disc-images.ts";
import type { Page } from "./doc-pages.ts";
import { peImage } from "./pe-image.ts";

const eth0 = { family: "IPv4", address: "192.168.11.109", netmask: "255.255.255.0", internal: false };

/** Commands that would change the machine or never end: their words are read, and no more. */
const onlyRead = new Set(["init", "install-service", "serve"]);
/** Commands that ask a daemon: here nobody answers, after their words and what they mean were checked. */
const askDaemon = new Set(["status", "logs", "next", "images", "reload"]);

export interface Sandbox {
  /** Puts a file of the page where the commands that follow find it. */
  write(path: string, text: string): void;
  /** Puts a boot file there; its bytes are made up from its name. */
  putBootFile(path: string): void;
  /** Runs a command line behind the word `bootlace`; says what is wrong with it, or what it printed. */
  run(words: readonly string[]): Promise<{ readonly problem?: string; readonly out: string }>;
}

/** A folder in which the commands of one page run, with the boot files that its configs name. */
export function sandboxOf(page: Page): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string | Uint8Array) => {
    const target = join(folder, inside(path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  const putBootFile = (path: string) => write(path, bootFile(path));
  for (const { language, text } of page.blocks) {
    if (language !== "yaml") continue;
    for (const file of namedFiles(parse(text, { logLevel: "error" }))) putBootFile(join("boot", file));
  }
  for (const name of ["dnsmasq.conf", "etc/dnsmasq.conf", "etc/dnsmasq.d/pxe.conf"]) {
    write(name, "dhcp-range=192.168.11.0,proxy\nenable-tftp\npxe-service=x86PC,Boot,pxelinux.0\n");
  }
  write("debian.iso", liveImage());
  write("token", `${"0123456789abcdef".repeat(2)}\n`);
  const cli = commandLine(folder, { networkInterfaces: () => ({ eth0: [eth0 as NetworkInterfaceInfo] }) });
  return {
    write,
    putBootFile,
    async run(words) {
      const [name = "", ...rest] = words;
      if (name === "help" && rest[0] === "--markdown") return { out: "" };
      if (name === "--help" || name === "help") return { out: programHelp(commands) };
      const command = commands.find((one) => one.name === (name === "--version" ? "version" : name));
      if (command === undefined) return { problem: `there is no command ${name}`, out: "" };
      if (rest.includes("--help")) return { out: commandHelp(command) };
      return runCommand(
        command,
        rest.map((word) => (word.startsWith("/etc/") ? inside(word) : word)),
        cli,
      );
    },
  };
}

async function runCommand(command: Command, words: string[], cli: ReturnType<typeof commandLine>) {
  const named = words.indexOf("--api");
  const nowhere = askDaemon.has(command.name) ? ["--api", "http://127.0.0.1:9"] : [];
  const others = named === -1 || nowhere.length === 0 ? words : words.toSpliced(named, 2);
  try {
    if (onlyRead.has(command.name)) {
      await cli.run({ ...command, run: async () => 0 }, ...words);
      return { out: "" };
    }
    const { code, out, err } = await cli.run(command, ...others, ...nowhere);
    // An image file is looked into without a daemon.
    const asks = askDaemon.has(command.name) && words[0] !== "check";
    const expected: number[] = asks ? [exitCodes.unreachable] : [exitCodes.ok];
    // What a page says about wrong files and configs is compared with what is printed.
    if (command.name === "check" || words[0] === "check") expected.push(exitCodes.findings);
    return expected.includes(code) ? { out: out + err } : { problem: `exit code ${code}: ${out}${err}`, out };
  } catch (error) {
    return { problem: (error as Error).message, out: "" };
  }
}

/** A path of the system, or one relative to the working folder, as one below the sandbox. */
function inside(path: string): string {
  return path.replace(/^\/+/, "");
}

function namedFiles(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namedFiles);
  if (typeof value !== "object" || value === null) return [];
  const { server, url } = value as Record<string, unknown>;
  return Object.entries(value).flatMap(([key, inner]) => {
    const isFile = (key === "file" || key === "script") && server === undefined && url === undefined;
    if (!isFile || typeof inner !== "string") return namedFiles(inner);
    return /^(https?|builtin):|^\//.test(inner) ? [] : [inner];
  });
}

/** What makes the file one that its machine can start. */
function bootFile(path: string): string | Uint8Array {
  if (!/\.efi(\.signed)?$/i.test(path)) return "boot-file\n";
  return peImage(/aa64|arm64/i.test(path) ? 0xaa64 : /ia32|efi32/i.test(path) ? 0x014c : 0x8664);
}
