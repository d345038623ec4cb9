import { describe, expect, it } from "vitest";
import { linuxKernel } from "./helpers/boot-bytes.ts";
import { findings, put, useCheckedFolder } from "./helpers/checked-tree.ts";

useCheckedFolder();

/** The codes and the messages that stand behind them. */
async function seen(config = "root: boot\n"): Promise<string[]> {
  return (await findings(config)).map((line) => line.replace(/^.*?: error\[(T\d+)\] /, "$1 "));
}

const forIpxe = "root: boot\nboot:\n  - { when: { firmware: ipxe }, script: boot.ipxe }\n";

describe("scripts of iPXE", () => {
  it("what a script asks for again and again until it is there", async () => {
    const script = "#!ipxe\n:again\nkernel images/vmlinuz || goto wait\nboot\n:wait\nsleep 1\ngoto again\n";
    put("boot.ipxe", script);
    expect(await seen(forIpxe)).toEqual([expect.stringMatching(/^T001 "images\/vmlinuz" is not in the root/)]);
    for (const way of ["kernel other", "shell", "prompt", "isset a && goto on", "exit"]) {
      put("boot.ipxe", script.replace("sleep 1", way));
      put("other", linuxKernel());
      expect(await seen(forIpxe), way).not.toContainEqual(expect.stringMatching(/T001/));
    }
  });
});
