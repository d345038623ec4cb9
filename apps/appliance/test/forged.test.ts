import { describe, expect, test } from "vitest";
import { observing } from "./helpers/admin.ts";
import { CLIENT, MAC, story } from "./helpers/story.ts";

const macOf = (number: number) => `02:00:00:00:${(number >> 8).toString(16).padStart(2, "0")}:${hex(number & 255)}`;
const hex = (octet: number) => octet.toString(16).padStart(2, "0");
const ownerOf = (played: ReturnType<typeof story>, file: string) =>
  played.boots().find(({ steps }) => steps.some((step) => step.kind === "file" && step.file === file))?.key;

describe("a flood of machines that are none", () => {
  test("is judged in turns, so that a tick is short, and each has its turn", () => {
    const played = story({ plan: { kind: "ignore", reason: "not known here" } });
    for (let number = 0; number < 700; number++) played.discover({ mac: macOf(number) });
    const judged = () => played.boots().filter(({ verdicts }) => verdicts.length > 0).length;
    played.skip(1);
    expect(judged()).toBe(512);
    played.skip(1);
    expect(judged()).toBe(700);
  });

  test("pushes no boot that took place out of the history", async () => {
    const played = story();
    played.discover().lease().pxeRequest().tftp("efi/bootx64.efi").skip(200);
    for (let number = 0; number < 2000; number++) {
      played.tftp("grub.cfg", "missing", { address: `10.99.${number >> 8}.${number & 255}` });
    }
    played.skip(200).skip(1).skip(1).skip(1);
    const { observer, observe } = observing({ maxBoots: 600 });
    for (const event of played.events) observe(event);
    const kept = (await observer.boots({ limit: 5000 })).boots;
    expect(kept.length).toBeLessThanOrEqual(600);
    expect(kept.some(({ mac }) => mac === MAC)).toBe(true);
    await observer.close();
  });
});

describe("a request from an address that no packet shows", () => {
  const two = () =>
    story()
      .discover({ mac: macOf(1) })
      .discover({ mac: macOf(2) });

  test("is not the first machine's when that has its address by now", () => {
    const played = two()
      .pxeRequest({ mac: macOf(1) }, "192.168.11.71")
      .tftp("a", "running", { address: CLIENT });
    expect(ownerOf(played, "a")).toBe(macOf(2));
  });

  test("is not that of a machine that was silent for a minute, but of the one that was not", () => {
    const played = story()
      .discover({ mac: macOf(1) })
      .wait(61)
      .discover({ mac: macOf(2) })
      .tftp("a", "running", { address: CLIENT });
    expect(ownerOf(played, "a")).toBe(macOf(2));
  });

  test("is that of the silent one again when it asks again", () => {
    const played = story()
      .discover({ mac: macOf(1) })
      .wait(61)
      .tftp("a", "running", { address: "192.168.11.80" });
    expect(ownerOf(played, "a")).toBe("ip 192.168.11.80");
    played.discover({ mac: macOf(1) }).tftp("b", "running", { address: CLIENT });
    expect(ownerOf(played, "b")).toBe(macOf(1));
  });
});
