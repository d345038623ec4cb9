import { describe, expect, test } from "vitest";
import { SERVER, story } from "./helpers/story.ts";

/** A UEFI client up to the ACK. */
const uefi = (file: string) =>
  story({ plan: { kind: "boot", file } })
    .discover()
    .lease()
    .pxeRequest();

describe("a loader that ran and left for the next device is none of B12", () => {
  const url = `http://${SERVER}:8069/ipxe/bootx64.efi`;
  const byHttp = { arch: 16, http: true } as const;
  const script = { kind: "boot", file: "ipxe/uefi.ipxe" } as const;
  const ipxeThenScript = () =>
    story({
      plan: ({ firmware, http }) =>
        firmware === "ipxe" ? script : http ? { kind: "boot", url } : { kind: "boot", file: "ipxe/bootx64.efi" },
    });
  const ids = (played: ReturnType<typeof story>) => played.reached.map(({ id, confidence }) => `${id} ${confidence}`);

  test("iPXE by TFTP, its menu, the local disk; then the firmware boots by HTTP, iPXE, menu, disk again", () => {
    const played = ipxeThenScript().discover().lease().pxeRequest().tftp("ipxe/bootx64.efi").wait(2);
    played.discover({ ipxe: true }).lease().tftp("ipxe/uefi.ipxe").wait(5);
    played.discover(byHttp).lease().http("ipxe/bootx64.efi").wait(2);
    expect(played.boots()).toHaveLength(1);
    const byHttpFrom = played.boot().id;
    played.discover({ ipxe: true }).lease().http("ipxe/uefi.ipxe").wait(31);
    expect(played.boot().id).toBe(byHttpFrom);
    expect(ids(played)).toEqual(["delivered guess", "delivered guess"]);
  });
  test("iPXE by HTTP that fetches nothing more, whatever its file is called", () => {
    const played = ipxeThenScript().discover(byHttp).lease().http("ipxe/bootx64.efi").wait(2);
    played.discover({ ipxe: true }).wait(3).discover();
    expect(ids(played)).toEqual([]);
  });
  test("but iPXE that never came up, by HTTP, is", () => {
    const played = ipxeThenScript().discover(byHttp).lease().http("ipxe/bootx64.efi").wait(2).discover();
    expect(ids(played)).toEqual(["B12 likely"]);
  });
  test.each([
    ["ipxe.efi", "autoexec.ipxe"],
    ["shimx64.efi", "shim_certificate_0.efi"],
    ["grubx64.efi", "grub/grub.cfg-01-52-54-00-12-34-56"],
    ["syslinux.efi", "pxelinux.cfg/01-52-54-00-12-34-56"],
  ])("%s that asked for %s, which is not there, has run", (file, asked) => {
    const played = uefi(file).tftp(file).tftp(asked, "missing").wait(3).discover(byHttp);
    expect(ids(played)).not.toContainEqual(expect.stringMatching("B12"));
  });
  test.each(["grub/grub.cfg", "pxelinux.cfg/default", "ipxe/uefi.ipxe"])("%s came, and then silence", (config) => {
    expect(uefi("loader.efi").tftp("loader.efi").tftp(config).wait(31).verdicts()).toEqual(["delivered guess"]);
    const left = uefi("loader.efi").tftp("loader.efi").tftp(config).wait(3).discover(byHttp);
    expect(ids(left)).toEqual(["delivered guess"]);
  });
});
