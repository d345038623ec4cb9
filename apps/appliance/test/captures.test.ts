import type { BootPlan, Choose } from "@bootlace/proxy-dhcp";
import { expect, test } from "vitest";
import { replay } from "./helpers/replay.ts";

const file = (name: string, more: Partial<BootPlan> = {}): BootPlan => ({ kind: "boot", file: name, ...more });
const pxelinux = file("pxelinux/pxelinux.0", { form: "server" });
const url = (path: string): BootPlan => ({ kind: "boot", url: `http://{address}:8080/${path}` });
const chained: Choose = ({ firmware }) =>
  firmware === "ipxe" ? file("ipxe/boot.ipxe", { form: "server" }) : file("ipxe/snponly.efi", { form: "server" });

/** Real clients against the verdict their boot gets, the primary one first. */
const table: readonly (readonly [string, BootPlan | Choose, readonly string[]])[] = [
  ["01-bios-e1000-pxelinux-memtest", pxelinux, ["delivered likely", "B11 certain"]],
  [
    "02a-uefi-x64-syslinux",
    file("efi64/syslinux.efi", { form: "server" }),
    ["delivered likely", "B07 certain", "B11 certain"],
  ],
  [
    "02b-uefi-x64-shim-grub-debian",
    file("debian-installer/amd64/bootnetx64.efi", { form: "server" }),
    ["unclear likely", "B07 certain", "B11 certain"],
  ],
  ["02c-uefi-x64-snponly-userclass-script", chained, ["delivered likely", "B07 certain"]],
  ["03e-uefi-x64-http-shim-grub", url("debian-installer/amd64/bootnetx64.efi"), ["unclear likely", "B11 certain"]],
  [
    "04a-uefi-arm64-shim-grub-router-nextserver",
    file("debian-installer/arm64/bootnetaa64.efi", { form: "server" }),
    ["delivered likely", "B07 certain", "B11 certain"],
  ],
  // dnsmasq had offered a menu here, and this plan has none: the item is not served.
  ["06a-bios-external-tftp-17", pxelinux, ["unanswered certain"]],
  [
    "06b-uefi-external-tftp-17",
    file("efi64/syslinux.efi", { form: "server", server: "192.168.11.17" }),
    ["unclear certain"],
  ],
  ["07a-uboot-arm64-dhcp-proxy", file("x"), ["delivered likely", "B11 certain"]],
  ["08a-relay-isc-bios-srvside", pxelinux, ["delivered guess", "B11 certain"]],
  ["09a-two-proxies-bios", pxelinux, ["delivered guess", "B16 certain", "B11 certain"]],
  [
    "03c-uefi-http-dnsmasq-default-silent",
    () => ({ kind: "ignore", reason: "the client boots by HTTP, and no HTTP server runs here" }),
    ["B10 certain"],
  ],
];

test.each(table)("%s", (name, plan, expected) => {
  const { verdicts, boots } = replay(name, plan);
  expect(verdicts).toEqual(expected);
  expect(boots).toHaveLength(1);
});

test("a boot is reported step by step", () => {
  const { kinds, boot, reached } = replay("01-bios-e1000-pxelinux-memtest", pxelinux);
  expect(kinds.slice(0, 6)).toEqual(["discover", "offer", "lease", "pxe-request", "silence", "file"]);
  expect(boot).toMatchObject({ mac: "52:54:00:ae:00:01", address: "192.168.11.55", arch: "x86-bios", bytes: 306_402 });
  expect(reached).toEqual(["delivered likely"]);
  const roles = boot?.steps.flatMap((step) => (step.kind === "file" ? [step.role] : []));
  expect(roles).toEqual(["boot-file", "module", ...Array(9).fill("config"), "config", "kernel"]);
});

test("iPXE's second DISCOVER belongs to the boot that loaded it", () => {
  const { boot } = replay(
    "01d-bios-undionly-chain",
    file("ipxe/undionly.kpxe", { form: "server", allowIpxeChain: true }),
  );
  expect(boot?.steps.filter(({ kind }) => kind === "discover")).toHaveLength(2);
  expect(boot?.steps.filter(({ kind }) => kind === "file")).toHaveLength(2);
});

test("a chain loop that was broken, as the ROM that is iPXE sees it", () => {
  const { verdicts } = replay("01d-bios-undionly-chain", file("ipxe/undionly.kpxe"));
  expect(verdicts).toEqual(["B13 certain"]);
});
