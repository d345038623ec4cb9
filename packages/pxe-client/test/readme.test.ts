import { readFileSync } from "node:fs";
import { createPacket, encodePacket, parseMac } from "@bootlace/dhcp-core";
import { expect, test } from "vitest";
import { createPxeClient } from "../src/client.ts";
import { compose } from "../src/core/compose.ts";
import { models } from "../src/core/models.ts";
import { reasons } from "../src/core/reasons.ts";
import type { PxeClientOptions } from "../src/options.ts";
import { hex } from "./support.ts";
import { lan, udpServer } from "./support-lan.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
const [prints = ""] = [...readme.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text]) => text);

/** Runs an example with these names in place of its imports; gives what it printed. */
async function run(example: string, names: Readonly<Record<string, unknown>>): Promise<string> {
  const lines = example.trimEnd().split("\n");
  expect(lines.length).toBeLessThan(20);
  const code = lines.filter((line) => !line.startsWith("import ")).join("\n");
  const printed: string[] = [];
  const console = { log: (...values: unknown[]) => printed.push(values.map(String).join(" ").trimEnd()) };
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...given: unknown[]) => Promise<void>;
  const all = { ...names, console };
  await new AsyncFunction(...Object.keys(all), code.replaceAll(" as const", ""))(...Object.values(all));
  return `${printed.join("\n")}\n`;
}

test("what would edk2 do with this offer", async () => {
  const names = { createPacket, encodePacket, parseMac, compose, models, reasons };
  expect(await run(examples[0] ?? "", names)).toBe(prints);
});

test("a boot over real sockets", async () => {
  const now = { vendorClassIdentifier: "PXEClient", vendorSpecificInformation: hex("060108ff") };
  await using dhcp = await udpServer(lan(now, { file: "boot.0", siaddr: "127.0.0.1" }));
  const ports = { client: 0, pxeClient: 0, server: dhcp.port };
  const onLoopback = (options: PxeClientOptions) =>
    createPxeClient({ ...options, local: "127.0.0.1", broadcast: "127.0.0.1", fetch: false, ports });
  const printed = await run(examples[1] ?? "", { createPxeClient: onLoopback });
  expect(printed.trim().split("\n").at(-1)).toBe("named");
  expect(printed).toContain("sent\nverdict [object Object]\n");
});

test("the table of models names each", () => {
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, name]) => name);
  expect(rows.filter((name) => name !== undefined && name in models).sort()).toEqual(Object.keys(models).sort());
});

test("every code of a verdict has a sentence", () => {
  for (const [code, words] of Object.entries(reasons)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(words.length).toBeGreaterThan(10);
  }
});
