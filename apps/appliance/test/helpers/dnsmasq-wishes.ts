import type { RequestWish } from "../../src/policy/boot-request.ts";

const macs = { stranger: "00:16:3e:00:00:09", ignored: "52:54:00:00:00:01", known: "52:54:00:00:00:02" };

function wish(mac: string, arch: number, more: Partial<RequestWish> = {}): RequestWish {
  return { mac, arch, ...more };
}

/** The clients that each example is tried with. */
export const dnsmasqWishes: readonly RequestWish[] = [
  ...[0, 6, 7, 9, 11, 16].map((arch) => wish(macs.stranger, arch)),
  wish(macs.known, 0),
  wish(macs.known, 7),
  wish(macs.ignored, 0),
  wish("52:54:00:00:00:03", 0),
  wish(macs.stranger, 0, { userClass: ["iPXE"] }),
  wish(macs.stranger, 7, { userClass: ["iPXE"] }),
  wish(macs.stranger, 7, { vendorClass: "MSFT 5.0" }),
];

/** Boot server types a client may ask for after it was shown a menu. */
export const askedTypes = [0x8000, 0x8001, 0x8002, 0x8003] as const;
