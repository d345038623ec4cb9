import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { blockInput } from "../firewall.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import { startUefi, type UefiOptions } from "../qemu.ts";
import { type BootTree, UEFI_SYSLINUX } from "../tree.ts";
import { type ExpectedVerdict, verdictTold } from "../verdicts.ts";

const mac = (last: number) => `52:54:00:ae:02:0${last}`;

export const failuresUefi: Scenario = {
  name: "failures-uefi",
  proves:
    "what keeps a UEFI machine from booting gets the right verdict: firewall, wrong program, Secure Boot, no HTTP",
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: TREE });
    writeFileSync(join(bootlace.folder, "boot/other.efi"), programFor(0xaa64));

    /** Boots a machine until the verdict on it is in the log. */
    const expectVerdict = async (
      last: number,
      expected: Omit<ExpectedVerdict, "mac">,
      options: Omit<UefiOptions, "mac"> & { readonly says?: RegExp } = {},
    ) => {
      const { says, ...more } = options;
      const machine = await startUefi(lab, lan, { mac: mac(last), name: `uefi-${last}`, ...more });
      if (says !== undefined) await machine.output.until(says, 150);
      await verdictTold(lab, bootServer, bootlace, { mac: mac(last), ...expected });
      await machine.stop("SIGKILL");
    };

    const noPxe = await blockInput(lab, bootServer, "udp dport 4011 drop");
    await expectVerdict(1, { verdict: "B04", confidence: ["likely"], seconds: 150 });
    await noPxe.lift();
    await expectVerdict(2, { verdict: "B12", confidence: ["certain"], seconds: 60 }, { says: /Boot0001.*Unsupported/ });
    const refused = { firmware: "secure" as const, says: /Boot0001.*Access Denied/ };
    await expectVerdict(3, { verdict: "B12", confidence: ["likely"], seconds: 60 }, refused);
    // What Microsoft's key has signed runs. Debian's GRUB then asks the router, which serves nothing.
    const signed = { firmware: "secure" as const, says: /Welcome to GRUB!/ };
    await expectVerdict(6, { verdict: "unclear", confidence: ["likely"], seconds: 120 }, signed);
    const noHttp = await blockInput(lab, bootServer, "iifname eth0 tcp dport 8069 reject with tcp reset");
    await expectVerdict(4, { verdict: "B14", confidence: ["likely"], seconds: 200 }, { http: true });
    await noHttp.lift();
    await expectVerdict(5, { verdict: "B10", confidence: ["certain"], seconds: 150 }, { http: true });
  },
};

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
  - when: { arch: [x64-uefi, x64-uefi-http] }
    file: efi/syslinux.efi
`;
