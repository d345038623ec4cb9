import { describe, expect, it } from "vitest";
import { isIpxeBinary } from "../src/core/ipxe.ts";
import type { BootPlan } from "../src/core/plan.ts";
import { type Changes, replyTo, requestWith, silenceOf, text, toHex } from "./support.ts";

const bios: Changes = { options: { 60: text("PXEClient:Arch:00000:UNDI:002001"), 93: "0000" } };
const ipxeBios: Changes = { options: { ...bios.options, 77: text("iPXE"), 175: "130101150101" } };
const external = "192.168.1.17";

describe("isIpxeBinary", () => {
  it.each([
    "undionly.kpxe",
    "undionly.kkpxe",
    "undionly.pxe",
    "undionly.0",
    "UNDIONLY.KPXE",
    "ipxe.efi",
    "ipxe.efi.signed",
    "ipxe.lkrn",
    "ipxe.bin",
    "ipxe/ipxe.pxe",
    "/ipxe/ipxe-x64.efi",
    "ipxe-x86_64.efi",
    "ipxe-snponly-x86_64.efi",
    "ipxe64.efi",
    "ipxe.2024-01.efi",
    "snponly.efi",
    "snponly64.efi",
    "snp.efi",
    "intel.efi",
    "realtek-arm64.efi",
    "boot\\undionly.kpxe",
    "http://192.168.1.10:8069/ipxe/snponly.efi",
    "https://boot.example/ipxe.efi?build=7",
    "ipxe.efi#again",
  ])("%s is one", (name) => {
    expect(isIpxeBinary(name)).toBe(true);
  });

  it.each([
    "",
    "ipxe",
    "boot.ipxe",
    "ipxe/boot.ipxe",
    "ipxe/uefi.ipxe",
    "ipxe/grubx64.efi",
    "ipxe.efi/grubx64.efi",
    "ipxe.iso",
    "ipxe.efi.txt",
    "notipxe.efi",
    "ipxelinux.0",
    "intelligent.efi",
    "snapshot.efi",
    "pxelinux.0",
    "lpxelinux.0",
    "gpxelinux.0",
    "undionly.kkkpxe",
    "netboot.xyz.efi",
    "bootx64.efi",
    "http://ipxe.example/vmlinuz",
    "http://boot.example/menu?program=/ipxe.efi",
  ])("%j is none", (name) => {
    expect(isIpxeBinary(name)).toBe(false);
  });
});

describe("iPXE", () => {
  const script = { file: "boot menu.ipxe", url: "http://{address}/boot.ipxe" };
  const bootFile = (changes: Changes, plan: Omit<BootPlan, "kind">) =>
    replyTo(requestWith(changes), { plan }).decision.bootFile;
  const features = (hexed: string): Changes => ({ options: { 175: hexed } });

  it.each<[string, Changes, string]>([
    ["HTTP in its features", features("130101"), "http://192.168.1.10/boot.ipxe"],
    ["features without HTTP", features("150101"), "tftp://192.168.1.10/boot%20menu.ipxe"],
    ["no features", { options: { 77: text("iPXE") } }, "tftp://192.168.1.10/boot%20menu.ipxe"],
    ["another firmware", {}, "ipxe.efi"],
  ])("script for %s", (_name, changes, expected) => {
    expect(bootFile(changes, { file: "ipxe.efi", script })).toBe(expected);
  });

  it("an https script needs the feature https", () => {
    const secure = { file: "b.ipxe", url: "https://{address}/b.ipxe" };
    expect(bootFile(features("130101"), { script: secure })).toBe("tftp://192.168.1.10/b.ipxe");
    expect(bootFile(features("130101140101"), { script: secure })).toBe("https://192.168.1.10/b.ipxe");
  });

  it("a script that is only on HTTP goes to an iPXE that does not say what it can", () => {
    const { url } = script;
    expect(bootFile({ options: { 77: text("iPXE") } }, { script: { url } })).toBe("http://192.168.1.10/boot.ipxe");
    expect(silenceOf(requestWith(features("150101")), { plan: { script: { url } } })).toBe("no-boot-file");
    expect(silenceOf(requestWith(features("150101")), { plan: { script: { url: "", file: "" } } })).toBe(
      "no-boot-file",
    );
  });

  it("file names of scripts survive as URLs", () => {
    expect(bootFile(features("150101"), { script: { file: "/a#b?c%20.ipxe" } })).toBe(
      "tftp://192.168.1.10/a%23b%3Fc%2520.ipxe",
    );
    expect(bootFile(features("150101"), { script: { file: "b.ipxe" }, server: external })).toBe(
      `tftp://${external}/b.ipxe`,
    );
  });

  it.each([
    "undionly.kpxe",
    "ipxe/ipxe.efi",
    "a/snponly.efi",
    "ipxe-arm64.efi",
    "ipxe.pxe",
    "UNDIONLY.KPXE",
    "undionly.kkpxe",
    "ipxe.lkrn",
  ])("is not handed %s again", (file) => {
    expect(silenceOf(requestWith(ipxeBios), { plan: { file } })).toBe("ipxe-chain-loop");
    expect(bootFile(ipxeBios, { file, allowIpxeChain: true })).toBe(file);
    expect(bootFile(bios, { file })).toBe(file);
  });

  it("is not handed itself by URL either", () => {
    const url = "http://{address}:8069/ipxe/snponly.efi";
    expect(silenceOf(requestWith(ipxeBios), { plan: { url } })).toBe("ipxe-chain-loop");
    expect(silenceOf(requestWith(ipxeBios), { plan: { url: `${url}?again=1` } })).toBe("ipxe-chain-loop");
    expect(bootFile(ipxeBios, { url, allowIpxeChain: true })).toBe("http://192.168.1.10:8069/ipxe/snponly.efi");
    expect(bootFile(ipxeBios, { url: "http://{address}/lpxelinux.0" })).toBe("http://192.168.1.10/lpxelinux.0");
  });

  it.each(["pxelinux.0", "ipxe/boot.ipxe", "notipxe.efi", "grubx64.efi"])("is handed %s", (file) => {
    expect(bootFile(ipxeBios, { file })).toBe(file);
  });

  it("takes a plain URL when there is no file, and the priority of the plan", () => {
    const reply = replyTo(requestWith(ipxeBios), { plan: { url: "http://{address}/x", priority: 10 } });
    expect(reply.decision.bootFile).toBe("http://192.168.1.10/x");
    expect(toHex(reply.reply.options.get(175))).toBe("01010a");
    expect(silenceOf(requestWith(features("150101")), { plan: { url: "http://{address}/x" } })).toBe("no-boot-file");
    expect(replyTo(requestWith(bios), { plan: { file: "x", priority: 10 } }).reply.options.has(175)).toBe(false);
  });
});
