// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import type { SourceClient } from "@bootlace/boot-source";
import { describe, expect, it } from "vitest";
import { inspect } from "../src/catalogue/contents/inspect.ts";
import { type MenuDeps, menuSource } from "../src/images/menu/menu-source.ts";
import { entryRow, readyRow, snapshotOf, uefiMachine, unreadyRow } from "./helpers/image-rows.ts";

const client: SourceClient = { address: "192.168.11.20", port: 2000, localAddress: "192.168.11.109", localPort: 8069 };
const efi = "efi,x86_64,2.0.0,00-00-00-00-ff-ff-1f-00,,,";
const base = "http://192.168.11.109:8069";

const rescue = entryRow({ id: "rescue", title: "Rescue", arguments: "boot=live single", isDefault: false });
const snapshot = snapshotOf(
  readyRow("debian", { entries: [entryRow(), rescue] }),
  readyRow("big", { title: "Big", memory: 16 * 1024 ** 3 }),
  readyRow("tails", { family: "tails", title: "Tails", way: "none", entries: [], limits: "it looks at disks only" }),
  unreadyRow("late"),
);

function sourceOf(changes: Partial<MenuDeps> = {}, images = snapshot) {
  const deps: MenuDeps = { factsOf: () => undefined, server: () => ({ httpPort: 8069, tftp: true }), ...changes };
  return menuSource(() => images, deps);
}

/** The text of a name; undefined if it is not served. */
async function textOf(name: string, source = sourceOf()): Promise<string | undefined> {
  const opened = await source.open(name, client);
  if (!opened.ok) return undefined;
  const bytes = new Uint8Array(opened.file.size);
  await opened.file.read(bytes, 0);
  return new TextDecoder().decode(bytes);
}

describe("the menu for iPXE", () => {
  it("asks iPXE first what it runs on", async () => {
    const smbios = [0, 1, 2, 3].map((number) => `\${smbios/${number}.19.4.8:hexhyp}`).join(",");
    const settings = `\${platform},\${buildarch},\${version:uristring},${smbios}`;
    const question = (name: string) =>
      `#!ipxe\nchain --replace --autofree ${base}/images/menu/${settings}/${name}.ipxe\n`;
    expect(await textOf("images/menu.ipxe")).toBe(question("menu"));
    expect(await textOf("/images//items.ipxe")).toBe(question("items"));
    expect(await textOf("images/debian.ipxe?mac=52:54:00:12:34:56")).toBe(question("start-debian"));
    expect(await textOf("images/debian+rescue.ipxe")).toBe(question("start-debian+rescue"));
    expect(await textOf("images/other.ipxe")).toContain("echo other: no such disc image here\n");
    for (const name of ["images/a b.ipxe", "images/other.txt", "other.ipxe"]) {
      expect(await textOf(name), name).toBeUndefined();
    }
  });

  it("has what can be started, and why the rest cannot", async () => {
    const folder = `${base}/images/menu/efi%2Cx86_64%2C2.0.0%2C00-00-00-00-ff-ff-1f-00%2C%2C%2C`;
    const script = `#!ipxe
menu Bootlace
item --gap -- Debian and its relatives
item --gap -- . Big: needs 16 GB, this machine has 2 GB
item start-debian+ - Debian GNU/Linux live 12
item --gap -- . Tails: it looks at disks only
item --gap -- Not ready
item --gap -- . late: still being copied
item --gap
item --key l local Boot from the local disk
choose --default local --timeout 30000 target || goto local
iseq \${target} local && goto local || goto image

:local
iseq \${platform} pcbios || exit 1
sanboot --no-describe --drive 0x80 ||
exit 1

:image
chain --autofree ${folder}/\${target}.ipxe ||
chain --replace --autofree ${folder}/again.ipxe
`;
    expect(await textOf(`images/menu/${efi}/menu.ipxe`)).toBe(script);
    // After something that did not start, nothing starts by itself.
    expect(await textOf(`images/menu/${efi}/again.ipxe`)).toBe(script.replace(" --timeout 30000", ""));
  });

  it("is known to its own reader as a menu with a time limit that goes on to the local disk", async () => {
    const facts = async (name: string) => {
      const bytes = new TextEncoder().encode(await textOf(`images/menu/${efi}/${name}.ipxe`));
      const { waits, starts, localBoot } = inspect(bytes, bytes.length, {
        path: name,
        isOwnHost: () => false,
        ownHttpPorts: [],
      });
      return { waits, starts, localBoot };
    };
    expect(await facts("menu")).toEqual({ waits: false, starts: "local", localBoot: true });
    expect(await facts("again")).toEqual({ waits: true, starts: "local", localBoot: true });
    expect(await facts("start-debian+")).toMatchObject({ waits: false, starts: "start-debian+live" });
  });

  it("is added to the menu of another script", async () => {
    const settings = () => ({ default: "debian/rescue", timeout: 5 });
    const items = await textOf(`images/menu/${efi}/items.ipxe`, sourceOf({ settings }));
    expect(items?.split("\n").slice(0, 3)).toEqual([
      "#!ipxe",
      `set images ${base}/images/menu/efi%2Cx86_64%2C2.0.0%2C00-00-00-00-ff-ff-1f-00%2C%2C%2C/`,
      "item --gap -- Debian and its relatives",
    ]);
    expect(items).toContain("\nset image start-debian+rescue\n");
    expect(await textOf("images/items.ipxe", sourceOf({}, snapshotOf()))).toContain("/items.ipxe");
    expect(await textOf(`images/menu/${efi}/items.ipxe`, sourceOf({}, snapshotOf()))).not.toContain("item ");
  });

  it("starts an image by kernel, initrd and shim", async () => {
    const script = `#!ipxe
echo Live system
imgfree
kernel ${base}/images/debian/live/vmlinuz initrd=initrd0 boot=live fetch=${base}/images/debian/live/filesystem.squashfs quiet || goto failed
initrd --name initrd0 ${base}/images/debian/live/initrd.img || goto failed
shim ${base}/images/debian/EFI/BOOT/BOOTX64.EFI ||
boot || goto failed
:failed
echo Live system did not start
prompt --timeout 15000 Press any key to continue ||
exit 1
`;
    expect(await textOf(`images/menu/${efi}/start-debian.ipxe`)).toBe(script);
    // The iPXE of Debian 12 has no such command, and on BIOS machines it does nothing.
    const old = await textOf(`images/menu/efi,x86_64,1.0.0%2Bgit-20190125,,,,/start-debian.ipxe`);
    expect(old).toBe(script.replace(/shim .*\n/, ""));
    expect(await textOf("images/menu/pcbios,i386,2.0.0,,,,/start-debian.ipxe")).toBe(old);
  });

  it("shows the entries of an image", async () => {
    const script = await textOf(`images/menu/${efi}/start-debian+.ipxe`);
    expect(script).toContain(
      "menu Debian GNU/Linux live 12\nitem start-debian+live Live system\nitem start-debian+rescue Rescue\n",
    );
    expect(script).toContain("choose --default start-debian+live --timeout 10000 target || exit 0\n");
    expect(await textOf(`images/menu/${efi}/start-debian+rescue.ipxe`)).toContain(" boot=live single || goto failed\n");
  });

  it("says why an image does not start, also one that a rule names", async () => {
    const text = (name: string) => textOf(`images/menu/${efi}/start-${name}.ipxe`);
    expect(await text("tails")).toBe(
      "#!ipxe\necho Tails: it looks at disks only\nprompt --timeout 15000 Press any key to continue ||\nexit 1\n",
    );
    expect(await text("big+live")).toContain("echo Big: needs 16 GB, this machine has 2 GB\n");
    expect(await text("late")).toContain("echo late: still being copied\n");
    expect(await text("gone")).toContain("echo gone: no such disc image here\n");
    expect(await text("debian+gone")).toContain("echo debian/gone: no such disc image here\n");
  });

  it("fetches by TFTP where iPXE has no HTTP", async () => {
    const factsOf = () => ({ ...uefiMachine, features: ["tftp"] });
    const source = sourceOf({ factsOf });
    expect(await textOf("images/menu.ipxe", source)).toContain("autofree tftp://192.168.11.109/images/menu/");
    const script = await textOf(`images/menu/${efi}/start-debian.ipxe`, source);
    expect(script).toContain(
      "kernel tftp://192.168.11.109/images/debian/live/vmlinuz initrd=initrd0 boot=live fetch=http:",
    );
  });

  it("escapes what a URL cannot have", async () => {
    const kernel = "live/vm linuz#1?x%20é'";
    const images = snapshotOf(readyRow("debian", { entries: [entryRow({ kernel })] }));
    expect(await textOf(`images/menu/${efi}/start-debian.ipxe`, sourceOf({}, images))).toContain(
      `kernel ${base}/images/debian/live/vm%20linuz%231%3Fx%2520%C3%A9%27 `,
    );
  });
});

describe("the menus for GRUB and PXELINUX", () => {
  it("include each image", async () => {
    const factsOf = () => ({ firmware: "bios", arch: 0 }) as const;
    expect(await textOf("images/menu.grub", sourceOf({ factsOf }))).toContain(`menuentry 'Big' --id 'image-big' {
  linux '/images/big/live/vmlinuz' 'boot=live' 'fetch=${base}/images/big/live/filesystem.squashfs' 'quiet'
  initrd '/images/big/live/initrd.img'
}
submenu 'Debian GNU/Linux live 12' --id 'image-debian' {
  menuentry 'Live system' --id 'image-debian+live' {
`);
    expect(await textOf("pxelinux/images/menu.pxelinux", sourceOf({ factsOf }))).toContain(`LABEL image-big
  MENU LABEL Big
  LINUX ::images/big/live/vmlinuz
  INITRD ::images/big/live/initrd.img
  APPEND boot=live fetch=${base}/images/big/live/filesystem.squashfs quiet
MENU BEGIN image-debian
  MENU TITLE Debian GNU/Linux live 12
  LABEL image-debian+live
`);
  });

  it("name the default of the config, and its time", async () => {
    const settings = () => ({ default: "debian/rescue", timeout: 5 });
    expect(await textOf("images/menu.grub", sourceOf({ settings }))).toContain(
      "\nset default='image-debian>image-debian+rescue'\nset timeout=5\n",
    );
    expect(await textOf("images/menu.pxelinux", sourceOf({ settings }))).toContain(
      "\nDEFAULT image-debian+rescue\nTIMEOUT 50\n",
    );
  });

  it("are there without images, so that including them never fails", async () => {
    const source = sourceOf({}, snapshotOf());
    expect(await textOf("images/menu.grub", source)).toBeDefined();
    expect(await textOf("images/menu.pxelinux", source)).toBeDefined();
    expect(await textOf(`images/menu/${efi}/menu.ipxe`, source)).toContain("item --gap -- no disc images\n");
  });

  it("are whole configurations where any image can be started", async () => {
    const source = sourceOf({ hasFile: (path) => path === "pxelinux/menu.c32" });
    expect(await textOf("pxelinux/pxelinux.cfg/default", source)).toMatch(
      /^UI menu.c32\nMENU TITLE Bootlace\nDEFAULT local\n/,
    );
    expect(await textOf("pxelinux.cfg/default", source)).toMatch(
      /^PROMPT 1\nSAY local: Boot from the local disk\nSAY image-big: Big/,
    );
    expect(await textOf("grub/grub.cfg", source)).toMatch(/^set default='local'\nset timeout=30\n/);
    const none = sourceOf({}, snapshotOf(unreadyRow("late")));
    for (const name of ["pxelinux.cfg/default", "grub.cfg"]) expect(await textOf(name, none), name).toBeUndefined();
    for (const name of ["pxelinux.cfg/01-52-54-00-12-34-56", "grub/grub.cfg-01", "boot.ipxe"]) {
      expect(await textOf(name, source), name).toBeUndefined();
    }
  });

  it("have no image that is not for this machine", async () => {
    const isFor = (id: string, address: string) => id === "debian" && address === client.address;
    const text = await textOf("images/menu.grub", sourceOf({ isFor }));
    expect(text).toContain("image-debian");
    expect(text).not.toContain("Tails");
  });
});
