import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { run } from "../processes.ts";
import { startUefi } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import { BIOS_MEMTEST, type BootTree, plantTree, UEFI_SYSLINUX } from "../tree.ts";

const MAC = "52:54:00:ae:00:51";

/** The same loader in two folders: which one was booted is seen by the files that were asked for. */
const TREE: BootTree = {
  ...UEFI_SYSLINUX,
  ...Object.fromEntries(Object.entries(UEFI_SYSLINUX).map(([path, file]) => [path.replace("efi/", "once/"), file])),
};

const yaml = (file: string) => `root: ./boot
log: { level: debug }
boot:
  - name: uefi
    when: { arch: x64-uefi }
    file: ${file}
`;

export const nextBoot: Scenario = {
  name: "next-boot",
  proves: "bootlace next holds for one boot of OVMF, size probe included, then the rules decide again; reload, explain",
  rows: bootRows("UEFI x64", "OVMF, virtio-net", {
    "uefi-x64-next-boot": "what `bootlace next` said, once",
    "uefi-x64-after-next-boot": "the next boot: what the rules say",
  }),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: yaml("efi/syslinux.efi"), tree: TREE });
    const command = commandOn(lab, bootServer, bootlace);

    expectCode(await command("next", MAC, "--file", "once/syslinux.efi"), 0);
    const probes = await bootOnce(lab, lan, bootlace, "uefi-x64-next-boot", "once/syslinux.efi");
    must(probes > 0, "OVMF fetched the file without asking for its size first");
    must((await command("next")).stdout.includes("no one-time boots"), "the one-time boot was not used up");
    lab.proof(`first boot: once/syslinux.efi, ${probes} size probe`);
    await bootOnce(lab, lan, bootlace, "uefi-x64-after-next-boot", "efi/syslinux.efi");
    lab.proof("second boot: efi/syslinux.efi");

    writeFileSync(join(bootlace.folder, "bootlace.yaml"), yaml("once/syslinux.efi"));
    const reloaded = expectCode(await command("reload"), 0);
    must(reloaded.stdout.includes("boot[0].file"), `the reload does not report what changed: ${reloaded.stdout}`);
    const explained = expectCode(await command("explain", "--mac", MAC, "--arch", "x64-uefi"), 0);
    must(explained.stdout.includes('"once/syslinux.efi"'), explained.stdout);
    const status = expectCode(await command("status"), 0);
    must(status.stdout.startsWith("serving"), status.stdout);
    lab.proof(status.stdout.split("\n")[0] ?? "");
    await checkPxelinux(lab, bootServer, bootlace);
  },
};

interface Finished {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

type Command = (...words: string[]) => Promise<Finished>;

/** A command line on the boot server, in the folder of the daemon. */
function commandOn(lab: Lab, host: Host, { folder }: Bootlace): Command {
  const shell = 'cd "$1" && shift && exec "$@"';
  return async (...words) => {
    const line = ["-c", shell, "sh", folder, process.execPath, BOOTLACE_MAIN, ...words];
    const { code, stdout, stderr } = await run(lab, host.netns, "/bin/sh", line);
    return { code, stdout: String(stdout), stderr: String(stderr) };
  };
}

function expectCode(finished: Finished, code: number): Finished {
  must(finished.code === code, `exit code ${finished.code}, not ${code}: ${finished.stderr}${finished.stdout}`);
  return finished;
}

/** Boots the machine until the file has arrived. Gives the number of size probes for it. */
async function bootOnce(
  lab: Lab,
  lan: Parameters<typeof startUefi>[1],
  bootlace: Bootlace,
  row: string,
  file: string,
): Promise<number> {
  const before = bootlace.records().length;
  const machine = await startUefi(lab, lan, { mac: MAC, name: `uefi-${file.split("/")[0]}` });
  const seen = (event: string) =>
    bootlace
      .records()
      .slice(before)
      .filter((record) => record.event === event && record.file === file);
  await eventually(lab, `${file} in the log`, 180, () => (seen("tftp.done").length > 0 ? true : undefined));
  const [shown] = await machine.output.until(new RegExp(`NBP filename is ${file}`), 10);
  lab.row(row, shown, machine.age());
  await machine.stop("SIGKILL");
  return seen("tftp.probe").length;
}

/** The real PXELINUX and its module of one package are of one version; without the module the check fails. */
async function checkPxelinux(lab: Lab, host: Host, bootlace: Bootlace): Promise<void> {
  plantTree(join(bootlace.folder, "boot"), BIOS_MEMTEST);
  const command = commandOn(lab, host, bootlace);
  expectCode(await command("check"), 0);
  rmSync(join(bootlace.folder, "boot/pxelinux/ldlinux.c32"));
  const finished = expectCode(await command("check"), 1);
  must(finished.stdout.includes("error[T005] PXELINUX 6.04 stops without ldlinux.c32"), finished.stdout);
  lab.proof(finished.stdout.split("\n")[0] ?? "");
}
