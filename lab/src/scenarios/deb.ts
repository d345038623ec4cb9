import { copyFileSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { artefacts } from "../artefacts.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { copyRoot } from "../minimal-root.ts";
import { addHost, addSwitch, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run, runOk } from "../processes.ts";

const CONFIG = "etc/bootlace/bootlace.yaml";
const LINK = "etc/systemd/system/multi-user.target.wants/bootlace.service";
const MINE = "root: /srv/bootlace/boot\nlog:\n  level: debug\n";

export const deb: Scenario = {
  name: "deb",
  proves:
    "the package in a minimal Debian: install, upgrade, remove, purge; config and boot files are kept as they must",
  async run(lab) {
    const { debs } = await artefacts(lab);
    const host = await addHost(lab, "debian");
    await plugIn(host, await addSwitch(lab, "lan"), { addresses: [`${BOOT_SERVER}/24`] });
    const { netns } = host;
    const root = copyRoot(lab);
    const at = (path: string) => join(root.folder, path);
    // Links inside lead to files inside.
    const there = (path: string) => lstatSync(at(path), { throwIfNoEntry: false }) !== undefined;
    const ok = async (...words: [string, ...string[]]) => {
      const finished = await root.run(netns, ...words);
      must(
        finished.code === 0,
        `${words.join(" ")} exited with ${finished.code}: ${finished.stdout}${finished.stderr}`,
      );
      return `${finished.stdout}${finished.stderr}`;
    };
    const install = (name: string) => ok("dpkg", "--force-unsafe-io", "--install", `/${name}`);

    copyFileSync(debs.amd64, at("new.deb"));
    await otherPackage(lab, netns, debs.amd64, at("old.deb"), "0.0.9", (text) => text);
    await otherPackage(lab, netns, debs.amd64, at("newer.deb"), "9.9.9", (text) => `${text}# A new default.\n`);

    await install("old.deb");
    const version = await ok("bootlace", "version");
    lab.proof(`installed: ${version.trim()}`);
    must(there("srv/bootlace/boot"), "the boot root was not made");
    await ok("bootlace", "check", "--no-files", "/etc/bootlace/bootlace.yaml");
    must(there(LINK), "the service is not enabled");
    const group = await ok("getent", "group", "bootlace");
    must(/^bootlace:/.test(group), `the group that may use the socket of the API: ${group}`);
    must((await ok("cat", "/usr/share/doc/bootlace/copyright")).includes("The Bootlace authors"), "no copyright");

    writeFileSync(at(CONFIG), MINE);
    mkdirSync(at("srv/bootlace/boot/pxelinux"));
    writeFileSync(at("srv/bootlace/boot/pxelinux/pxelinux.0"), "mine");
    mkdirSync(at("var/lib/bootlace"));
    for (const name of ["boots.db", "next.json", "notes.txt"]) writeFileSync(at(`var/lib/bootlace/${name}`), "kept");
    // What systemctl disable does.
    rmSync(at(LINK));
    await install("new.deb");
    must(readFileSync(at(CONFIG), "utf8") === MINE, "the upgrade changed the config");
    must(!there(LINK), "the upgrade enabled a service that the administrator had disabled");
    lab.proof("upgraded: the changed config stays, a disabled service stays disabled");

    await ok("dpkg", "--force-unsafe-io", "--force-confold", "--install", "/newer.deb");
    must(readFileSync(at(CONFIG), "utf8") === MINE, "an upgrade with a new default changed the config");
    must(there(`${CONFIG}.dpkg-dist`), "the new default is not laid beside the config");
    lab.proof("upgraded to a new default: it lies beside the changed config");

    await ok("dpkg", "--remove", "bootlace");
    for (const path of ["usr/bin/bootlace", "lib/systemd/system/bootlace.service"]) {
      must(!there(path), `${path} is there after remove`);
    }
    must(readFileSync(at(CONFIG), "utf8") === MINE, "remove took the config");
    must(there("var/lib/bootlace/boots.db"), "remove took the history");
    lab.proof("removed: config, boot files and history stay");

    const said = await ok("dpkg", "--purge", "bootlace");
    must(!there("etc/bootlace"), "purge left the config");
    for (const name of ["boots.db", "next.json"]) must(!there(`var/lib/bootlace/${name}`), `purge left ${name}`);
    must(readFileSync(at("var/lib/bootlace/notes.txt"), "utf8") === "kept", "purge took a file of the user");
    must(there("srv/bootlace/boot/pxelinux/pxelinux.0"), "purge took the boot files");
    must(
      said.includes("/srv/bootlace/boot is not empty, so it was kept"),
      `purge does not name what was kept: ${said}`,
    );
    must(!there("etc/systemd/system/bootlace.service"), "purge left the service masked");
    lab.proof("purged: config and history are gone, files of the user stay, and it says so");

    await install("new.deb");
    must(there(LINK), "a new installation is not enabled");
    // A loader of one's own is kept, and its configuration is then one's own matter too.
    await ok("sh", "-c", "rm -r /srv/bootlace/boot/*");
    root.plant("pxelinux", "syslinux-common", "ipxe", "memtest86+");
    lab.proof(await fillsTheTree(ok));
    must(readFileSync(at(CONFIG), "utf8") !== MINE, "the config of the package is not the default one");
    await ok("sh", "-c", "rm -r /srv/bootlace/bootlace.yaml* /srv/bootlace/boot/* /var/lib/bootlace");
    await ok("dpkg", "--purge", "bootlace");
    must(!there("srv/bootlace"), "purge left an empty boot root");
    must((await ok("dpkg", "--audit")) === "", "dpkg has complaints");
    lab.proof("installed again and purged: nothing is left");

    await foreignPackage(lab, netns, debs.arm64);
  },
};

/** What the page about packages says: init fills the folder, and the service's own config serves it, iPXE included. */
async function fillsTheTree(ok: (...words: [string, ...string[]]) => Promise<string>): Promise<string> {
  const said = await ok("bootlace", "init", "--yes", "/srv/bootlace");
  must(said.includes(`cp --backup /srv/bootlace/bootlace.yaml /${CONFIG}`), `init does not say how to go on: ${said}`);
  const ask = (arch: string, ...more: string[]) =>
    ok("bootlace", "explain", "--mac", "52:54:00:12:34:56", "--arch", arch, "--config", `/${CONFIG}`, ...more);
  const bios = await ask("x86-bios");
  must(bios.includes('OFFER with "pxelinux/pxelinux.0"'), `a BIOS machine: ${bios}`);
  const uefi = await ask("x64-uefi");
  must(uefi.includes('OFFER with "ipxe/ipxe-x64.efi"'), `a UEFI machine: ${uefi}`);
  const ipxe = await ask("x64-uefi", "--user-class", "iPXE");
  must(ipxe.includes("ipxe/uefi.ipxe"), `iPXE on a UEFI machine: ${ipxe}`);
  await ok("cp", "--backup", "/srv/bootlace/bootlace.yaml", `/${CONFIG}`);
  must((await ok("bootlace", "check", `/${CONFIG}`)).includes("no errors"), "the config of init has errors there");
  must((await ask("x64-uefi", "--user-class", "iPXE")).includes("ipxe/uefi.ipxe"), "iPXE after the copy");
  await ok("mv", `/${CONFIG}~`, `/${CONFIG}`);
  return `init fills the folder of the service: ${ipxe.trim().split("\n")[0]}`;
}

/** The package with another version and another default config, to come from or to go to. */
async function otherPackage(
  lab: Lab,
  netns: string,
  source: string,
  target: string,
  version: string,
  change: (config: string) => string,
): Promise<void> {
  const folder = join(lab.folder, `package-${version}`);
  await runOk(lab, netns, locate("dpkgDeb"), ["--raw-extract", source, folder]);
  const control = join(folder, "DEBIAN/control");
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, `Version: ${version}`));
  writeFileSync(join(folder, CONFIG), change(readFileSync(join(folder, CONFIG), "utf8")));
  await runOk(lab, netns, locate("dpkgDeb"), ["--root-owner-group", "-Znone", "--build", folder, target]);
}

/** The package of the other machine cannot be installed here: what it holds and says, and that its program runs. */
async function foreignPackage(lab: Lab, netns: string, path: string): Promise<void> {
  const dpkgDeb = locate("dpkgDeb");
  const info = (await runOk(lab, netns, dpkgDeb, ["--field", path])).stdout.toString();
  for (const line of ["Package: bootlace", "Architecture: arm64"]) must(info.includes(line), `it does not say ${line}`);
  const folder = join(lab.folder, "arm64");
  await runOk(lab, netns, dpkgDeb, ["--raw-extract", path, folder]);
  await runOk(lab, netns, "/usr/bin/md5sum", ["--check", "--quiet", "DEBIAN/md5sums"], { cwd: folder });
  const said = await run(lab, netns, locate("userArm64"), [
    "-L",
    locate("arm64"),
    join(folder, "usr/bin/bootlace"),
    "version",
  ]);
  must(said.code === 0 && said.stdout.includes("linux arm64"), `its program says ${said.stdout}${said.stderr}`);
  lab.proof(`arm64: ${said.stdout.toString().trim()}`);
}
