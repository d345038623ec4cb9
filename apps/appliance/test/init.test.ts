import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check } from "../src/cli/check.ts";
import { commandLine } from "./helpers/command-line.ts";
import { type DistributionName, distributions, plant } from "./helpers/distributions.ts";
import { contentsOf, type FileRow, machine, scratch } from "./helpers/init-system.ts";

const bios = (loader: string, modules: string) => ({
  "pxelinux/pxelinux.0": `${loader}/pxelinux.0`,
  "pxelinux/ldlinux.c32": `${modules}/ldlinux.c32`,
  "pxelinux/menu.c32": `${modules}/menu.c32`,
  "pxelinux/libutil.c32": `${modules}/libutil.c32`,
});
const efi64 = (folder: string) => ({
  "syslinux/efi64/syslinux.efi": `${folder}/syslinux.efi`,
  "syslinux/efi64/ldlinux.e64": `${folder}/ldlinux.e64`,
  "syslinux/efi64/menu.c32": `${folder}/menu.c32`,
  "syslinux/efi64/libutil.c32": `${folder}/libutil.c32`,
});

/** Where each copied file comes from. */
const expected: Readonly<Record<DistributionName, Readonly<Record<string, string>>>> = {
  "Debian 12": {
    ...bios("usr/lib/PXELINUX", "usr/lib/syslinux/modules/bios"),
    "pxelinux/memtest": "boot/memtest86+x64.bin",
    "memtest/memtest-x86_64.efi": "boot/memtest86+x64.efi",
    "memtest/memtest-i386.efi": "boot/memtest86+ia32.efi",
    "ipxe/ipxe-x64.efi": "usr/lib/ipxe/snponly.efi",
    "secure-boot/shimx64.efi": "usr/lib/shim/shimx64.efi.signed",
    "secure-boot/grubx64.efi": "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
  },
  "Debian 13 on a Raspberry Pi": {
    ...bios("usr/lib/PXELINUX", "usr/lib/syslinux/modules/bios"),
    "ipxe/ipxe-x64.efi": "usr/lib/ipxe/ipxe-amd64.efi",
    "ipxe/ipxe-arm64.efi": "usr/lib/ipxe/ipxe-arm64.efi",
  },
  Alpine: { ...bios("usr/share/syslinux", "usr/share/syslinux"), ...efi64("usr/share/syslinux/efi64") },
  Fedora: {
    ...bios("usr/share/syslinux", "usr/share/syslinux"),
    "pxelinux/memtest": "usr/lib64/memtest86+/memtest86+x64.bin",
    "memtest/memtest-x86_64.efi": "usr/lib64/memtest86+/memtest86+x64.efi",
    "ipxe/ipxe-x64.efi": "usr/share/ipxe/ipxe-snponly-x86_64.efi",
    "ipxe/ipxe-ia32.efi": "usr/share/ipxe/ipxe-i386.efi",
    "secure-boot/shimx64.efi": "boot/efi/EFI/fedora/shimx64.efi",
    "secure-boot/grubx64.efi": "boot/efi/EFI/fedora/grubx64.efi",
  },
  "Fedora with syslinux-tftpboot": bios("tftpboot", "tftpboot"),
  Arch: {
    ...bios("usr/lib/syslinux/bios", "usr/lib/syslinux/bios"),
    "pxelinux/memtest": "boot/memtest86+/memtest.bin",
    "memtest/memtest-x86_64.efi": "boot/memtest86+/memtest86x64.efi",
    "memtest/memtest-i386.efi": "boot/memtest86+/memtest86ia32.efi",
    "ipxe/ipxe-x64.efi": "usr/share/ipxe/x86_64/ipxe.efi",
    "ipxe/ipxe-ia32.efi": "usr/share/ipxe/i386/ipxe.efi",
  },
  "an empty Debian": {},
  "an unknown system": {},
};

describe("bootlace init on", () => {
  it.each(Object.keys(distributions) as DistributionName[])("%s makes a tree without a fault", async (name) => {
    const { root, work, json } = machine(name);
    const { code, document } = await json("--yes");
    expect(code).toBe(0);
    const rows: readonly FileRow[] = document.files;
    expect(rows.filter(({ status }) => status !== "made")).toEqual([]);
    const copied = rows.flatMap(({ path, from }) =>
      from === undefined ? [] : [[path.replace(/^boot\//, ""), from.slice(root.length + 1)]],
    );
    expect(Object.fromEntries(copied)).toEqual(expected[name]);
    for (const [path, from] of Object.entries(expected[name])) {
      expect(readFileSync(join(work, "boot", path)).equals(readFileSync(join(root, from)))).toBe(true);
    }
    expect(await commandLine(work).run(check)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^(missing: boot files for .* \(they get the boot check\)\n)?bootlace\.yaml: no errors\n$/,
      ),
    });
  });
});

describe("what is there", () => {
  it("is kept by a second run", async () => {
    const { work, files } = machine("Debian 12");
    await files();
    const before = contentsOf(work);
    const again = await files();
    expect(Object.values(again).map(({ status, why }) => ({ status, why }))).toEqual(
      Object.keys(before).map(() => ({ status: "kept", why: undefined })),
    );
    expect(contentsOf(work)).toEqual(before);
  });

  it("is completed by a run after more packages have come, and the menus offer what is new", async () => {
    const { root, work, files } = machine("an empty Debian");
    expect(Object.keys(await files())).toEqual(["boot/ipxe/uefi.ipxe", "bootlace.yaml"]);
    const rows = Object.entries(distributions["Debian 12"].files);
    const [memtests, others] = [true, false].map((wanted) =>
      Object.fromEntries(rows.filter(([path]) => path.includes("memtest") === wanted)),
    );
    plant(root, others ?? {});
    const second = await files();
    expect(second["boot/pxelinux/pxelinux.0"]?.status).toBe("made");
    expect(read(work, "boot/pxelinux/pxelinux.cfg/default")).not.toContain("LINUX memtest");
    plant(root, memtests ?? {});
    const third = await files();
    expect(third["boot/pxelinux/memtest"]?.status).toBe("made");
    for (const menu of ["pxelinux/pxelinux.cfg/default", "ipxe/uefi.ipxe", "grub/grub.cfg", "secure-boot/grub.cfg"]) {
      expect(third[`boot/${menu}`]?.status).toBe("renewed");
      expect(read(work, `boot/${menu}`)).toMatch(/Test the memory/i);
    }
    expect(third["bootlace.yaml"]?.status).toBe("kept");
    rmSync(root, { recursive: true });
    // The packages are gone again: what was made of them, and its menus, stay.
    const before = contentsOf(work);
    expect(Object.values(await files()).every(({ status }) => status === "kept")).toBe(true);
    expect(contentsOf(work)).toEqual(before);
  });

  it("is kept when somebody has changed it, with the difference shown", async () => {
    const { work, files } = machine("Debian 12");
    await files();
    writeFileSync(join(work, "bootlace.yaml"), "root: ./boot\n");
    writeFileSync(join(work, "boot/pxelinux/pxelinux.cfg/default"), "DEFAULT mine\n");
    writeFileSync(join(work, "boot/pxelinux/memtest"), "mine");
    const again = await files();
    expect(again["bootlace.yaml"]).toMatchObject({ status: "kept", why: "it was edited" });
    expect(again["boot/pxelinux/pxelinux.cfg/default"]?.status).toBe("kept");
    expect(again["boot/pxelinux/memtest"]).toMatchObject({
      status: "kept",
      why: expect.stringContaining("it differs from"),
    });
    expect(read(work, "boot/pxelinux/pxelinux.cfg/default")).toBe("DEFAULT mine\n");
    expect(read(work, "bootlace.yaml")).toBe("root: ./boot\n");
  });

  it("of another version is not mixed with what the system has", async () => {
    const { work, files } = machine("Debian 12");
    mkdirSync(join(work, "boot/pxelinux"), { recursive: true });
    writeFileSync(join(work, "boot/pxelinux/pxelinux.0"), "PXELINUX 6.03");
    const rows = await files();
    expect(rows["boot/pxelinux/pxelinux.0"]?.status).toBe("kept");
    expect(rows["boot/pxelinux/ldlinux.c32"]).toMatchObject({
      status: "left-out",
      why: "boot/pxelinux/pxelinux.0 has another version",
    });
    expect(readdirSync(join(work, "boot/pxelinux")).sort()).toEqual(["memtest", "pxelinux.0"]);
    expect(rows["boot/ipxe/ipxe-x64.efi"]?.status).toBe("made");
  });
});

describe("a symbolic link", () => {
  it.each(["boot", "boot/pxelinux"])("%s that leads out of the folder is not followed", async (link) => {
    const { work, run } = machine("Debian 12");
    const outside = scratch();
    mkdirSync(join(work, link, ".."), { recursive: true });
    symlinkSync(outside, join(work, link));
    const { code, out } = await run("--yes");
    expect(code).toBe(1);
    expect(out).toMatch(/failed +boot\/pxelinux\/pxelinux\.0, it leads out of /);
    expect(readdirSync(outside)).toEqual([]);
  });

  it("to a folder inside is followed, one to nowhere is not", async () => {
    const { work, files } = machine("Debian 12");
    mkdirSync(join(work, "tftp"));
    symlinkSync("tftp", join(work, "boot"));
    symlinkSync("/nonexistent/bootlace", join(work, "tftp/ipxe"));
    const rows = await files();
    expect(rows["boot/pxelinux/pxelinux.0"]?.status).toBe("made");
    expect(existsSync(join(work, "tftp/pxelinux/pxelinux.0"))).toBe(true);
    expect(rows["boot/ipxe/ipxe-x64.efi"]).toMatchObject({ status: "failed" });
  });

  it("in the place of a file stays as it is", async () => {
    const { work, files } = machine("Debian 12");
    const outside = join(scratch(), "target");
    mkdirSync(join(work, "boot/pxelinux"), { recursive: true });
    symlinkSync(outside, join(work, "boot/pxelinux/memtest"));
    symlinkSync(outside, join(work, "bootlace.yaml"));
    const rows = await files();
    expect(rows["boot/pxelinux/memtest"]).toMatchObject({ status: "kept", why: "not a regular file" });
    expect(rows["bootlace.yaml"]).toMatchObject({ status: "kept", why: "not a regular file" });
    expect(existsSync(outside)).toBe(false);
  });
});

describe("a folder that cannot be used", () => {
  it.each([
    ["a file", (work: string) => writeFileSync(join(work, "x"), ""), "x", "not a folder"],
    ["a link to nowhere", (work: string) => symlinkSync("/nonexistent/x", join(work, "x")), "x", "broken symbolic"],
    ["below a file", (work: string) => writeFileSync(join(work, "x"), ""), "x/y", "part of the path is not a folder"],
    ["the root of the file system", () => {}, "/", "Name another folder"],
  ])("%s", async (_name, prepare, directory, why) => {
    const { work, run } = machine("Debian 12");
    prepare(work);
    const { code, err } = await run("--yes", directory);
    expect(code).toBe(1);
    expect(err).toContain(why);
  });

  it("where none can be made, it ends and says so of each file", async () => {
    const { run } = machine("Debian 12");
    const { code, out } = await run("--yes", "/proc/bootlace");
    expect(code).toBe(1);
    expect(out).toContain("failed    boot/pxelinux/pxelinux.0, the folder cannot be created");
    expect(out).not.toContain("bootlace.yaml already exists");
  });

  it("a file in the place of a folder fails its files only", async () => {
    const { work, files } = machine("Debian 12");
    mkdirSync(join(work, "boot"));
    writeFileSync(join(work, "boot/ipxe"), "");
    const rows = await files();
    expect(rows["boot/ipxe/ipxe-x64.efi"]).toMatchObject({ status: "failed", why: "not a folder" });
    expect(rows["boot/pxelinux/pxelinux.0"]?.status).toBe("made");
    expect(rows["bootlace.yaml"]?.status).toBe("made");
  });
});

it("what a killed run has left is removed", async () => {
  const { work, files } = machine("Debian 12");
  mkdirSync(join(work, "boot/pxelinux"), { recursive: true });
  // No process has a number this large (proc(5), pid_max).
  writeFileSync(join(work, "boot/pxelinux/.memtest.2147483647.00000000.bootlace-part"), "half");
  writeFileSync(join(work, `boot/pxelinux/.memtest.${process.ppid}.00000000.bootlace-part`), "another's");
  await files();
  const hidden = readdirSync(join(work, "boot/pxelinux")).filter((name) => name.startsWith("."));
  expect(hidden).toEqual([`.memtest.${process.ppid}.00000000.bootlace-part`]);
});

it("--dry-run reports the same files and writes nothing", async () => {
  const { work, run, json, files } = machine("Debian 12");
  const { out, code } = await run("--dry-run", "new");
  expect(code).toBe(0);
  expect(out).toMatch(/would make +boot\/pxelinux\/pxelinux\.0/);
  const { document } = await json("--dry-run", "new");
  expect(existsSync(join(work, "new"))).toBe(false);
  expect(document.files.map(({ path }: FileRow) => path)).toEqual(Object.keys(await files("new")));
});

it("--from looks in another folder first, such as unpacked packages", async () => {
  const unpacked = scratch();
  plant(unpacked, { "boot/memtest86+x64.bin": "kernel" });
  const { files } = machine("Debian 13 on a Raspberry Pi");
  expect((await files("--from", unpacked))["boot/pxelinux/memtest"]).toMatchObject({
    status: "made",
    from: join(unpacked, "boot/memtest86+x64.bin"),
  });
});

it("passes over a program for another machine", async () => {
  const { root, files } = machine("an empty Debian");
  plant(root, { "usr/lib/ipxe/snponly.efi": "arm64", "usr/lib/ipxe/ipxe.efi": "x64" });
  expect((await files())["boot/ipxe/ipxe-x64.efi"]?.from).toBe(join(root, "usr/lib/ipxe/ipxe.efi"));
});

it("files can be read by everyone, whatever the umask", async () => {
  const before = process.umask(0o077);
  try {
    const { work, files, root } = machine("Debian 12");
    chmodSync(join(root, "boot/memtest86+x64.bin"), 0o600);
    await files();
    expect(modeOf(work, "boot/pxelinux/memtest")).toBe("644");
    expect(modeOf(work, "boot/pxelinux")).toBe("755");
    expect(modeOf(work, "bootlace.yaml")).toBe("644");
  } finally {
    process.umask(before);
  }
});

function read(work: string, path: string): string {
  return readFileSync(join(work, path), "utf8");
}

function modeOf(work: string, path: string): string {
  return (statSync(join(work, path)).mode & 0o777).toString(8);
}
