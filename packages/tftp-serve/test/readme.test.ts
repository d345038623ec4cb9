import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import * as library from "../src/index.ts";
import { defaultLimits } from "../src/option-tables.ts";
import type { TftpServer } from "../src/server-options.ts";
import { fetchFile, folder, udpClient } from "./fixture.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
const examples = [...readme.matchAll(/## (.+)\n(?:(?!## )[\s\S])*?```ts\n([\s\S]*?)```/g)].map(
  ([, title = "", code = ""]) => ({
    title,
    code,
  }),
);

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<TftpServer>;

/** Runs an example as it stands, but with a free port and folders of this test. */
async function execute(title: string): Promise<{ port: number; root: string; lines: string[]; server: TftpServer }> {
  const code = examples.find((example) => example.title === title)?.code ?? expect.fail(`no example "${title}"`);
  const root = await folder();
  await writeFile(join(root, "hello.txt"), "hello");
  const lines: string[] = [];
  const body = code
    .replace(/^import (.+) from "@bootlace\/tftp-serve";$/m, "const $1 = library;")
    .replace("{ source: directory", '{ port: 6969, addresses: ["127.0.0.1"], source: directory')
    .replaceAll("6969", "0")
    .replaceAll(/"\/srv\/\w+"/g, JSON.stringify(root));
  const server = await new AsyncFunction("library", "console", `${body}\nreturn server;`)(library, {
    log: (line: string) => lines.push(line),
  });
  onTestFinished(() => server.stop());
  return { port: server.addresses()[0]?.port ?? 0, root, lines, server };
}

describe("the examples of the README run", () => {
  test("Serve a folder", async () => {
    const { port } = await execute("Serve a folder");
    expect(String(await fetchFile(await udpClient(), port, "hello.txt"))).toBe("hello");
  });

  test("Serve what you make", async () => {
    const { port } = await execute("Serve what you make");
    const client = await udpClient();
    expect(String(await fetchFile(client, port, "boot.ipxe"))).toContain("chain http");
    expect(String(await fetchFile(client, port, "who.cfg"))).toBe("client 127.0.0.1\n");
    await expect(fetchFile(client, port, "else")).rejects.toThrow("File not found");
  });

  test("Watch transfers", async () => {
    const { port, lines } = await execute("Watch transfers");
    const client = await udpClient();
    await fetchFile(client, port, "hello.txt", "tsize", "0");
    await expect(fetchFile(client, port, "no\\thing")).rejects.toThrow("File not found");
    expect(lines).toEqual(['127.0.0.1 asks for "hello.txt"', "5 bytes, 0 sent again", 'no "no\\\\thing": missing']);
  });

  test("Stop", async () => {
    expect((await execute("Stop")).server.addresses()).toEqual([]);
  });

  test("Take uploads", async () => {
    const { port } = await execute("Take uploads");
    expect(String(await fetchFile(await udpClient(), port, "hello.txt"))).toBe("hello");
  });

  test("Windows in one piece", async () => {
    const { port } = await execute("Windows in one piece");
    expect(String(await fetchFile(await udpClient(), port, "hello.txt", "windowsize", "4"))).toBe("hello");
  });

  test("and there are no others", () => {
    expect(examples.map(({ title }) => title)).toEqual([
      "Serve a folder",
      "Serve what you make",
      "Watch transfers",
      "Stop",
      "Take uploads",
      "Windows in one piece",
    ]);
    expect(readme.match(/```ts/g)).toHaveLength(examples.length);
  });
});

test("the table of limits has every limit", () => {
  const rows = readme.split("\n").map((line) => /^\| `(\w+)`/.exec(line)?.[1]);
  for (const name of Object.keys(defaultLimits)) expect(rows).toContain(name);
});
