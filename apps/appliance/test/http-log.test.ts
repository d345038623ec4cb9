import type { HttpBootEvent, HttpBootRequest } from "@bootlace/http-boot";
import { describe, expect, it } from "vitest";
import { httpRecord } from "../src/log/http-log.ts";
import { createThrottle } from "../src/log/throttle.ts";

const client = { address: "192.168.11.50", port: 4321, localAddress: "192.168.11.109", localPort: 8069 };
const request: HttpBootRequest = {
  id: 7,
  time: 1,
  client,
  method: "GET",
  target: "/efi/bootx64.efi?a",
  file: "efi/bootx64.efi",
  userAgent: "UefiHttpBoot/1.0",
  mac: undefined,
};
const body = { time: 1, request, status: 200, bytes: 2_000_000, size: 2_000_000, range: undefined, ms: 20 };

function lineOf(event: HttpBootEvent, passes = createThrottle(60_000)): string {
  const record = httpRecord(event, passes);
  return record === undefined ? "" : `${record.level} ${record.scope} ${record.event}: ${record.message}`;
}

describe("the log of the boot file listener", () => {
  it.each<[HttpBootEvent, string]>([
    [
      { type: "done", confirmed: true, ...body },
      'info http http.done: 192.168.11.50 "efi/bootx64.efi": 2000000 bytes in 0.020 s, 100.0 MB/s',
    ],
    [
      { type: "done", confirmed: true, ...body, status: 206, bytes: 10, range: { first: 5, last: 14 } },
      'info http http.done: 192.168.11.50 "efi/bootx64.efi": 10 bytes in 0.020 s, 0.5 kB/s, bytes 5 to 14 of 2000000',
    ],
    [
      { type: "done", confirmed: true, ...body, bytes: 0, request: { ...request, method: "HEAD" } },
      'debug http http.head: 192.168.11.50 "efi/bootx64.efi": size requested, 2000000 bytes',
    ],
    [
      { type: "done", confirmed: true, ...body, bytes: 0, status: 304 },
      'debug http http.not-modified: 192.168.11.50 "efi/bootx64.efi": not modified, the client has it',
    ],
    [
      { type: "aborted", ...body, bytes: 5, reason: "client-closed", detail: undefined },
      'info http http.aborted: 192.168.11.50 "efi/bootx64.efi": stopped after 5 of 2000000 bytes: the client closed the connection',
    ],
    [
      { type: "aborted", ...body, bytes: 5, reason: "io-failed", detail: "EIO" },
      'error http http.aborted: 192.168.11.50 "efi/bootx64.efi": stopped after 5 of 2000000 bytes: the file could not be read ("EIO")',
    ],
    [
      { type: "refused", time: 1, client, request, reason: "missing", status: 404, detail: undefined },
      'info http http.not-found: 192.168.11.50 "efi/bootx64.efi": not found',
    ],
    [
      { type: "refused", time: 1, client, request, reason: "malformed-range", status: 416, detail: "bytes=u-u: why" },
      'warn http http.refused: 192.168.11.50 "efi/bootx64.efi": the range cannot be read ("bytes=u-u: why")',
    ],
    [
      { type: "refused", time: 1, client, request: undefined, reason: "malformed", status: 400, detail: "HPE_X" },
      'warn http http.refused: 192.168.11.50: the request cannot be read ("HPE_X")',
    ],
    [{ type: "start", ...body }, 'debug http http.start: 192.168.11.50 "efi/bootx64.efi": sending 2000000 bytes'],
    [
      { type: "progress", time: 1, request, bytes: 5, total: 10, ms: 1 },
      'debug http http.progress: 192.168.11.50 "efi/bootx64.efi": 5 of 10 bytes',
    ],
    [
      { type: "listening", time: 1, address: "127.0.0.1", port: 8069 },
      "info http http.listening: listening on 127.0.0.1 port 8069",
    ],
    [
      { type: "unlistening", time: 1, address: "127.0.0.1", port: 8069 },
      "debug http http.unlistening: no longer on 127.0.0.1 port 8069",
    ],
  ])("%j", (event, line) => expect(lineOf(event)).toBe(line));

  it("says nothing of a stop, of which the daemon says enough", () => {
    expect(httpRecord({ type: "stopped", time: 1 }, createThrottle(60_000))).toBeUndefined();
  });

  it("reports every missing file, and the same refusal of a client once a minute", () => {
    const passes = createThrottle(60_000);
    const refused = { type: "refused", client, request, status: 404, detail: undefined } as const;
    const levels = [0, 1, 59_999, 60_001].map((time) =>
      httpRecord({ ...refused, time, reason: "outside-root" }, passes),
    );
    expect(levels.map((record) => record?.level)).toEqual(["warn", "debug", "debug", "warn"]);
    const missing = [0, 1].map((time) => httpRecord({ ...refused, time, reason: "missing" }, passes)?.level);
    expect(missing).toEqual(["info", "info"]);
  });

  it("escapes what the client sent", () => {
    const file = "a\u001b[2J\n.efi";
    const line = lineOf({ type: "done", confirmed: true, ...body, request: { ...request, file } });
    expect(line).toContain('"a\\x1b[2J\\x0a.efi"');
  });
});
