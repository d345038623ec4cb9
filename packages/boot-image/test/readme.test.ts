import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { content } from "@bootlace/boot-source";
import * as http from "@bootlace/http-boot";
import { expect, onTestFinished, test } from "vitest";
import { makeIso } from "../../../tools/test-kit/images/iso.ts";
import * as library from "../src/index.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<ReturnType<typeof http.createHttpBootServer>>;

test("the example serves a kernel from inside an image", async () => {
  const folder = mkdtempSync(join(tmpdir(), "boot-image-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, "debian.iso"),
    makeIso([{ path: "live/vmlinuz", data: "a kernel\n" }], { rockRidge: true }),
  );
  const names = { ...http, ...library, folder };
  const body = example
    .replace(/^import .*$/gm, "")
    .replace('"/srv/boot"', "folder")
    .replace("port: 8080", "port: 0");
  const server = await new AsyncFunction(...Object.keys(names), `${body}\nreturn server;`)(...Object.values(names));
  onTestFinished(() => server.stop());
  const [address] = server.addresses();
  const kernel = () => fetch(`http://127.0.0.1:${address?.port}/live/vmlinuz`);
  expect(await (await kernel()).text()).toBe("a kernel\n");
  // A file that was written a moment ago has no version yet.
  await expect.poll(async () => (await kernel()).headers.get("etag")).toMatch(/^"/);
  const part = await fetch(`http://127.0.0.1:${address?.port}/LIVE/VMLINUZ`, { headers: { range: "bytes=2-7" } });
  expect(await part.text()).toBe("kernel");
  expect(example.split("\n").length).toBeLessThan(20);
});

test("the second example prints what it says", async () => {
  const [, , second = ""] = readme.split("```ts\n");
  const body = second.split("```")[0]?.replace(/^import .*$/gm, "") ?? "";
  const lines: string[] = [];
  const names = { ...library, content, console: { log: (line: string) => lines.push(line) } };
  await new AsyncFunction(...Object.keys(names), body)(...Object.values(names));
  const [, said] = /```text\n([\s\S]*?)\n```/.exec(readme) ?? [];
  expect(lines.join("\n")).toBe(said);
  expect(body.split("\n").length).toBeLessThan(20);
});

test("every export that the README names exists", () => {
  const cells = [...readme.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = ""]) => cell);
  const rows = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.filter((name) => !(name in library))).toEqual([]);
});
