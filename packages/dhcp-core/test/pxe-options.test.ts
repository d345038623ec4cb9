import { describe, expect, test } from "vitest";
import { decodePxeOptions, encodeOption, encodePxeOptions, PXE_OPTIONS } from "../src/index.ts";
import { hex, toHex, unwrap } from "./support.ts";

describe("PXE sub-options out of shape", () => {
  test.each(["0601", "06020300 0a", "0a", "0804"])("%s runs past the end", (octets) => {
    expect(decodePxeOptions(hex(octets))).toMatchObject({ ok: false, fault: { code: "truncated" } });
  });

  test("PAD, END and what follows it", () => {
    expect(unwrap(decodePxeOptions(hex("00 060108 00 ff 0601")))).toEqual({ discoveryControl: 8 });
    expect(unwrap(decodePxeOptions(hex("060108")))).toEqual({ discoveryControl: 8 });
    expect(unwrap(decodePxeOptions(hex("")))).toEqual({});
    expect(unwrap(decodePxeOptions(hex("000000")))).toEqual({});
  });

  test.each([
    ["0600", "at 0"],
    ["0900", "no item"],
    ["0903800000", "an item without text"],
    ["09040000 0261", "text past the end"],
    ["0800", "no server"],
    ["0803 000101", "an address past the end"],
    ["0806 000101 0a0000", "an address cut off"],
    ["0a00", "no timeout"],
    ["470300 0000", "three octets"],
  ])("%s is kept as malformed: %s", (octets) => {
    const value = unwrap(decodePxeOptions(hex(octets)));
    expect(Object.keys(value)).toEqual(["others"]);
    expect(value.others?.[0]?.fault).toBeDefined();
    const written = encodePxeOptions(value);
    expect(written.ok && toHex(written.bytes)).toBe(`${octets.replaceAll(" ", "")}ff`);
  });

  test("values that do not fit", () => {
    const long = "x".repeat(256);
    for (const options of [
      { bootMenu: [{ type: 0, text: long }] },
      { bootMenu: [{ type: 0, text: "" }] },
      { bootMenu: [] },
      { bootServers: [] },
      { bootServers: [{ type: 1, addresses: Array(256).fill("1.2.3.4") }] },
      { menuPrompt: { timeout: 256, text: "" } },
      { menuPrompt: { timeout: 0, text: long } },
      { bootItem: { type: 0x10000, layer: 0 } },
      { others: [{ code: 0, bytes: hex("") }] },
      { others: [{ code: 255, bytes: hex("") }] },
      { others: [{ code: 64, bytes: new Uint8Array(256) }] },
    ]) {
      expect(encodePxeOptions(options).ok).toBe(false);
    }
    expect(encodePxeOptions({ menuPrompt: { timeout: 0, text: "x".repeat(200_000) } }).ok).toBe(false);
    const { bootMenu, bootServers } = PXE_OPTIONS;
    expect(bootMenu.format.encode([{ type: 0, text: long }]).ok).toBe(false);
    expect(bootMenu.format.encode([{ type: 0, text: "x".repeat(200_000) }]).ok).toBe(false);
    expect(bootServers.format.encode([{ type: 1, addresses: Array(256).fill("1.2.3.4") }]).ok).toBe(false);
    expect(encodePxeOptions({ others: [{ code: 254, bytes: new Uint8Array(255) }] }).ok).toBe(true);
    expect(encodeOption("relayAgentInformation", { others: [{ code: 255, bytes: hex("") }] }).ok).toBe(true);
    expect(encodeOption("relayAgentInformation", { others: [{ code: 256, bytes: hex("") }] }).ok).toBe(false);
  });
});
