import { messageTypes } from "@bootlace/dhcp-core";
import type { BootClient } from "@bootlace/proxy-dhcp";
import { describe, expect, test } from "vitest";
import { ROUTER, SERVER, story } from "./helpers/story.ts";

describe("U-Boot", () => {
  test("B06: it heeds the server that gives the address", () => {
    const plan = { kind: "boot", file: "efi/bootx64.efi", form: "direct" } as const;
    const machine = { arch: 11, options: { parameterRequestList: [1, 3, 6, 12, 17] } };
    const played = story({ machine, plan }).discover().lease();
    expect(played.wait(19).verdicts()).toEqual([]);
    expect(played.wait(2).verdicts()).toEqual(["B06 likely"]);
    expect(played.primary()).toMatchObject({
      sentence: expect.stringContaining(`here ${ROUTER}`),
      fix: expect.stringMatching(`let ${ROUTER} name ${SERVER} as its next server`),
      evidence: [1, 2, 3],
    });
    expect(story({ machine, plan }).discover().lease().tftp("efi/bootx64.efi").wait(21).verdicts()).not.toContain(
      "B06 likely",
    );
  });
  test("B10 is about the architecture that asked last: it has two", () => {
    const plan = ({ arch }: BootClient) => ({ kind: "ignore" as const, reason: `no boot file for ${arch?.name}` });
    const played = story({ plan, machine: { arch: 22 } })
      .discover()
      .wait(3)
      .discover({ arch: 11 })
      .wait(3);
    expect(played.primary()).toMatchObject({ id: "B10", fix: expect.stringContaining("a boot file for arm64-uefi ") });
  });
  test("in its own name it is no operating system, though it takes an address", () => {
    const board = { vendorClassIdentifier: "U-Boot.armv8", clientArch: [22] };
    const played = story({ plan: { kind: "boot", file: "grubaa64.efi" }, machine: { arch: 11 } })
      .discover()
      .lease()
      .tftp("grubaa64.efi")
      .ordinary(messageTypes.DISCOVER, board)
      .ordinary(messageTypes.REQUEST, {
        ...board,
        serverIdentifier: "192.168.11.1",
        requestedAddress: "192.168.11.50",
      });
    expect(played.wait(2).verdicts()).toEqual([]);
    expect(played.boot().steps.map(({ kind }) => kind)).toEqual(["discover", "offer", "lease", "file", "lease"]);
  });
});
