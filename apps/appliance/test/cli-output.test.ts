import { describe, expect, it } from "vitest";
import { inertText } from "../src/catalogue/inert-text.ts";
import { commands } from "../src/cli/commands.ts";
import { readEvents, type StreamPart } from "../src/cli/event-source.ts";
import { printError, printJson } from "../src/cli/output.ts";
import { versionCommand } from "../src/cli/version.ts";
import { commandLine } from "./helpers/command-line.ts";

const hostile = ["\u001b[2J", "\u009b31m", "\u202e", "a\u0000b", "\u2028", "\ufeff", "x".repeat(255), "<script>"];

function printed(print: (surroundings: { out(text: string): void; err(text: string): void }) => void) {
  const said = { out: "", err: "" };
  print({
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return said;
}

describe("what commands print", () => {
  it.each(hostile)("holds nothing a terminal would obey: %j", (text) => {
    const json = printed((to) => printJson(to, { text })).out;
    expect(JSON.parse(json)).toEqual({ schema: 1, text });
    expect(json.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    const { err } = printed((to) => printError(to, "x", { code: "c", message: text, hint: text }, false));
    expect(err.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(inertText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  });

  it("is one JSON document with --json, also about a failure", () => {
    expect(printed((to) => printError(to, "x", { code: "c", message: "m" }, true))).toEqual({
      out: '{"schema":1,"error":{"code":"c","message":"m"}}\n',
      err: "",
    });
  });

  it("of the version is a line or a document", async () => {
    const cli = commandLine("/");
    expect((await cli.run(versionCommand)).out).toMatch(/^bootlace \d/);
    expect(JSON.parse((await cli.run(versionCommand, "--json")).out)).toMatchObject({
      schema: 1,
      node: expect.any(String),
    });
  });
});

describe("completion", () => {
  const completion = commands.find(({ name }) => name === "completion");
  if (completion === undefined) throw new Error("no such command");

  it.each(["bash", "zsh", "fish"])("for %s knows every command and option", async (shell) => {
    const { code, out } = await commandLine("/").run(completion, shell);
    expect(code).toBe(0);
    for (const { name, options } of commands) {
      expect(out).toContain(name);
      for (const option of options) expect(out).toContain(shell === "fish" ? `-l ${option.name}` : `--${option.name}`);
    }
    const quotes = out.replaceAll("'\\''", "").split("'").length - 1;
    expect(quotes % 2).toBe(0);
  });

  it.each([
    ["bash", "    serve:--config|serve:-c) return ;;"],
    [
      "bash",
      `    serve:--interface|serve:-i) COMPREPLY=($(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$current"));`,
    ],
    ["bash", "    explain:--arch|explain:-a) COMPREPLY=($(compgen -W 'x86-bios "],
    ["bash", "    next:--url) compopt +o default 2>/dev/null; return ;;"],
    ["bash", "words='' files=yes ;;\n    explain) "],
    ["zsh", ":ARCH:(x86-bios "],
    ["zsh", ":FILE:_files"],
    ["fish", "-l arch -s a -x -a 'x86-bios "],
    ["fish", "-l config -s c -r -d "],
  ])("for %s knows what a value can be: %s", async (shell, text) => {
    expect((await commandLine("/").run(completion, shell)).out).toContain(text);
  });

  it("for another shell is a wrong command line", async () => {
    expect(await commandLine("/").run(completion, "csh")).toMatchObject({
      code: 2,
      err: expect.stringContaining('"csh"'),
    });
    expect((await commandLine("/").run(completion)).code).toBe(2);
  });
});

describe("server-sent events", () => {
  async function parts(...chunks: string[]): Promise<StreamPart[]> {
    async function* body() {
      for (const chunk of chunks) yield new TextEncoder().encode(chunk);
    }
    const found: StreamPart[] = [];
    for await (const part of readEvents(body())) found.push(part);
    return found;
  }

  it("are read whatever the pieces they come in", async () => {
    const text = "retry: 2000\n\nid: a-1\nevent: log\ndata: {\ndata: }\n\n: up to date\r\n\r\ndata:x\n\n";
    const expected = [
      { id: "a-1", name: "log", data: "{\n}" },
      { comment: "up to date" },
      { id: "a-1", name: "message", data: "x" },
    ];
    expect(await parts(text)).toEqual(expected);
    expect(await parts(...text)).toEqual(expected);
    expect(await parts("data: no end")).toEqual([]);
  });
});
