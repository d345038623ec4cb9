import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootFilesService } from "../src/app/services/boot-files.ts";
import { followRoot } from "../src/boot-files/follow-root.ts";
import { type ScanResult, scanRoot } from "../src/boot-files/scan.ts";
import { growTree } from "../src/catalogue/tree.ts";
import { treeRecord } from "../src/log/boot-log.ts";
import { loopbackConfig } from "./helpers/loopback.ts";
import { peImage, sectionedImage, signedImage } from "./helpers/pe-image.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bootlace-root-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array = "x") {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function filesIn(folder: string) {
  const scan = await scanRoot(folder);
  return scan.ok ? scan.files : scan.code;
}

describe("a scan", () => {
  it("finds boot files and the machines of their headers", async () => {
    put("pxelinux/pxelinux.0");
    put("pxelinux/ldlinux.c32");
    put("EFI/BOOT/BOOTX64.EFI", peImage(0x8664));
    put("efi32/syslinux.efi", peImage(0x014c));
    put("signed.efi", signedImage(0x8664, 2048));
    put("unsigned.efi", signedImage(0x8664, 0));
    put("short.efi", "MZ");
    put("page.efi", "<html>404</html>".padEnd(400));
    put("grubx64.efi.signed", new Uint8Array(5000).fill(0x4d));
    put("far.efi", peImage(0x8664, 0x7f0));
    put("strange.efi", peImage(0x1234));
    put("lpxelinux.0", "");
    put("boot.ipxe", "");
    put("kernel", peImage(0x8664));
    expect(await filesIn(root)).toEqual([
      { path: "boot.ipxe", flaw: "empty" },
      { path: "far.efi" },
      { path: "grubx64.efi.signed", flaw: "no-program" },
      { path: "lpxelinux.0", flaw: "empty" },
      { path: "page.efi", flaw: "no-program" },
      { path: "short.efi", flaw: "no-program" },
      { path: "signed.efi", machine: "x64" },
      { path: "strange.efi" },
      { path: "unsigned.efi", machine: "x64", unsigned: true },
      { path: "efi32/syslinux.efi", machine: "x86" },
      { path: "pxelinux/pxelinux.0" },
      { path: "EFI/BOOT/BOOTX64.EFI", machine: "x64" },
    ]);
  });

  it("knows programs that were cut short, by what their headers say", async () => {
    put("a/bootx64.efi", peImage(0x8664).subarray(0, 100));
    put("b/bootx64.efi", sectionedImage(0x8664, 4097));
    put("c/bootx64.efi", sectionedImage(0x8664, 4096));
    put("e/bootx64.efi", signedImage(0x8664, 4097));
    put("d/bootx64.efi", peImage(0x8664, 5000).subarray(0, 4096));
    expect(await filesIn(root)).toEqual([
      { path: "a/bootx64.efi", flaw: "cut-short" },
      { path: "b/bootx64.efi", machine: "x64", flaw: "cut-short" },
      { path: "c/bootx64.efi", machine: "x64" },
      { path: "d/bootx64.efi", flaw: "cut-short" },
      { path: "e/bootx64.efi", machine: "x64", flaw: "cut-short" },
    ]);
  });

  it("follows links that stay inside, once, and no others", async () => {
    put("debian/pxelinux.0");
    symlinkSync("debian/pxelinux.0", join(root, "pxelinux.0"));
    symlinkSync(".", join(root, "debian/loop"));
    symlinkSync(tmpdir(), join(root, "outside"));
    symlinkSync("nowhere", join(root, "lpxelinux.0"));
    symlinkSync("/dev/null", join(root, "boot.ipxe"));
    symlinkSync("/dev/null", join(root, "kernel"));
    expect(await filesIn(root)).toEqual([
      { path: "boot.ipxe", flaw: "leads-out" },
      { path: "outside", flaw: "leads-out" },
      { path: "pxelinux.0" },
      { path: "debian/pxelinux.0" },
    ]);
  });

  it("reports names that no server takes, and does not look behind them", async () => {
    put("a\nb\x1b[31m/bootx64.efi", peImage(0x8664));
    put("c\t/readme");
    put("\x07/ipxe.efi");
    put("grubx64.efi", peImage(0x8664));
    expect(await filesIn(root)).toEqual([
      { path: "\x07", flaw: "odd-name" },
      { path: "a\nb\x1b[31m", flaw: "odd-name" },
      { path: "c\t", flaw: "odd-name" },
      { path: "grubx64.efi", machine: "x64" },
    ]);
  });

  it("reports what this user may not read; root reads all", async () => {
    put("bootx64.efi", peImage(0x8664));
    put("closed/pxelinux.0");
    put("lost+found/x");
    chmodSync(join(root, "bootx64.efi"), 0);
    for (const name of ["closed", "lost+found"]) chmodSync(join(root, name), 0);
    const seen = await filesIn(root);
    for (const name of ["closed", "lost+found"]) chmodSync(join(root, name), 0o700);
    expect(seen).toEqual(
      process.getuid?.() === 0
        ? [{ path: "bootx64.efi", machine: "x64" }, { path: "closed/pxelinux.0" }]
        : [
            { path: "bootx64.efi", flaw: "unreadable" },
            { path: "closed", flaw: "unreadable" },
          ],
    );
  });

  it("ends at a depth, and says so", async () => {
    put("1/2/3/4/5/6/pxelinux.0");
    put("1/2/3/4/5/lpxelinux.0");
    expect(await scanRoot(root)).toMatchObject({ ok: true, cut: true, files: [{ path: "1/2/3/4/5/lpxelinux.0" }] });
  });

  it("of a root that is not there, or no folder, is a fault", async () => {
    put("file");
    expect(await filesIn(join(root, "missing"))).toBe("ENOENT");
    expect(await filesIn(join(root, "file"))).toBe("ENOTDIR");
  });
});

it("the log shows what each architecture gets, and what was looked for", async () => {
  put("pxelinux/pxelinux.0");
  put("efi/bootx64.efi", peImage(0xaa64));
  const scan = await scanRoot(root);
  const record = treeRecord("/srv/boot", growTree(scan.ok ? scan.files : []), false, true);
  expect(record.message).toBe("root /srv/boot: boot files for 2 architectures");
  expect(record.details?.map((line) => line.replace(/looked for (\S+) .*/, "looked for $1 …"))).toEqual([
    'x86-bios    "pxelinux/pxelinux.0"',
    "x64-uefi    boot check (no file of its own; looked for bootx64.efi, …",
    "ia32-uefi   boot check (no file of its own; looked for bootia32.efi, …",
    'arm64-uefi  "efi/bootx64.efi" (despite its name: its header says arm64)',
    "arm32-uefi, riscv64-uefi, riscv32-uefi, loongarch64-uefi, loongarch32-uefi  nothing",
  ]);
});

it("the log names the files that no client gets, and why", () => {
  const flawed = Array.from(
    { length: 12 },
    (_, number) => ({ path: `${number}/bootx64.efi`, flaw: "no-program" }) as const,
  );
  const record = treeRecord("/srv", growTree([{ path: "pxelinux.0", flaw: "empty" }, ...flawed]), false, false);
  expect([record.level, record.message]).toEqual(["warn", "root /srv: no boot files yet. Add some"]);
  const rows = record.details?.filter((line) => line.startsWith("left out")) ?? [];
  expect([rows[0], rows[1], rows.at(-1), rows.length]).toEqual([
    'left out    "pxelinux.0": it is empty',
    'left out    "0/bootx64.efi": it is not a UEFI program (no PE header)',
    "left out    3 more",
    11,
  ]);
  expect(record.fields?.unusable).toHaveLength(13);
});

describe("following a root", () => {
  const times = { quiet: 5, longest: 2_000, rescan: 20, rescanMissing: 20 };

  async function follow(steps: (next: (wanted: string) => Promise<void>) => Promise<void>, usedTimes = times) {
    let latest = "";
    let wake = () => {};
    const follower = followRoot(
      root,
      (scan: ScanResult) => {
        latest = scan.ok ? scan.files.map(({ path }) => path).join(" ") : scan.code;
        wake();
      },
      usedTimes,
    );
    follower.start(await scanRoot(root));
    await steps(async (wanted) => {
      while (latest !== wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }).finally(() => follower.stop());
  }

  it("sees new files, new folders and removed ones by the signs of the file system alone", async () => {
    await follow(
      async (next) => {
        put("pxelinux.0");
        await next("pxelinux.0");
        put("efi/bootx64.efi");
        await next("pxelinux.0 efi/bootx64.efi");
        put("efi/shimx64.efi");
        await next("pxelinux.0 efi/bootx64.efi efi/shimx64.efi");
        rmSync(join(root, "efi"), { recursive: true });
        await next("pxelinux.0");
      },
      { quiet: 5, longest: 2_000, rescan: 60_000, rescanMissing: 60_000 },
    );
  });

  it("sees a new file within its longest wait, also where it is never quiet", async () => {
    let writer: NodeJS.Timeout | undefined;
    let written = 0;
    const write = () => put(`download-${written++}.tmp`);
    try {
      await follow(
        async (next) => {
          writer = setInterval(write, 5);
          put("pxelinux.0");
          await next("pxelinux.0");
          expect(written).toBeGreaterThan(0);
        },
        { quiet: 60_000, longest: 100, rescan: 60_000, rescanMissing: 60_000 },
      );
    } finally {
      clearInterval(writer);
    }
  });

  it("survives a root that goes away and comes back", async () => {
    put("pxelinux.0");
    await follow(async (next) => {
      rmSync(root, { recursive: true });
      await next("ENOENT");
      put("lpxelinux.0");
      await next("lpxelinux.0");
      put("pxelinux.0");
      await next("lpxelinux.0 pxelinux.0");
    });
  });
});

it("a root is reported once, however often it is read, and again when what is reported changed", async () => {
  put("pxelinux.0");
  const reported: string[] = [];
  let read = () => {};
  const config = loopbackConfig(root, 68);
  const service = bootFilesService(config, {
    log: ({ details = [] }) => reported.push(details[0] ?? ""),
    onTree: () => read(),
    followTimes: { quiet: 1, longest: 2_000, rescan: 1, rescanMissing: 1 },
  });
  // A file that is being written may be read while it is empty.
  const move = (path: string, content: string | Uint8Array) => {
    put("part", content);
    renameSync(join(root, "part"), join(root, path));
  };
  const reading = () =>
    new Promise<void>((resolve) => {
      read = resolve;
    });
  await service.start();
  for (let times = 0; times < 5; times++) {
    move("pxelinux.0", `version ${times}`);
    await reading();
  }
  expect(reported).toEqual(['x86-bios    "pxelinux.0"']);
  move("bootx64.efi", peImage(0x8664));
  while (reported.length < 2) await reading();
  await service.adopt({ ...config, log: { ...config.log, level: "debug" } }, []);
  await reading();
  expect(reported).toHaveLength(2);
  await service.stop();
});
