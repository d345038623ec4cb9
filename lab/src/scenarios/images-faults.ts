import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { makeImage } from "../discs/make-image.ts";
import { readyImage } from "../discs/offered.ts";
import { runImage } from "../discs/run-images.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { bootlace as command } from "../init.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";

/** ECMA-119 §9.1: from the start of a directory record to the extent and to the name of its file. */
const RECORD = { extent: 2, name: 33 } as const;

/** What is wrong with an image, and what people must be told of it. */
const WRONG: Readonly<Record<string, { readonly code: string; readonly tells: RegExp }>> = {
  short: { code: "beyond-end", tells: /truncated/ },
  foreign: { code: "not-an-image", tells: /neither ISO 9660 nor UDF/ },
  hostile: { code: "beyond-end", tells: /vmlinuz/ },
};

export const imagesFaults: Scenario = {
  name: "images-faults",
  proves: "a truncated, a foreign and a hostile image give their reasons in log, menu, command line and API",
  async run(lab) {
    const { bootServer } = await buildHomeLan(lab);
    const folder = join(lab.folder, bootServer.role, "boot/images");
    mkdirSync(folder, { recursive: true });
    const place = (name: string) => join(folder, `${name}.iso`);
    const good = await runImage(lab, bootServer, "archlinux");
    copyFileSync(good, place("arch"));
    copyFileSync(good, place("short"));
    truncateSync(place("short"), 8 * 1024 * 1024);
    writeFileSync(place("foreign"), "Not found: the page that a browser saved as an image\n".repeat(4096));
    await makeHostile(lab, bootServer, place("hostile"));
    const server = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n" });
    lab.proof(await readyImage(lab, server, "arch"));
    const listed = await eventually(lab, "all images were looked into", 60, async () => {
      const answer = JSON.parse(await command(lab, bootServer, "images", "--json")) as Listed;
      return answer.images.length === 4 && answer.images.every(({ state }) => state !== "copying") ? answer : undefined;
    });
    const api = await fetched(lab, bootServer, "http://127.0.0.1:8067/api/v1/images");
    const text = await command(lab, bootServer, "images");
    // As an iPXE that has said what it runs on asks for it.
    const menu = await fetched(
      lab,
      bootServer,
      `http://${BOOT_SERVER}:8069/images/menu/pcbios,i386,1.21.1,,,,/menu.ipxe`,
    );
    for (const [name, { code, tells }] of Object.entries(WRONG)) {
      const row = listed.images.find(({ id }) => id === name);
      must(row?.state === "faulty" && row.fault?.code === code, `${name}: ${JSON.stringify(row)}`);
      const { detail } = row.fault;
      must(tells.test(detail), `${name}: the reason is "${detail}"`);
      const logged = server.records().find(({ event, id }) => event === "image.faulty" && id === name);
      must(String(logged?.msg).includes(detail), `${name}: the log says ${JSON.stringify(logged)}`);
      must(api.includes(JSON.stringify(detail).slice(1, -1)), `${name}: the API has no "${detail}"`);
      const shown = (where: string) => where.replace(/\s+/g, " ").includes(name);
      must(shown(text) && shown(menu), `${name} is not in the list or the menu:\n${text}\n${menu}`);
      must(text.replace(/\s+/g, " ").includes(detail), `${name}: the list has no "${detail}":\n${text}`);
      lab.proof(`${name}: ${detail}`);
    }
    must(/^item start-arch/m.test(menu), `the menu has no good image:\n${menu}`);
    must(
      !/^item .*(short|foreign|hostile)/m.test(menu.replace(/^item --gap.*$/gm, "")),
      `the menu offers a bad image:\n${menu}`,
    );
  },
};

interface Listed {
  readonly images: readonly {
    readonly id: string;
    readonly state: string;
    readonly fault?: { readonly code: string; readonly detail: string };
  }[];
}

/** A live system whose kernel is said to be where the image has ended long before. */
async function makeHostile(lab: Lab, host: Host, target: string): Promise<void> {
  const text = { text: "nothing" };
  const files = { "live/filesystem.squashfs": text, "live/vmlinuz": text, "live/initrd.img": text };
  await makeImage(lab, host, { label: "HOSTILE", files }, target);
  const bytes = readFileSync(target);
  const record = bytes.indexOf("VMLINUZ.;1") - RECORD.name;
  bytes.writeUInt32LE(0x7fffffff, record + RECORD.extent);
  bytes.writeUInt32BE(0x7fffffff, record + RECORD.extent + 4);
  writeFileSync(target, bytes);
}

async function fetched(lab: Lab, host: Host, url: string): Promise<string> {
  return (await runOk(lab, host.netns, locate("curl"), ["-sf", url])).stdout.toString();
}
