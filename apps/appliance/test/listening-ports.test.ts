import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listeningPorts, portsListenedOn } from "../src/os/listening-ports.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 24586 1 0 100 0 0 10 0\n`;

test("ports on which programs listen for others: not those of loopback, and no connections", () => {
  const four = [
    row("00000000:0050", "0A"),
    row("0100007F:0277", "0A"),
    row("0A32A8C0:1F85", "0A"),
    row("0A32A8C0:01BB", "01"),
  ];
  const six = [
    row("00000000000000000000000000000000:1F90", "0A"),
    row("00000000000000000000000001000000:0019", "0A"),
    row("00000000000000000000000000000000:0050", "0A"),
  ];
  expect(portsListenedOn([head + four.join(""), head + six.join("")])).toEqual([80, 8069, 8080]);
});

test("a system that does not say is no system without listeners", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-ports-"));
  try {
    expect(await listeningPorts(folder)).toBeUndefined();
    writeFileSync(join(folder, "tcp"), head);
    expect(await listeningPorts(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
