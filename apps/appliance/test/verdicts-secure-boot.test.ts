import { describe, expect, test } from "vitest";
import { story } from "./helpers/story.ts";

/** A UEFI client that has shim and what shim starts. */
const shimAndGrub = (...unsigned: string[]) =>
  story({ plan: { kind: "boot", file: "sb/shimx64.efi" } })
    .programs({ "sb/shimx64.efi": "x64", "sb/grubx64.efi": "x64" }, ...unsigned)
    .discover()
    .lease()
    .tftp("sb/shimx64.efi")
    .tftp("sb/revocations_sbat.efi", "missing")
    .tftp("sb/grubx64.efi");
const GRUB = "sb/grubx64.efi";

describe("shim refuses what it fetched", () => {
  test("it asks for its key manager, which need not be there: B12, not a missing file", () => {
    const played = shimAndGrub().tftp("sb/mmx64.efi", "missing").wait(11);
    expect(played.verdicts()).toEqual(["B12 likely", "B11 certain"]);
    expect(played.primary()).toMatchObject({ fix: expect.stringContaining("trusts only its signatures") });
    expect(shimAndGrub().tftp("sb/mmx64.efi").wait(31).verdicts()[0]).toBe("B12 likely");
  });
  test("it waits for a key on its screen: known by the header of the program", () => {
    const played = shimAndGrub(GRUB).wait(31);
    expect(played.primary()).toMatchObject({
      id: "B12",
      confidence: "likely",
      sentence: expect.stringMatching("not signed"),
    });
    expect(shimAndGrub(GRUB).wait(29).primary()?.id).not.toBe("B12");
  });
  test("a signed GRUB that asks for nothing asks the router", () => {
    const played = shimAndGrub().wait(31);
    expect(played.primary()).toMatchObject({ id: "unclear", sentence: expect.stringMatching("DHCP server names") });
  });
  test("a GRUB that came by HTTP may have none of its own", () => {
    const http = { arch: 16, http: true };
    const played = story({ machine: http, plan: { kind: "boot", url: "http://{address}:8069/sb/shimx64.efi" } });
    played.discover().lease().http("sb/shimx64.efi").http("/sb/grubx64.efi").wait(31);
    expect(played.primary()).toMatchObject({ id: "unclear", sentence: expect.stringMatching("http module") });
    expect(played.primary()?.fix).toMatch("PXE");
  });
  test("a GRUB without a signature that goes on was not refused", () => {
    const played = shimAndGrub(GRUB).tftp("grub/grub.cfg").wait(31);
    expect(played.verdicts()[0]).toBe("delivered guess");
  });
  test("without shim it is the firmware that refuses a GRUB", () => {
    const played = story({ plan: { kind: "boot", file: GRUB } })
      .programs({ [GRUB]: "x64" }, GRUB)
      .discover()
      .lease();
    expect(played.tftp(GRUB).wait(31).primary()?.sentence).toMatch("Secure Boot refused it, because it is not signed");
  });
});

describe("a kernel without a signature behind shim", () => {
  const kernel = (...unsigned: string[]) =>
    shimAndGrub(...unsigned)
      .tftp("/grub/grub.cfg")
      .tftp("/memtest.efi")
      .wait(11);
  test("may have been refused", () => {
    const played = kernel("memtest.efi").primary();
    expect(played).toMatchObject({
      id: "unclear",
      confidence: "likely",
      sentence: expect.stringMatching("bad shim signature"),
    });
    expect(played?.fix).toMatch("Secure Boot");
  });
  test("is believed when it is signed, or when more was fetched after it", () => {
    expect(kernel().primary()).toMatchObject({ id: "delivered", confidence: "likely" });
    expect(kernel("memtest.efi").tftp("/initrd.gz").wait(11).primary()).toMatchObject({ confidence: "likely" });
  });
});
