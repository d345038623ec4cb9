import { messageTypes } from "@bootlace/dhcp-core";
import { describe, expect, test } from "vitest";
import { story } from "./helpers/story.ts";

const bios = { machine: { arch: 0 }, plan: { kind: "boot", file: "pxelinux/pxelinux.0" } } as const;

/** A BIOS client up to its boot loader. */
const pxelinux = () => story(bios).discover().lease().tftp("pxelinux/pxelinux.0");
/** A UEFI client up to the ACK. */
const uefi = (file = "efi/bootx64.efi") =>
  story({ plan: { kind: "boot", file } })
    .discover()
    .lease()
    .pxeRequest();

describe("B07 and B11 are no failures", () => {
  test("a size probe and a search for the configuration", () => {
    const played = uefi("efi/syslinux.efi").tftp("efi/syslinux.efi", "probe").tftp("efi/syslinux.efi");
    played
      .tftp("efi/ldlinux.e64")
      .tftp("efi/pxelinux.cfg/01-52-54-00-12-34-56", "missing")
      .tftp("efi/pxelinux.cfg/default");
    played.tftp("memtest86+/memtest.efi").wait(11);
    expect(played.verdicts()).toEqual(["delivered likely", "B07 certain", "B11 certain"]);
    expect(
      played
        .boot()
        .verdicts.slice(1)
        .map(({ severity }) => severity),
    ).toEqual(["info", "info"]);
    expect(played.reached.map(({ severity }) => severity)).toEqual(["success"]);
  });
  test("a probe alone is a probe", () => {
    const played = uefi().tftp("efi/bootx64.efi", "probe").wait(1);
    expect(played.verdicts()).toEqual(["B07 certain"]);
  });
  test("names that are missing at the end are no search that went on", () => {
    const played = pxelinux().tftp("pxelinux/nothing", "missing").wait(1);
    expect(played.verdicts()).toEqual([]);
  });
});

describe("B08, replies lost", () => {
  test("a guess while the first transfer waits, likely when it was given up", () => {
    const played = uefi().tftp("efi/bootx64.efi", "running").wait(11);
    expect(played.verdicts()).toEqual(["B08 guess"]);
    const over = uefi().tftp("efi/bootx64.efi", "unanswered").wait(4).tftp("efi/bootx64.efi", "unanswered").wait(2);
    expect(over.verdicts()).toEqual(["B08 likely"]);
    expect(over.primary()?.fix).toContain("container");
  });
  test("not when anything got through, not for a Pi that only looks whether a file is there", () => {
    expect(uefi().tftp("efi/bootx64.efi", "probe").tftp("efi/bootx64.efi", "running").wait(11).verdicts()).toEqual([
      "B07 certain",
    ]);
    expect(uefi().tftp("efi/bootx64.efi", "unanswered").tftp("efi/bootx64.efi").wait(2).verdicts()).toEqual([]);
    const pi = {
      arch: 0,
      mac: "dc:a6:32:01:36:c2",
      options: { vendorClassIdentifier: "PXEClient:Arch:00000:UNDI:002001" },
    };
    const played = story({ machine: pi, plan: { kind: "boot" } })
      .discover()
      .tftp("bootcode.bin", "unanswered")
      .wait(15);
    expect(played.verdicts()).toEqual([]);
  });
});

describe("B09, large packets lost", () => {
  test("likely when small ones arrive, or when blocks exceed an Ethernet frame", () => {
    const played = uefi()
      .tftp("a.cfg", "done", { size: 200 })
      .tftp("efi/bootx64.efi", "timeout", { timeouts: 5 })
      .wait(1);
    expect(played.verdicts()).toEqual(["B09 likely"]);
    const jumbo = uefi().tftp("efi/bootx64.efi", "timeout", { blockSize: 8000 }).wait(1);
    expect(jumbo.verdicts()).toEqual(["B09 likely"]);
    expect(jumbo.primary()?.fix).toContain("1468");
  });
  test("a guess for one stall; nothing for small blocks, or when large ones arrived", () => {
    expect(uefi().tftp("efi/bootx64.efi", "timeout").wait(1).verdicts()).toEqual(["B09 guess"]);
    expect(uefi().tftp("efi/bootx64.efi", "timeout", { blockSize: 512 }).wait(1).verdicts()).toEqual([]);
    expect(uefi().tftp("efi/bootx64.efi", "timeout", { bytes: 9000 }).wait(1).verdicts()).toEqual([]);
    const went = uefi().tftp("efi/bootx64.efi").tftp("b.efi", "timeout").wait(1);
    expect(went.verdicts()).not.toContainEqual(expect.stringMatching("B09"));
  });
});

describe("B10, a file is missing", () => {
  test("the boot file itself", () => {
    const played = uefi("efi/Boot X64.efi").tftp("efi\\boot x64.efi", "missing").wait(3);
    expect(played.verdicts()).toEqual(["B10 certain"]);
    expect(played.primary()?.fix).toContain("below the root folder");
    expect(played.primary()?.sentence).toContain("for x64-uefi");
  });
  test.each([
    ["permission-denied", "no permission to read it"],
    ["outside-root", "outside the root"],
  ] as const)("or it is there and not served: %s", (reason, text) => {
    expect(uefi().tftp("efi/bootx64.efi", reason).wait(3).primary()).toMatchObject({
      id: "B10",
      sentence: expect.stringContaining(text),
    });
  });
  test("what the loader cannot do without", () => {
    const played = pxelinux().tftp("pxelinux/ldlinux.c32", "missing").tftp("ldlinux.c32", "missing").wait(11);
    expect(played.verdicts()).toEqual(["B10 certain"]);
    expect(played.primary()?.fix).toContain("same version of Syslinux");
    expect(played.primary()?.evidence).toHaveLength(3);
    const shim = uefi("shimx64.efi").tftp("shimx64.efi").tftp("grubx64.efi", "missing").wait(11);
    expect(shim.verdicts()).toEqual(["B10 certain"]);
  });
  test("a configuration under none of its names", () => {
    const played = pxelinux().tftp("pxelinux/ldlinux.c32").tftp("pxelinux/pxelinux.cfg/C0A80B32", "missing");
    played.tftp("pxelinux/pxelinux.cfg/default", "missing").wait(11);
    expect(played.primary()).toMatchObject({ id: "B10", sentence: expect.stringContaining("pxelinux.cfg/default") });
  });
  test("a kernel the configuration names", () => {
    const played = pxelinux()
      .tftp("pxelinux/ldlinux.c32")
      .tftp("pxelinux/pxelinux.cfg/default")
      .tftp("pxelinux/vmlinuz", "missing");
    expect(played.wait(11).verdicts()).toEqual(["B10 likely"]);
  });
  test("no boot file for the architecture at all", () => {
    const played = story({ plan: { kind: "ignore", code: "no-file-for-architecture", reason: "any words" } })
      .discover()
      .wait(1);
    expect(played.verdicts()).toEqual(["B10 certain"]);
  });
  test("HTTP says 404", () => {
    const machine = { arch: 16, http: true };
    const played = story({ machine, plan: { kind: "boot", url: "http://{address}:8069/efi/a%20b.efi" } })
      .discover()
      .lease();
    expect(played.http("efi/a b.efi", { status: 404 }).wait(3).verdicts()).toEqual(["B10 certain"]);
  });
  test("not when it comes after all, and not while the search goes on", () => {
    expect(uefi().tftp("efi/bootx64.efi", "missing").tftp("efi/bootx64.efi").wait(3).verdicts()).toEqual([]);
    const played = pxelinux().tftp("ldlinux.c32", "missing").tftp("pxelinux/ldlinux.c32").wait(11);
    expect(played.verdicts()).toEqual(["B11 certain"]);
  });
});

describe("B12, the file does not run", () => {
  test("certain when its header names another machine", () => {
    const played = uefi().programs({ "efi/bootx64.efi": "arm64" }).tftp("efi/bootx64.efi").wait(6);
    expect(played.verdicts()).toEqual(["B12 certain"]);
    expect(played.primary()?.sentence).toContain("arm64");
    const efiForBios = story({ machine: { arch: 0 }, plan: { kind: "boot", file: "grubx64.efi" } })
      .discover()
      .lease();
    expect(efiForBios.tftp("grubx64.efi").wait(6).verdicts()).toEqual(["B12 certain"]);
  });
  test("likely for a loader, or when the firmware asks again; else it may need nothing more", () => {
    const fits = () => uefi().programs({ "efi/bootx64.efi": "x64" });
    expect(fits().tftp("efi/bootx64.efi").wait(31).verdicts()).toEqual(["B12 likely"]);
    const again = uefi("own.efi")
      .programs({ "own.efi": "x64" })
      .tftp("own.efi", "probe")
      .tftp("own.efi")
      .wait(3)
      .discover();
    expect(again.wait(1).verdicts()).toEqual(["B12 likely", "B07 certain"]);
    expect(again.primary()?.sentence).toContain("Secure Boot");
    expect(uefi("own.efi").tftp("own.efi").wait(31).verdicts()).toEqual(["delivered guess"]);
    const unsigned = uefi().programs({ "efi/bootx64.efi": "x64" }, "efi/bootx64.efi").tftp("efi/bootx64.efi");
    expect(unsigned.wait(31).primary()?.sentence).toContain("because it is not signed");
  });
  test("the next boot option of the firmware ends the boot, and the verdict is there at once", () => {
    const played = uefi().tftp("efi/bootx64.efi").wait(3).discover({ arch: 16, http: true });
    expect(played.reached.map(({ id, confidence }) => `${id} ${confidence}`)).toEqual(["B12 likely"]);
  });
  test("not before 30 s, not when it fetched more, not when iPXE came up, not for a program that needs no more", () => {
    expect(uefi().tftp("efi/bootx64.efi").wait(29).verdicts()).toEqual([]);
    expect(uefi("shimx64.efi").tftp("shimx64.efi").tftp("grubx64.efi").wait(29).verdicts()).toEqual([]);
    const ipxe = uefi("ipxe.efi").tftp("ipxe.efi").wait(3).discover({ arch: 7, ipxe: true });
    expect(ipxe.wait(31).verdicts()).not.toContainEqual(expect.stringMatching("B12"));
    expect(uefi("memtest.efi").tftp("memtest.efi").wait(31).verdicts()).not.toContainEqual(
      expect.stringMatching("B12"),
    );
  });
});

describe("B13, iPXE loads iPXE", () => {
  test.each(["bootlace-check/x64-uefi.efi", "memtest.efi"])(
    "not where a ROM with iPXE boots %s again and again",
    (file) => {
      const ipxe = { arch: 7, ipxe: true };
      const played = story({ machine: ipxe, plan: { kind: "boot", file } });
      for (let time = 0; time < 4; time++) played.discover().lease().tftp(file).wait(12);
      expect(played.reached.map(({ id }) => id)).not.toContain("B13");
    },
  );
  const load = (played: ReturnType<typeof story>, times: number, who: object) => {
    for (let time = 0; time < times; time++)
      played
        .tftp("undionly.kpxe")
        .wait(8)
        .discover({ arch: 0, ...who });
    return played.wait(1);
  };
  const plan = { kind: "boot", file: "undionly.kpxe", allowIpxeChain: true } as const;
  test("certain when it said that it is iPXE", () => {
    const played = load(
      story({ machine: { arch: 0 }, plan })
        .discover()
        .lease(),
      3,
      { ipxe: true },
    );
    expect(played.verdicts()).toEqual(["B13 certain"]);
    expect(played.primary()?.sentence).toContain("3 times");
  });
  test("likely when it did not", () => {
    const played = load(
      story({ machine: { arch: 0 }, plan })
        .discover()
        .lease(),
      3,
      {},
    );
    expect(played.verdicts()).toEqual(["B13 likely"]);
  });
  test("certain when Bootlace broke the loop itself", () => {
    const played = story({ machine: { arch: 0 }, plan: { kind: "boot", file: "undionly.kpxe" } })
      .discover()
      .lease();
    played.tftp("undionly.kpxe").wait(8).discover({ arch: 0, ipxe: true }).wait(1);
    expect(played.verdicts()).toEqual(["B13 certain"]);
    expect(played.primary()?.fix).toContain("boot.ipxe");
  });
  test("not for two loads, not when it is another file, not for three in an hour", () => {
    expect(
      load(
        story({ machine: { arch: 0 }, plan })
          .discover()
          .lease(),
        2,
        { ipxe: true },
      ).verdicts(),
    ).toEqual([]);
    const chained = story({ machine: { arch: 0 }, plan })
      .discover()
      .lease()
      .tftp("undionly.kpxe")
      .tftp("ipxe.pxe")
      .tftp("snponly.efi");
    expect(chained.wait(1).verdicts()).toEqual([]);
    const slow = story({ machine: { arch: 0 }, plan }).discover();
    for (let time = 0; time < 3; time++) slow.tftp("undionly.kpxe").wait(65).tftp("x.ipxe").wait(5);
    expect(slow.verdicts()).not.toContainEqual(expect.stringMatching("B13"));
  });
});

describe("booted", () => {
  const loaded = () => pxelinux().tftp("pxelinux/ldlinux.c32").tftp("pxelinux/pxelinux.cfg/default");
  test("certain when an operating system asks for an address", () => {
    const played = loaded().tftp("debian/linux").tftp("debian/initrd.gz").wait(5);
    played.ordinary(messageTypes.DISCOVER, { vendorClassIdentifier: "d-i", hostName: "pc<script>" }).wait(1);
    expect(played.verdicts()).toEqual(["booted certain"]);
    expect(played.primary()?.sentence).toContain('"pc<script>"');
  });
  test("likely when the kernel came, a guess at a menu, never while a transfer runs", () => {
    expect(loaded().tftp("debian/linux").wait(11).verdicts()).toEqual(["delivered likely"]);
    expect(loaded().wait(31).verdicts()).toEqual(["delivered guess"]);
    expect(loaded().tftp("debian/linux").tftp("debian/initrd.gz", "running").wait(20).verdicts()).toEqual([]);
  });
  test("edk2's bare DISCOVER for a program it started is no operating system", () => {
    const played = uefi("syslinux.efi")
      .tftp("syslinux.efi")
      .ordinary(messageTypes.DISCOVER, { maximumMessageSize: 1472 });
    expect(played.wait(2).verdicts()).toEqual([]);
  });
  test("a machine that starts again begins a new boot", () => {
    const played = loaded().tftp("debian/linux").wait(11).discover();
    expect(played.boots()).toHaveLength(1);
    expect(played.boot().steps.map(({ kind }) => kind)).toEqual(["discover", "offer"]);
  });
});
