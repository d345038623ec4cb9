import { expect, test } from "vitest";
import { whatIsSaid } from "../src/recorded-log.ts";

test("what differs from boot to boot is left out, and the rest stays", () => {
  const log = [
    "2026-11-25 16:13:28.900 52:54:00:12:34:56 TFTP ldlinux.c32: 120 kB in 30 ms, 4.0 MB/s",
    "2026-11-25 17:00:00.000 52:54:00:12:34:56 TFTP ldlinux.c32: 7 bytes in 1.0 s, 7 bytes/s, 2 sent again",
    "2026-11-25 17:00:00.000 192.168.11.73 TFTP memtest: not found",
    "                        x86-bios    pxelinux/pxelinux.0",
  ];
  expect(whatIsSaid(log.join("\n"))).toEqual([
    "52:54:00:12:34:56 TFTP ldlinux.c32: size in time",
    "client TFTP memtest: not found",
    log[3],
  ]);
});
