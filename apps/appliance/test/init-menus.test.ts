// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import { expect, it } from "vitest";
import { inspect } from "../src/catalogue/contents/inspect.ts";
import { readPxelinuxConfig } from "../src/catalogue/contents/pxelinux.ts";
import { grubMenus, ipxeMenu, pxelinuxMenu } from "../src/init/menus.ts";

it("the menu of PXELINUX names files that are there, by a word that says what they are", () => {
  for (const menu of [true, false]) {
    const { text } = pxelinuxMenu("pxelinux", { menu, memtest: true });
    const { needs } = readPxelinuxConfig(text, { path: "pxelinux.cfg/default" });
    const files = needs.map(({ role, path }) => `${role} ${path}`);
    expect(files).toEqual([
      ...(menu ? ["module menu.c32"] : []),
      "kernel memtest",
      "kernel memtest",
      "config images/menu.pxelinux",
    ]);
  }
});

it("menus without disc images, of runs before there were any, count as unedited", () => {
  const notice = pxelinuxMenu("pxelinux", { menu: false, memtest: false }).text.split("\n").slice(0, 2);
  const pxelinux = ["PROMPT 1", "SAY local: Boot from the local disk", "DEFAULT local", "TIMEOUT 300", ""];
  const before = [...notice, ...pxelinux, "LABEL local", "  LOCALBOOT -1", ""].join("\n");
  expect(pxelinuxMenu("pxelinux", { menu: true, memtest: true }).earlier).toContain(before);
  const [grub] = grubMenus({ x64: true, ia32: true });
  const local = 'menuentry "Boot from the local disk" --hotkey=l { exit }';
  expect(grub?.earlier).toContain([...notice, "set default=0", "set timeout=30", local, ""].join("\n"));
  const ipxe = ipxeMenu({ x64: false, ia32: false });
  expect(ipxe.earlier).toContain(
    ["#!ipxe", ...notice, "", ":menu", "menu Bootlace", "item --key l local Boot from the local disk"]
      .concat("choose --default local --timeout 30000 target && goto ${target} || goto local", "", ":local")
      .concat("exit 1", "")
      .join("\n"),
  );
  expect(ipxe.earlier).not.toContain(ipxe.text);
});

it("the menu of iPXE is known to its own reader as one with a time limit that goes on to the local disk", () => {
  const bytes = new TextEncoder().encode(ipxeMenu({ x64: true, ia32: true }).text);
  const facts = inspect(bytes, bytes.length, { path: "ipxe/uefi.ipxe", isOwnHost: () => false, ownHttpPorts: [] });
  expect(facts).toMatchObject({ waits: false, starts: "local", localBoot: true });
  // The items of the images are a part of the menu, not what it goes on to.
  expect(facts.needs?.filter(({ name }) => name.includes("items.ipxe"))).toEqual([]);
});
