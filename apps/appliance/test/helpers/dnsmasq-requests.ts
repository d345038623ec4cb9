import type { RequestDescription } from "../../src/policy/boot-request.ts";

const macs = { stranger: "00:16:3e:00:00:09", ignored: "52:54:00:00:00:01", known: "52:54:00:00:00:02" };

function request(mac: string, arch: number, more: Partial<RequestDescription> = {}): RequestDescription {
  return { mac, arch, ...more };
}

/** The clients that each example is tried with. */
export const dnsmasqRequests: readonly RequestDescription[] = [
  ...[0, 6, 7, 9, 11, 16].map((arch) => request(macs.stranger, arch)),
  request(macs.known, 0),
  request(macs.known, 7),
  request(macs.ignored, 0),
  request("52:54:00:00:00:03", 0),
  request(macs.stranger, 0, { userClass: ["iPXE"] }),
  request(macs.stranger, 7, { userClass: ["iPXE"] }),
  request(macs.stranger, 7, { vendorClass: "MSFT 5.0" }),
];

/** Boot server types a client may ask for after it was shown a menu. */
export const askedTypes = [0x8000, 0x8001, 0x8002, 0x8003] as const;
