import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { ProxyDhcp, ProxyDhcpOptions } from "../src/options.ts";
import { createProxyDhcp } from "../src/serve.ts";
import { loopback, peer } from "./loopback.ts";
import { decoded, octetsOf, requestWith } from "./support.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("the README's example boots a client", async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const lines = example.trimEnd().split("\n");
  expect(lines[0]).toBe('import { createProxyDhcp } from "@bootlace/proxy-dhcp";');
  expect(lines.length).toBeLessThan(20);

  await using client = await peer();
  const made: ProxyDhcp[] = [];
  const printed: unknown[][] = [];
  const onLoopback = (options: ProxyDhcpOptions) => {
    const ports = { dhcp: 0, pxe: 0, client: client.port };
    const proxy = createProxyDhcp({ ...options, interfaces: [loopback()], ports });
    made.push(proxy);
    return proxy;
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...given: unknown[]) => Promise<void>;
  const run = new AsyncFunction("createProxyDhcp", "console", lines.slice(1).join("\n"));
  await run(onLoopback, { log: (...values: unknown[]) => printed.push(values) });

  const [proxy] = made;
  if (proxy === undefined) throw new Error("the example made no server");
  await using _ = proxy;
  client.send(octetsOf(requestWith()), proxy.addresses()[0]?.port ?? 0);
  const offer = decoded((await client.receive()).bytes);
  expect(Buffer.from(offer.file).toString()).toMatch(/^bootx64\.efi\0/);
  expect(printed).toEqual([["52:54:00:12:34:56", expect.objectContaining({ kind: "offer", bootFile: "bootx64.efi" })]]);
});
