import { expect, test } from "vitest";
import { whatIsSaid } from "../src/recorded-log.ts";

test("what differs from boot to boot is left out, and the rest stays", () => {
  const log = [
    '2026-11-25 16:13:28.900 info  tftp     192.168.11.58 "ldlinux.c32": 119524 bytes in 0.030 s, 4.0 MB/s (blksize 1408)',
    '2026-11-25 17:00:00.000 info  tftp     192.168.11.73 "ldlinux.c32": 7 bytes in 1 s, 7 B/s (blksize 1408, 2 sent again)',
    '2026-11-25 17:00:00.000 info  tftp     192.168.11.73 "pxelinux.cfg/C0A80B4": not found',
    "                        option 54 serverIdentifier (4): 192.168.11.109",
  ];
  expect(whatIsSaid(log.join("\n"))).toEqual([
    'info  tftp     client "ldlinux.c32": bytes in time (blksize 1408)',
    'info  tftp     client "pxelinux.cfg/C0A80B": not found',
    log[3],
  ]);
});
