import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { buildHomeLan, ROUTER } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { MinimalRoot } from "../minimal-root.ts";
import { CLONE, rootWithNode } from "../npm/node-root.ts";
import { packAll } from "../npm/tarballs.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { blocksOf, commandsUnder } from "../readme.ts";
import { bootRows } from "../record/rows.ts";
import { beAClient } from "../serves-a-client.ts";

const UNIT = "etc/systemd/system/bootlace.service";
const LINK = "etc/systemd/system/multi-user.target.wants/bootlace.service";

export const npmInDebian: Scenario = {
  name: "npm-in-debian",
  proves:
    "the README's commands for npm, in a minimal Debian with Node.js and no network, boot a machine to memtest86+",
  rows: bootRows("By the pages", "SeaBIOS, iPXE ROM, e1000", {
    "page-readme-npm": "the README's commands for npm, in a minimal Debian: pxelinux.0 → its menu → memtest86+",
  }),
  async run(lab) {
    const readme = readFileSync("README.md", "utf8");
    const [packages = ""] = commandsUnder(readme, "From zero to memtest86+");
    const block = blocksOf(readme).find(({ text }) => text.includes("npm install -g"))?.text ?? "";
    const [pack, ...typed] = block.split("\n").filter((line) => line !== "");
    must(pack === "npm run pack", `the README begins with another step: ${pack}`);
    must(packages.startsWith("apt-get install "), `the README does not begin with packages: ${packages}`);

    const home = await buildHomeLan(lab);
    const { lan, bootServer } = home;
    const { netns } = bootServer;
    await runOk(lab, netns, locate("ip"), ["route", "add", "default", "via", ROUTER]);
    const root = await rootWithNode(lab, await packAll(lab));
    must(!existsSync(join(root.folder, "usr/bin/node")), "the minimal Debian has a Node.js");
    root.plant(...packages.split(" ").slice(2));

    const last = typed.pop() ?? "";
    for (const line of typed) {
      const said = await root.type(netns, `/${CLONE}`, line);
      lab.proof(`${line.replace(/ *#.*/, "")}: ${/.*(added|x86-bios).*/.exec(said)?.[0].trim()}`);
    }
    const config = /--config (\S+)/.exec(last)?.[1] ?? "";
    lab.proof((await root.type(netns, "/root", `bootlace check ${config}`)).trim());

    lab.proof(await completes(root, netns));

    const program = await service(lab, root, netns, last);
    const bootlace = await startBootlace(lab, bootServer, { program });
    await beAClient(lab, home, bootlace);
    const machine = await startBios(lab, lan, { mac: "52:54:00:ae:00:1d" });
    await machine.output.until(/Automatic boot in \d+ seconds/, 180);
    // A person chooses memtest86+ for the screen; the lab reads the serial line.
    machine.write("s\r");
    lab.row("page-readme-npm", (await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180))[0], machine.age());
    const files = ["pxelinux.0", "ldlinux.c32", "pxelinux.cfg/default", "memtest"].map((name) => `pxelinux/${name}`);
    const boot = { mac: "52:54:00:ae:00:1d", architecture: "x86-bios", bootFile: "pxelinux/pxelinux.0", files };
    await bootlace.mustTell(boot);
    await bootlace.stop();
    await root.type(netns, "/", "npm uninstall -g bootlace");
    must(!existsSync(join(root.folder, "usr/local/bin/bootlace")), "npm uninstall left the command behind");
  },
};

/** A word, as the TAB key of a bash finds it there, and what it must offer. */
const COMPLETED: readonly (readonly [words: string, offered: string])[] = [
  ["se", "serve"],
  ["check ''", ""],
  ["serve --config ''", ""],
  ["serve --interface et", "eth0"],
  ["explain --arch x64-uefi-", "x64-uefi-http"],
  ["explain --arch = x64-uefi-", "x64-uefi-http"],
  ["check --no", "--no-files"],
  ["import ''", "dnsmasq"],
  ["import dnsmasq ''", ""],
  ["help relo", "reload"],
];

/** The script of `bootlace completion bash`, in a bash: what is not offered is left to readline, which completes files. */
async function completes(root: MinimalRoot, netns: string): Promise<string> {
  const lines = COMPLETED.map(
    ([words]) =>
      `COMP_WORDS=(bootlace ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _bootlace; echo "\${COMPREPLY[*]}"`,
  );
  writeFileSync(join(root.folder, "tab.bash"), `bootlace() { :; }\nsource /completion.bash\n${lines.join("\n")}\n`);
  await root.type(netns, "/", "bootlace completion bash > /completion.bash");
  const offered = (await root.type(netns, "/", "mount -t sysfs sys /sys && bash /tab.bash")).split("\n");
  for (const [index, [words, wanted]] of COMPLETED.entries()) {
    must(offered[index] === wanted, `bash completes "bootlace ${words}" to "${offered[index]}", not to "${wanted}"`);
  }
  return `bash completes ${COMPLETED.length} words`;
}

/**
 * Makes a service by the README's line. Nothing starts services in a minimal Debian, and Bootlace says so; as for a
 * folder that will be a machine, it writes the unit. Gives what the unit starts.
 */
async function service(lab: Lab, root: MinimalRoot, netns: string, line: string) {
  const refused = await root.run(netns, "/bin/sh", "-ec", line);
  const why = "found neither systemd nor OpenRC";
  must(refused.code === 4 && refused.stderr.includes(why), `${line} ended with ${refused.code}: ${refused.stderr}`);
  const call = line.replace(/ *#.*/, "");
  const printed = await root.type(netns, "/", `${call} --systemd --print`);
  await root.type(netns, "/", `${call} --systemd --root /`);
  must(readFileSync(join(root.folder, UNIT), "utf8") === printed, "the unit is not the one that --print shows");
  must(lstatSync(join(root.folder, LINK)).isSymbolicLink(), "the unit is not enabled");
  const [command = "", ...words] = /^ExecStart=(.*) serve\b/m.exec(printed)?.[1]?.split(" ") ?? [];
  must(words[0] === "/usr/local/bin/bootlace", `the unit starts ${command} ${words.join(" ")}`);
  await root.type(netns, "/", "bootlace install-service --uninstall --systemd --root /");
  for (const path of [UNIT, LINK]) {
    must(lstatSync(join(root.folder, path), { throwIfNoEntry: false }) === undefined, `${path} is left behind`);
  }
  lab.proof(`${call}: ${refused.stderr.trim().split("\n").join(" ")}; with --root: written, enabled, uninstalled`);
  const folder = /--config (\S+)\/[^/]+$/.exec(call)?.[1] ?? "";
  return root.program(folder, command, ...words);
}
