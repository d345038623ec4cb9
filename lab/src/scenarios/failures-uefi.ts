import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { blockInput } from "../firewall.ts";
import { buildHomeLan, ROUTER } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import type { Datagram } from "../pcap.ts";
import { startUefi, type UefiOptions } from "../qemu.ts";
import { type BootTree, UEFI_SYSLINUX } from "../tree.ts";
import { type ExpectedVerdict, verdictReported } from "../verdicts.ts";

const SECURE = { section: "UEFI x64", machine: "OVMF with Microsoft's keys, virtio-net" } as const;

const mac = (last: number) => `52:54:00:ae:02:0${last}`;

export const failuresUefi: Scenario = {
  name: "failures-uefi",
  proves:
    "what keeps a UEFI machine from booting gets the right verdict: firewall, wrong program, Secure Boot, no HTTP",
  rows: [
    {
      id: "uefi-x64-secure-unsigned",
      ...SECURE,
      boots: "Secure Boot enforced: syslinux.efi",
      cannot: "syslinux.efi is not signed, and the firmware refuses it.",
    },
    {
      id: "uefi-x64-secure-shim-unsigned",
      ...SECURE,
      boots: "Secure Boot enforced: signed shim → syslinux.efi in GRUB's place",
      cannot: "syslinux.efi is not signed, and shim refuses it.",
    },
    {
      id: "uefi-x64-grub-plain-router",
      ...SECURE,
      boots: "shim → GRUB → grub.cfg, beside a router that only gives addresses",
      cannot: "Debian's GRUB takes the server of its files from the router's answer, and the router serves none.",
    },
  ],
  async run(lab) {
    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: TREE });
    writeFileSync(join(bootlace.folder, "boot/other.efi"), programFor(0xaa64));

    /** Boots a machine until the verdict on it is in the log. */
    const expectVerdict = async (
      last: number,
      expected: Omit<ExpectedVerdict, "mac">,
      options: Omit<UefiOptions, "mac"> & { readonly says?: RegExp; readonly row?: string; readonly key?: string } = {},
    ) => {
      const { says, row, key, ...more } = options;
      const machine = await startUefi(lab, lan, { mac: mac(last), name: `uefi-${last}`, ...more });
      if (says !== undefined) {
        const [shown, words] = await machine.output.until(says, 180);
        if (row !== undefined) lab.row(row, words ?? shown, machine.age());
      }
      if (key !== undefined) machine.write(key);
      await verdictReported(lab, bootServer, bootlace, { mac: mac(last), ...expected });
      await machine.stop("SIGKILL");
    };

    const noPxe = await blockInput(lab, bootServer, "udp dport 4011 drop");
    await expectVerdict(1, { verdict: "B04", confidence: ["likely"], seconds: 150 });
    await noPxe.lift();

    const firmware = "secure";
    const refused = async () => {
      const unsupported = { says: /Boot0001.*Unsupported/ };
      await expectVerdict(2, { verdict: "B12", confidence: ["certain"], seconds: 60 }, unsupported);
      const byFirmware = { firmware, says: /Boot0001.*(Access Denied)/, row: "uefi-x64-secure-unsigned" } as const;
      await expectVerdict(3, { verdict: "B12", confidence: ["likely"], seconds: 60 }, byFirmware);
      // After the key shim asks for its key manager, and the firmware goes on.
      const byShim = { firmware, says: /Security Violation/, row: "uefi-x64-secure-shim-unsigned", key: "\r" } as const;
      await expectVerdict(7, { verdict: "B12", confidence: ["likely"], seconds: 90 }, byShim);
    };
    const askedElsewhere = async () => {
      // What Microsoft's key has signed runs. Debian's GRUB then asks the router, which serves nothing.
      await expectVerdict(
        6,
        { verdict: "unclear", confidence: ["likely"], seconds: 120 },
        { firmware, says: /Welcome to GRUB!/ },
      );
      const asked = filesAsked(await capture.datagrams(), ROUTER);
      must(asked.length > 0, `nobody asked ${ROUTER} for a file`);
      lab.row("uefi-x64-grub-plain-router", `TFTP RRQ to ${ROUTER}: ${asked[0]}`);
    };
    await Promise.all([refused(), askedElsewhere()]);
    const noHttp = await blockInput(lab, bootServer, "iifname eth0 tcp dport 8069 reject with tcp reset");
    await expectVerdict(4, { verdict: "B14", confidence: ["likely"], seconds: 200 }, { http: true });
    await noHttp.lift();
    await expectVerdict(5, { verdict: "B10", confidence: ["certain"], seconds: 150 }, { http: true });
  },
};

/** The names that TFTP read requests to a server carry (RFC 1350, section 5). */
function filesAsked(datagrams: readonly Datagram[], server: string): string[] {
  return datagrams
    .filter(({ destination, destinationPort }) => destination === server && destinationPort === 69)
    .flatMap(({ payload }) => {
      const bytes = Buffer.from(payload);
      return bytes.length > 2 && bytes.readUInt16BE() === 1 ? [bytes.toString("latin1", 2, bytes.indexOf(0, 2))] : [];
    });
}

/** syslinux with another machine in its PE header (PE format, section 3.3.1). */
function programFor(machine: number): Uint8Array {
  const bytes = readFileSync(locate("syslinuxX64"));
  bytes.writeUInt16LE(machine, bytes.readUInt32LE(0x3c) + 4);
  return bytes;
}

const TREE: BootTree = {
  ...UEFI_SYSLINUX,
  "signed/shimx64.efi": { piece: "shim" },
  "signed/grubx64.efi": { piece: "grubNet" },
  "unsigned/shimx64.efi": { piece: "shim" },
  "unsigned/grubx64.efi": { piece: "syslinuxX64" },
};

const YAML = `root: ./boot
boot:
  - when: { mac: "${mac(1)}" }
    file: efi/syslinux.efi
    form: server
  - when: { mac: "${mac(2)}" }
    file: other.efi
  - when: { mac: "${mac(5)}" }
    file: efi/missing.efi
  - when: { mac: "${mac(6)}" }
    file: signed/shimx64.efi
  - when: { mac: "${mac(7)}" }
    file: unsigned/shimx64.efi
  - when: { arch: [x64-uefi, x64-uefi-http] }
    file: efi/syslinux.efi
`;
