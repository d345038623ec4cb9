import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import * as library from "../src/index.ts";
import type { HttpBootServer } from "../src/server-options.ts";
import { rawClient } from "./raw-client.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
const examples = new Map(
  [...readme.matchAll(/## (.+)\n(?:(?!## )[\s\S])*?```ts\n([\s\S]*?)```/g)].map(([, title = "", code = ""]) => [
    title,
    code,
  ]),
);

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<HttpBootServer>;

/** Runs an example as it stands, but with a free port of 127.0.0.1 and a folder of this test. */
async function execute(title: string) {
  const code = examples.get(title) ?? expect.fail(`no example "${title}"`);
  const root = await mkdtemp(join(tmpdir(), "bootlace-readme-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, "hello.txt"), "hello");
  const lines: string[] = [];
  const body = code
    .replace(/^import (.+) from "@bootlace\/http-boot";$/m, "const $1 = library;")
    .replace("{ source: directory", '{ port: 8080, addresses: ["127.0.0.1"], source: directory')
    .replace(", port: 8080, addresses", ", addresses")
    .replaceAll("8080,", "0,")
    .replaceAll('"/srv/boot"', JSON.stringify(root));
  const run = new AsyncFunction("library", "console", `${body}\nreturn server;`);
  const server = await run(library, { log: (line: string) => lines.push(line) });
  onTestFinished(() => server.stop());
  return { server, lines, port: server.addresses()[0]?.port ?? 0 };
}

describe("the examples of the README run", () => {
  test("Serve a folder", async () => {
    const { port } = await execute("Serve a folder");
    using client = await rawClient(port);
    expect((await client.get("/hello.txt")).body.toString()).toBe("hello");
  });

  test("Serve what you make", async () => {
    const { port } = await execute("Serve what you make");
    using client = await rawClient(port);
    expect((await client.get("/boot.ipxe")).body.toString()).toBe("#!ipxe\nchain http://127.0.0.1:8080/menu.ipxe\n");
    expect((await client.get("/menu.ipxe")).headers.etag).toBe('"menu-1"');
    expect((await client.get("/else")).status).toBe(404);
  });

  test("Watch requests", async () => {
    const { port, lines } = await execute("Watch requests");
    using client = await rawClient(port);
    await client.get("/hello.txt");
    await client.get("/no%0Athing");
    expect(lines).toEqual(['127.0.0.1 GET "hello.txt": 200, 5 bytes', "127.0.0.1: 400 bad-path"]);
  });

  test("Stop", async () => {
    expect((await execute("Stop")).server.addresses()).toEqual([]);
  });

  test("and there are no others, and none is longer than 20 lines", () => {
    expect([...examples.keys()]).toEqual(["Serve a folder", "Serve what you make", "Watch requests", "Stop"]);
    expect(readme.match(/```ts/g)).toHaveLength(examples.size);
    for (const code of examples.values()) expect(code.trim().split("\n").length).toBeLessThanOrEqual(20);
  });
});

test("the table of limits has every limit", () => {
  const rows = readme.split("\n").map((line) => /^\| `(\w+)`/.exec(line)?.[1]);
  for (const name of Object.keys(library.defaultLimits)) expect(rows).toContain(name);
});
