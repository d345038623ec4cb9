import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createReporting } from "../src/app/services/reporting.ts";
import { configSchema } from "../src/config/schema.ts";
import type { ApplianceEvent } from "../src/events/event.ts";
import type { LogRecord } from "../src/events/record.ts";

const address = "127.0.0.1";
const own = new RegExp(
  `^cannot bind .*: in use by .+ \\(pid ${process.pid}\\)\\. Stop it, or set other .* Bootlace keeps trying$`,
);
let udp: Socket;
const tcp = createServer();

beforeAll(async () => {
  udp = createSocket("udp4");
  udp.bind(0, address);
  tcp.listen(0, address);
  await Promise.all([once(udp, "listening"), once(tcp, "listening")]);
});
afterAll(() => {
  udp.close();
  tcp.close();
});

/** The first line of the log about an event. */
function recordOf(event: ApplianceEvent): Promise<LogRecord> {
  return new Promise((resolve) => {
    const config = configSchema.parse({});
    const reporting = createReporting(config, {
      log: resolve,
      now: () => 1,
      every: () => () => {},
      machineOf: () => ({}),
    });
    reporting.report(event);
  });
}

const udpPort = () => udp.address().port;
const tcpPort = () => (tcp.address() as { port: number }).port;

test("a port that is taken while the daemon runs: the log names who has it", async () => {
  const used = { address, code: "EADDRINUSE" } as const;
  const tftp = await recordOf({ kind: "tftp", event: { type: "listen-failed", time: 1, ...used, port: udpPort() } });
  expect(tftp).toMatchObject({ level: "warn", scope: "tftp", event: "tftp.listen-failed" });
  expect(tftp.message).toMatch(own);
  expect(tftp.message).toContain(`UDP port ${udpPort()} (tftp) on 127.0.0.1`);
  expect(tftp.fields).toMatchObject({ address, port: udpPort(), code: "EADDRINUSE", holder: { pid: process.pid } });

  const http = await recordOf({ kind: "http", event: { type: "listen-failed", time: 1, ...used, port: tcpPort() } });
  expect([http.event, http.message]).toEqual(["http.listen-failed", expect.stringMatching(own)]);
  expect(http.message).toContain(`TCP port ${tcpPort()} (http) on 127.0.0.1`);

  const pxe = await recordOf({
    kind: "dhcp",
    event: {
      type: "listen-failed",
      time: 1,
      address,
      port: udpPort(),
      code: "EADDRINUSE",
      role: "pxe",
      interfaceName: "eth0",
    },
  });
  expect(pxe).toMatchObject({ scope: "dhcp", event: "dhcp.interface-failed", fields: { interface: "eth0" } });
  expect(pxe.message).toMatch(own);
});

test("an address that went away, a right that is missing: what to do stands there as at a start", async () => {
  const failed = (code: string) =>
    recordOf({ kind: "tftp", event: { type: "listen-failed", time: 1, address: "192.0.2.1", port: 69, code } });
  expect((await failed("EADDRNOTAVAIL")).message).toBe(
    "cannot bind UDP port 69 (tftp) on 192.0.2.1: no interface has this address. Bootlace keeps trying",
  );
  expect((await failed("EACCES")).message).toContain("CAP_NET_BIND_SERVICE");
});
