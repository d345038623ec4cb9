import { describe, expect, it } from "vitest";
import { story } from "./helpers/story.ts";

describe("the verdict on a boot that ended in the boot check", () => {
  const file = "bootlace-check/x64-uefi.efi";
  const played = (more = {}) =>
    story({ plan: { kind: "boot", file, ...more } })
      .discover()
      .lease()
      .tftp(file);

  it("says that network boot works, while the check is on the screen and after it", () => {
    const boot = played();
    expect(boot.wait(3).verdicts()).toEqual([]);
    expect(boot.wait(1).primary()).toMatchObject({
      id: "checked",
      severity: "info",
      sentence: "reached the boot check: network boot works, no boot file for x64-uefi",
      fix: "put a boot file for x64-uefi into the root folder, or name one in a rule",
    });
    boot.wait(30).discover();
    expect(boot.wait(90).verdicts()).toEqual(["checked likely"]);
  });

  it("names the rule that led to it", () => {
    expect(played({ rule: "try \u001b" }).wait(5).primary()?.sentence).toMatch(/works, rule "try \\x1b" led to it$/);
  });

  it("stays when the operating system of the disk comes up", () => {
    expect(played().wait(20).ordinary(1, { hostName: "pc" }).wait(40).verdicts()).toEqual(["checked likely"]);
  });

  it("is that Secure Boot refused it when the firmware is back at once; not on a BIOS, where nothing does", () => {
    expect(played().wait(2).discover().wait(1).primary()).toMatchObject({
      id: "B12",
      sentence: expect.stringContaining("Secure Boot refused it"),
    });
    const plan = { kind: "boot", file: "bootlace-check/x86-bios.0" } as const;
    const bios = story({ plan, machine: { arch: 0 } })
      .discover()
      .lease()
      .tftp(plan.file)
      .wait(2)
      .discover()
      .wait(1);
    expect(bios.verdicts()).toEqual(["checked likely"]);
  });

  it("names the script or loader that led to it", () => {
    const boot = story({ plan: { kind: "boot", file: "menu.ipxe" }, machine: { ipxe: true } })
      .discover()
      .lease()
      .tftp("menu.ipxe")
      .tftp(file)
      .wait(5);
    expect(boot.primary()).toMatchObject({
      id: "checked",
      sentence: expect.stringMatching(/works, "menu\.ipxe" led to it$/),
    });
  });

  it("is none for a client to which no reply named a file and which fetched the check by hand", () => {
    for (const by of ["http", "tftp"] as const) {
      const boot = story()[by](file).wait(120);
      expect([by, boot.reached.filter(({ id }) => id !== "unclear")]).toEqual([by, []]);
    }
  });

  it("is about the check no longer when a boot file came after it", () => {
    const boot = played().wait(5).discover().tftp("vmlinuz").wait(11);
    expect(boot.primary()?.id).toBe("delivered");
  });

  it("is the same after HTTP Boot, without -http in the name", () => {
    const plan = { kind: "boot", url: `http://{address}:8069/${file}` } as const;
    const boot = story({ plan, machine: { arch: 16, http: true } })
      .discover()
      .lease()
      .http(file)
      .wait(5);
    expect(boot.primary()).toMatchObject({
      id: "checked",
      sentence: expect.stringMatching(/no boot file for x64-uefi$/),
    });
  });
});
