import { type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, type HomeLan } from "../home-lan.ts";
import { httpGaps } from "../http-log.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";

interface Kind {
  readonly firmware: "ia32" | "arm64";
  readonly mac: string;
  readonly row: string;
  readonly machine: string;
  readonly boots: string;
  readonly shows: RegExp;
  readonly files: readonly [string, ...string[]];
}

const GRUB = { boots: "URL in our offer → shim → GRUB, both by HTTP", shows: /Welcome to GRUB!/ } as const;

const KINDS: readonly Kind[] = [
  {
    firmware: "ia32",
    mac: "52:54:00:ae:11:01",
    row: "uefi-ia32-http-shim-grub",
    machine: "OVMF for ia32, virtio-net",
    ...GRUB,
    files: ["debian-installer/i386/bootnetia32.efi", "debian-installer/i386/grubia32.efi"],
  },
  {
    firmware: "arm64",
    mac: "52:54:00:ae:11:02",
    row: "uefi-arm64-http-shim-grub",
    machine: "AAVMF, virtio-net",
    ...GRUB,
    files: ["debian-installer/arm64/bootnetaa64.efi", "debian-installer/arm64/grubaa64.efi"],
  },
  {
    firmware: "arm64",
    mac: "52:54:00:ae:11:03",
    row: "uefi-arm64-http-linux",
    machine: "AAVMF, virtio-net",
    boots: "URL in our offer, by a rule → Linux for arm64, which is an EFI program itself",
    shows: /Linux version \S+/,
    files: ["linux.efi"],
  },
];

export const uefiOthersHttp: Scenario = {
  name: "uefi-others-http",
  proves: "32-bit OVMF and AAVMF boot by the URL of our offer: shim and GRUB by HTTP, and a kernel without a loader",
  rows: KINDS.map(({ row, machine, boots }) => ({ id: row, section: "UEFI HTTP Boot", machine, boots })),
  parts: KINDS.map(({ row }) => row),
  async run(lab) {
    const home = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, home.bootServer, { yaml: YAML, tree: TREE });
    const kinds = KINDS.filter(({ row }) => lab.part(row));
    await Promise.all(kinds.map((kind) => bootByHttp(lab, home, bootlace, kind)));
  },
};

async function bootByHttp(lab: Lab, { lan }: HomeLan, bootlace: Bootlace, kind: Kind): Promise<void> {
  const { firmware, mac, row, shows, files } = kind;
  const machine = await startUefi(lab, lan, { mac, name: row.replace(/^uefi-(.*)-http/, "$1"), http: true, firmware });
  const [shown] = await machine.output.until(shows, 300);
  lab.row(row, shown, machine.age());
  await eventually(lab, `the log of ${files.join(", ")}`, 5, () =>
    httpGaps(bootlace, files).length === 0 ? true : undefined,
  );
  const url = `http://${BOOT_SERVER}:8069/${files[0]}`;
  const offer = bootlace.records().find((record) => record.event === "dhcp.offer" && record.mac === mac);
  must(
    offer?.bootFile === url && offer.arch === `${firmware}-uefi-http`,
    `no offer of ${url}: ${JSON.stringify(offer)}`,
  );
  await machine.stop("SIGKILL");
}

const YAML = `root: ./boot
boot:
  - name: kernel without a loader
    when: { mac: "52:54:00:ae:11:03" }
    file: linux.efi
`;

const TREE: BootTree = {
  "debian-installer/i386/bootnetia32.efi": { piece: "ia32Shim" },
  "debian-installer/i386/grubia32.efi": { piece: "ia32Grub" },
  "debian-installer/arm64/bootnetaa64.efi": { piece: "arm64Shim" },
  "debian-installer/arm64/grubaa64.efi": { piece: "arm64Grub" },
  "linux.efi": { piece: "arm64Linux" },
};
