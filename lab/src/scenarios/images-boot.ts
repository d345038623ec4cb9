import { linkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { IMAGE_BOOTS, type ImageBoot, type ImageBootKind, imageRow } from "../discs/boots.ts";
import { readyImage } from "../discs/offered.ts";
import { runImage } from "../discs/run-images.ts";
import { buildHomeLan } from "../home-lan.ts";
import { eventually, inLanes, type Lab, type Scenario } from "../lab.ts";
import { MEMTEST } from "../memtest.ts";
import type { Switch } from "../namespaces.ts";
import { startBios, startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";

const KINDS: Readonly<Record<ImageBootKind, string>> = {
  live: "live-boot runs Debian live systems, and those with the layouts of its relatives, from inside disc images",
  dracut: "dracut's livenet runs systems with the layouts of Fedora, Void and Leap 16 from inside disc images",
  imitated: "initrds that do the fetch and mount steps of archiso, casper and others find their roots in disc images",
  drives: "memtest86+, GRUB and iPXE start from their disc images: as programs inside, by memdisk and by sanboot",
};

/** A boot of a scenario, with the Ethernet address of its machine. */
type Numbered = ImageBoot & { readonly mac: string };

export const imagesBoots: readonly Scenario[] = (Object.keys(KINDS) as ImageBootKind[]).map((kind, at) => {
  const boots = IMAGE_BOOTS[kind].map((boot: ImageBoot, number): Numbered => {
    return { ...boot, mac: `52:54:00:ae:2${at}:${number.toString(16).padStart(2, "0")}` };
  });
  return {
    name: `images-${kind}`,
    proves: KINDS[kind],
    rows: boots.map(imageRow),
    parts: boots.map(({ id }) => id),
    run: (lab) =>
      bootAll(
        lab,
        boots.filter(({ id }) => lab.part(id)),
      ),
  };
});

async function bootAll(lab: Lab, boots: readonly Numbered[]): Promise<void> {
  const { lan, bootServer } = await buildHomeLan(lab);
  const folder = join(lab.folder, bootServer.role, "boot/images");
  mkdirSync(folder, { recursive: true });
  const names = [...new Set(boots.map(({ image }) => image))];
  for (const name of names) linkSync(await runImage(lab, bootServer, name), join(folder, `${name}.iso`));
  const yaml = yamlOf(boots);
  const tree: BootTree = { "snponly.efi": { piece: "snponly" }, memdisk: { piece: "memdisk" } };
  const bootlace = await startBootlace(lab, bootServer, { yaml, tree });
  for (const name of names) lab.proof(await readyImage(lab, bootlace, name));
  // Two at once: a machine is emulated by one core.
  await inLanes(2, boots, (boot) => bootsFrom(lab, lan, bootlace, boot));
}

/** iPXE goes to the script of one image; UEFI firmware gets iPXE first. */
function yamlOf(boots: readonly Numbered[]): string {
  const rules = boots.map(({ mac, image }) => `  - when: { firmware: ipxe, mac: "${mac}" }\n    image: ${image}\n`);
  return `root: ./boot
boot:
${rules.join("")}  - file: snponly.efi
images:
  settings:
    memtest86plus: { arguments: "console=ttyS0,115200" }
`;
}

async function bootsFrom(lab: Lab, lan: Switch, bootlace: Bootlace, boot: Numbered): Promise<void> {
  const { id, mac, firmware, memory, first, until } = boot;
  const options = { mac, name: `${firmware}-${mac.slice(-2)}`, memory, nic: "virtio-net-pci" };
  const machine = await (firmware === "bios"
    ? startBios(lab, lan, options)
    : startUefi(lab, lan, { ...options, screen: until === MEMTEST }));
  if (first !== undefined) await machine.output.until(first, 420);
  const [shown] = await machine.output.until(until, 420);
  lab.row(id, shown, machine.age());
  const file = await eventually(lab, `${id}: its root in the log`, 10, () => rootFetched(bootlace, mac, boot));
  lab.proof(`${id}: fetched ${file}`);
  await machine.stop("SIGKILL");
}

function rootFetched(bootlace: Bootlace, mac: string, { image, root }: ImageBoot): string | undefined {
  const isRoot = (file: string) =>
    root === "initrd"
      ? /\+[a-z0-9-]+\.initrd$/.test(file)
      : file === (root === "iso" ? `images/${image}.iso` : `images/${image}/${root}`);
  const done = bootlace
    .records()
    .find(({ event, mac: whose, file }) => event === "http.done" && whose === mac && isRoot(String(file)));
  return done === undefined ? undefined : `${String(done.file)}, ${String(done.bytes)} bytes`;
}
