import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { listenerOwners, ownersListeningOn } from "../src/os/listener-owner.ts";
import { commandLine } from "./helpers/command-line.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string, uid: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 4711 1 0 100 0 0 10 0\n`;

it("the owners of a port are those who listen on it, by IPv4 or IPv6, and nobody who is only connected", () => {
  const four = head + row("0100007F:1F83", "0A", 5) + row("0100007F:1F84", "0A", 6) + row("0100007F:1F83", "01", 7);
  const six = head + row("00000000000000000000000000000000:1F83", "0A", 8) + row("not:a row", "0A", 9);
  expect(ownersListeningOn(0x1f83, [four, six])).toEqual([5, 8]);
  expect(ownersListeningOn(0x1f85, [four, six, ""])).toEqual([]);
});

it("a server of this process is that of its user; elsewhere nothing is known", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const own = process.platform === "linux" ? [process.geteuid?.()] : [];
  expect(listenerOwners(port)).toEqual(own);
  expect(listenerOwners(port, "/nowhere")).toEqual([]);
});

it("an answer that no Bootlace gives is called so, whatever command reads it", async () => {
  const server = createServer((_request, response) => response.end("{}")).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), "bootlace-foreign-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "bootlace.yaml"), `admin: { port: ${port} }\n`);
  const { program } = commandLine(folder);
  for (const word of ["status", "next", "images"]) {
    const { code, err } = await program(word);
    expect([word, code, err]).toEqual([word, 5, expect.stringContaining("but not as Bootlace does")]);
  }
});
