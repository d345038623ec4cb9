import { describe, expect, it } from "vitest";
import { machineId } from "../src/index.ts";
import { clientOf, outcomeOf, requestWith, silenceOf, text } from "./support.ts";

const bios = { 60: text("PXEClient:Arch:00000:UNDI:002001"), 93: "0000" };
const file = "boot/x64/wdsnbp.com";
const onPxePort = (options: Record<number, string | Uint8Array>) =>
  requestWith({ ciaddr: "192.168.1.57", flags: 0, options: { 53: "03", ...bios, ...options } });
const scene = { port: "pxe", source: { address: "192.168.1.57", port: 4011 }, plan: { file } } as const;

describe("a program that asks again as itself", () => {
  it("wdsnbp.com, with option 250 on the PXE port, gets no reply", () => {
    expect(silenceOf(onPxePort({ 250: "0c0101ff" }), scene)).toBe("wds-request");
  });

  it("its firmware, without option 250, is answered as before", () => {
    expect(outcomeOf(onPxePort({}), scene)).toMatchObject({ decision: { kind: "ack", bootFile: file } });
  });

  it.each([file, "/boot/x64/wdsnbp.com", "boot\\x64\\wdsnbp.com"])("is not sent %s, which it has loaded", (loaded) => {
    const plan = { file, loaded: [loaded] };
    expect(silenceOf(onPxePort({}), { ...scene, plan })).toBe("program-asks-again");
    expect(outcomeOf(onPxePort({}), { ...scene, plan: { file, loaded: ["boot/x64/pxeboot.n12"] } })).toMatchObject({
      decision: { kind: "ack" },
    });
  });

  it("a DISCOVER begins anew", () => {
    expect(outcomeOf(requestWith({ options: bios }), { plan: { file, loaded: [file] } })).toMatchObject({
      decision: { kind: "offer", bootFile: file },
    });
  });
});

describe("iPXE and what it loaded", () => {
  const ipxe = { ...bios, 77: text("iPXE"), 175: "130101150101" };

  it.each([
    ["undionly.kpxe", ["undionly.kpxe"]],
    ["/undionly.kpxe", ["undionly.kpxe"]],
    ["my loader", ["my loader"]],
  ])("%s is not handed out again when it was seen to loop", (name, ipxeLoops) => {
    expect(silenceOf(requestWith({ options: ipxe }), { plan: { file: name, ipxeLoops } })).toBe("ipxe-chain-loop");
    expect(outcomeOf(requestWith({ options: ipxe }), { plan: { file: name, ipxeLoops: [] } })).toMatchObject({
      decision: { kind: "offer", bootFile: name },
    });
  });

  it("nor by a URL of the same path, with or without a query", () => {
    const ipxeLoops = ["efi/my ipxe.efi"];
    for (const url of ["http://{address}:8069/efi/my%20ipxe.efi", "http://192.168.1.10/efi/my%20ipxe.efi?a=1"]) {
      expect(silenceOf(requestWith({ options: ipxe }), { plan: { url, ipxeLoops } })).toBe("ipxe-chain-loop");
    }
    const broken = "http://192.168.1.10/100%/ipxe.efi";
    expect(outcomeOf(requestWith({ options: ipxe }), { plan: { url: broken, ipxeLoops } })).toMatchObject({
      decision: { kind: "offer" },
    });
  });

  it("without any file gets the server alone where the plan says so", () => {
    expect(silenceOf(requestWith({ options: ipxe }), { plan: {} })).toBe("no-boot-file");
    const outcome = outcomeOf(requestWith({ options: ipxe }), { plan: { serverAlone: true } });
    expect(outcome).toMatchObject({ decision: { kind: "offer", server: "192.168.1.10" } });
    expect(outcome).not.toHaveProperty("decision.bootFile");
    expect(silenceOf(requestWith({ options: bios }), { plan: { serverAlone: true } })).toBe("no-boot-file");
  });
});

describe("PC BIOS", () => {
  const firmware = (arch: string | undefined, vendorClass = "PXEClient") =>
    clientOf(requestWith({ options: { 60: text(vendorClass), 93: arch } })).firmware;

  it.each(["0000", "0014", undefined])("is architecture %s", (arch) => {
    expect(firmware(arch)).toBe("bios");
  });

  it.each(["0001", "0003", "0004", "0005", "000c", "000d", "000e", "001f", "0020", "004d"])("is not %s", (arch) => {
    expect(firmware(arch)).toBe("other");
  });
});

describe("a client of a vendor class of the user's own", () => {
  const vendorClasses = ["Juniper", "Cisco"];
  const asks = (vendorClass: string, arch?: string) =>
    requestWith({ options: { 60: text(vendorClass), 55: "424396", 93: arch, 94: undefined, 97: undefined } });

  it.each(["Juniper-ex3400-24t", "Cisco N9K"])("%s needs no architecture, and gets no option 43", (vendorClass) => {
    const outcome = outcomeOf(asks(vendorClass), { vendorClasses, plan: { file: "switch.conf" } });
    const matched = vendorClass.slice(0, vendorClass.search(/[- ]/));
    expect(outcome).toMatchObject({
      client: { firmware: "other", matchedClass: matched },
      decision: { kind: "offer", bootFile: "switch.conf" },
      replies: [{ reply: { siaddr: "192.168.1.10" } }],
    });
    const options = outcome.kind === "packet" ? outcome.replies[0]?.reply.options : undefined;
    expect([options?.has(43), options?.has(66), options?.has(67)]).toEqual([false, true, true]);
  });

  it("with an architecture that nobody knows is ignored as ever, and so is PXEClient without one", () => {
    expect(silenceOf(asks("Juniper", "004d"), { vendorClasses })).toBe("unknown-architecture");
    expect(silenceOf(asks("PXEClient"), { vendorClasses })).toBe("architecture-missing");
  });
});

describe("a machine without a usable hardware address", () => {
  const infiniband = (identifier: string) =>
    requestWith({ htype: 32, hlen: 0, chaddr: new Uint8Array(16), options: { ...bios, 61: identifier } });

  it("is known by its client identifier, and two of them are two", () => {
    const ids = ["ff00000001aa01", "ff00000001aa02"].map((identifier) => {
      const packet = infiniband(identifier);
      const client = clientOf(packet);
      expect(client.mac).toBeUndefined();
      expect(machineId(packet)).toBe(client.clientId);
      return client.clientId;
    });
    expect(ids).toEqual(["ff:00:00:00:01:aa:01", "ff:00:00:00:01:aa:02"]);
  });

  it("with six bytes keeps its MAC address, whatever option 61 says", () => {
    const packet = requestWith({ options: { ...bios, 61: "ff00000001aa01" } });
    expect([clientOf(packet).mac, clientOf(packet).clientId, machineId(packet)]).toEqual([
      "52:54:00:12:34:56",
      undefined,
      "52:54:00:12:34:56",
    ]);
  });

  it("and without an identifier is known by what is in chaddr, or not at all", () => {
    const packet = requestWith({ htype: 32, hlen: 8, chaddr: new Uint8Array(16).fill(1), options: { 61: undefined } });
    expect(machineId(packet)).toBe("01:01:01:01:01:01:01:01");
    expect(machineId(requestWith({ htype: 32, hlen: 0, options: { 61: "01" } }))).toBe("");
  });
});
