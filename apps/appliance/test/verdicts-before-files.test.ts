import { describe, expect, test } from "vitest";
import { MAC, ROUTER, SERVER, story } from "./helpers/story.ts";

const bios = { arch: 0 };
const biosPlan = { kind: "boot", file: "pxelinux/pxelinux.0" } as const;
const pi = {
  arch: 0,
  mac: "dc:a6:32:01:36:c2",
  options: { vendorClassIdentifier: "PXEClient:Arch:00000:UNDI:002001" },
};
const direct = { kind: "boot", file: "efi/bootx64.efi", form: "direct" } as const;

/** The form with a second phase. */
const server = { kind: "boot", file: "efi/bootx64.efi", form: "server" } as const;

/** edk2 without any DHCP server: its four waits. */
function alone(options: Parameters<typeof story>[0]) {
  return story(options).discover().wait(4).discover(undefined, 4).wait(8).discover(undefined, 12).wait(16);
}

describe("B01, no DHCP server", () => {
  test("likely when its broadcast offers would have been heard", () => {
    const played = alone({ overhearing: true });
    expect(played.verdicts()).toEqual(["B01 likely"]);
    expect(played.primary()?.sentence).toContain("no DHCP server was seen to offer it an address");
    expect(played.primary()?.evidence).toEqual([1, 2]);
  });
  test("a guess when replies of others cannot be heard", () => {
    expect(alone({}).verdicts()).toEqual(["B01 guess"]);
    expect(alone({ overhearing: true, machine: { broadcast: false } }).verdicts()).toEqual(["B01 guess"]);
  });
  test("not when a lease was taken; when an address was offered, it is that the client does not take it", () => {
    const leased = story().discover().wait(4).discover().lease().wait(8);
    expect(leased.verdicts()).not.toContainEqual(expect.stringMatching("B01"));
    const offered = story({ overhearing: true })
      .discover()
      .foreignOffer()
      .wait(4)
      .discover()
      .wait(8)
      .discover()
      .wait(16);
    expect(offered.verdicts()).toEqual(["B19 likely"]);
  });
  test("not for one lost DISCOVER, and not when we kept silent", () => {
    expect(story().discover().wait(59).verdicts()).toEqual([]);
    const silent = alone({ plan: { kind: "ignore", code: "rule-ignores", reason: "any words", rule: "office" } });
    expect(silent.verdicts()).toEqual(["unanswered certain"]);
  });
});

describe("B02, the router says it is the PXE server", () => {
  test("certain: its offer carries option 60", () => {
    const stuck = (plan: typeof server | typeof direct) =>
      story({ overhearing: true, plan }).discover().foreignOffer({ vendorClass: "PXEClient" }).lease().wait(15);
    const played = stuck(server);
    expect(played.verdicts()).toEqual(["B02 certain"]);
    // A proxy offer with option 43 beats a bare option 60 in edk2.
    expect(stuck(direct).verdicts()).toEqual(["B02 likely"]);
    expect(played.primary()?.fix).toContain(ROUTER);
  });
  test("not when the client comes to us all the same", () => {
    const played = story({ overhearing: true })
      .discover()
      .foreignOffer({ vendorClass: "PXEClient" })
      .lease()
      .pxeRequest();
    expect(played.wait(15).verdicts()).not.toContainEqual(expect.stringMatching("B02"));
  });
  test("not for another vendor class", () => {
    const played = story({ overhearing: true, plan: server })
      .discover()
      .foreignOffer({ vendorClass: "MSFT 5.0" })
      .lease()
      .wait(15);
    expect(played.verdicts()).toEqual(["B04 likely"]);
  });
});

describe("B03, the router's boot file", () => {
  const heard = (machine: object, plan: object = {}) =>
    story({ overhearing: true, machine, ...plan })
      .discover()
      .foreignOffer({ file: "old/pxelinux.0" })
      .lease()
      .wait(16);
  test.each([
    ["certain", { arch: 0, ipxe: true }, { plan: { kind: "boot", file: "boot.ipxe" } }],
    ["likely", bios, { plan: biosPlan }],
    ["guess", { arch: 7 }, {}],
  ])("%s for %j", (confidence, machine, plan) => {
    const played = heard(machine, plan);
    expect(played.verdicts()).toEqual([`B03 ${confidence}`]);
    expect(played.primary()?.sentence).toContain('"old/pxelinux.0"');
  });
  test("not when our file was fetched", () => {
    const played = story({ overhearing: true, machine: bios, plan: biosPlan })
      .discover()
      .foreignOffer({ file: "x.0" })
      .lease();
    expect(played.tftp("pxelinux/pxelinux.0").wait(16).verdicts()).toEqual([]);
  });
});

describe("B04, silence on port 4011", () => {
  test("likely, and the fix names the firewall", () => {
    const played = story({ plan: server }).discover().wait(4).lease().wait(13);
    expect(played.verdicts()).toEqual(["B04 likely"]);
    expect(played.primary()?.fix).toMatch(/^open 4011\/udp/);
    expect(played.primary()?.evidence).toEqual([2, 3]);
  });
  test("when others reach the port, the fix is the form", () => {
    const played = story({ plan: server }).pxeRequest({ arch: 7, mac: "52:54:00:00:00:99" }, "192.168.11.99").wait(2);
    played.discover().lease().wait(13);
    expect(played.primary()).toMatchObject({ id: "B04", fix: expect.stringMatching(/^other clients reach/) });
  });
  test("not before 12 s, not with the direct form, not after a request on the port, not for iPXE", () => {
    expect(story({ plan: server }).discover().lease().wait(11).verdicts()).toEqual([]);
    expect(story({ plan: direct }).discover().lease().wait(15).verdicts()).toEqual([]);
    expect(story({ plan: server }).discover().lease().pxeRequest().wait(15).verdicts()).toEqual([]);
    const ipxe = story({ machine: { arch: 7, ipxe: true }, plan: { kind: "boot", file: "a.ipxe", form: "server" } });
    expect(ipxe.discover().lease().wait(15).verdicts()).toEqual([]);
  });
  test("not without proof of a lease", () => {
    expect(story({ plan: server }).discover().wait(30).verdicts()).toEqual([]);
  });
});

describe("B05, the answers on port 4011 are lost", () => {
  test("likely after requests at 1, 2 and 3 s that were all answered", () => {
    const played = story().discover().lease().pxeRequest().wait(1).pxeRequest().wait(2).pxeRequest().wait(3);
    expect(played.verdicts()).toEqual(["B05 likely"]);
    expect(played.primary()?.sentence).toContain("3 times");
  });
  test("not for one repetition, not when the file is fetched after all", () => {
    expect(story().discover().lease().pxeRequest().wait(1).pxeRequest().wait(4).verdicts()).toEqual([]);
    const played = story().discover().lease().pxeRequest().wait(1).pxeRequest().wait(2).pxeRequest();
    expect(played.tftp("efi/bootx64.efi").wait(4).verdicts()).toEqual([]);
  });
});

describe("B06, named in a reply and not fetched", () => {
  test("likely after an ACK", () => {
    const played = story().discover().lease().pxeRequest().wait(21);
    expect(played.verdicts()).toEqual(["B06 likely"]);
    expect(played.primary()?.fix).toContain("69/udp");
  });
  test("likely after a direct offer and a lease; a long name is reported", () => {
    expect(story({ plan: direct }).discover().lease().wait(21).verdicts()).toEqual(["B06 likely"]);
    const long = story({ plan: { ...direct, file: `${"d/".repeat(80)}x.efi` } })
      .discover()
      .lease()
      .wait(21);
    expect(long.primary()?.fix).toContain("127 bytes");
  });
  test("names the DHCP server's own boot file as a cause where its offer was not heard", () => {
    const unheard = story({ plan: direct }).discover().lease().wait(21).primary();
    expect(unheard?.sentence).toContain("not seen here, names a boot file of its own");
    expect(unheard?.fix).toContain("options 60 and 67");
    const asked = story().discover().lease().pxeRequest().wait(21).primary();
    expect(asked?.sentence).not.toContain("not heard");
    expect(asked?.fix).not.toContain("options 60");
  });
  test("certain when we refused the requests ourselves", () => {
    const played = story().discover().lease().pxeRequest().tftp("efi/bootx64.efi", "client-not-allowed").wait(6);
    expect(played.verdicts()).toEqual(["B06 certain"]);
    expect(played.primary()?.fix).toContain("subnets");
  });
  test("not while iPXE waits for IPv6, not when the files are elsewhere", () => {
    const machine = { arch: 0, ipxe: true };
    const ipxe = story({ machine, plan: { kind: "boot", file: "boot.ipxe" } })
      .discover()
      .lease()
      .wait(30);
    expect(ipxe.verdicts()).toEqual([]);
    expect(ipxe.wait(6).verdicts()).toEqual(["B06 likely"]);
    const elsewhere = story({ machine: bios, plan: { ...biosPlan, server: "192.168.11.17" } })
      .discover()
      .lease()
      .wait(40);
    expect(elsewhere.verdicts()).toEqual(["unclear certain"]);
    expect(elsewhere.primary()?.sentence).toContain("192.168.11.17");
  });
});

describe("B14, HTTP Boot without a request", () => {
  const machine = { arch: 16, http: true };
  const url = (host: string) => ({ kind: "boot", url: `http://${host}:8069/a.efi` }) as const;
  test("likely after a lease", () => {
    const played = story({ machine, plan: url("{address}") })
      .discover()
      .lease()
      .wait(21);
    expect(played.verdicts()).toEqual(["B14 likely"]);
    expect(played.primary()?.fix).toContain("allow HTTP");
  });
  test("likely when the host is a name and the firmware drops the offer", () => {
    const played = story({ machine, plan: url("boot.lan") })
      .discover()
      .wait(4)
      .discover()
      .wait(8)
      .discover()
      .wait(4);
    expect(played.verdicts()).toEqual(["B14 likely"]);
    expect(played.primary()?.fix).toContain("IPv4");
  });
  test("not when the file was fetched, not for a repetition without a name, not when the URL leads elsewhere", () => {
    const own = story({ machine, plan: url(SERVER) })
      .discover()
      .lease()
      .http("a.efi", { method: "HEAD" })
      .http("a.efi");
    expect(own.wait(25).verdicts()).toEqual([]);
    const repeated = story({ machine, plan: url(SERVER) })
      .discover()
      .wait(4)
      .discover()
      .wait(8)
      .discover()
      .wait(4);
    expect(repeated.verdicts()).toEqual(["B01 guess"]);
    const far = story({ machine, plan: url("192.168.11.17") })
      .discover()
      .lease()
      .wait(25);
    expect(far.verdicts()).toEqual(["unclear certain"]);
  });
});

describe("B15, a Raspberry Pi that ignores the offer", () => {
  const asks = (times: number) => {
    const played = story({ machine: pi, plan: { kind: "boot" } });
    for (let time = 0; time < times; time++) played.discover(pi, time * 5).wait(5);
    return played;
  };
  test("likely after four DISCOVERs", () => {
    const played = asks(5);
    expect(played.verdicts()).toEqual(["B15 likely"]);
    expect(played.primary()?.fix).toContain(SERVER);
    expect(played.boot().mac).toBe(pi.mac);
  });
  test("not after two, not when it asks for files", () => {
    expect(asks(2).verdicts()).toEqual([]);
    expect(asks(4).tftp("bootcode.bin").wait(5).verdicts()).toEqual([]);
  });
});

describe("B16, a second proxy", () => {
  const other = { from: "192.168.11.200", address: "0.0.0.0", vendorClass: "PXEClient", file: "theirs.0" };
  test("certain, and the failure when the client did not come to us", () => {
    const played = story({ overhearing: true, machine: bios, plan: biosPlan })
      .discover()
      .foreignOffer(other)
      .lease()
      .wait(13);
    expect(played.verdicts()).toEqual(["B16 certain"]);
    expect(played.primary()?.sentence).toContain("192.168.11.200");
  });
  test("a warning beside the verdict when it did", () => {
    const played = story({ overhearing: true, machine: bios, plan: biosPlan }).discover().foreignOffer(other).lease();
    played.tftp("pxelinux/pxelinux.0").tftp("pxelinux/ldlinux.c32").tftp("memtest86+/memtest.bin").wait(11);
    expect(played.verdicts()).toEqual(["delivered likely", "B16 certain"]);
    expect(played.boot().verdicts[1]?.severity).toBe("warning");
  });
  test("our own offer is not another's, and a DHCP server is no proxy", () => {
    const played = story({ overhearing: true, machine: bios, plan: biosPlan });
    played
      .discover()
      .foreignOffer({ ...other, from: SERVER })
      .foreignOffer()
      .lease()
      .wait(13);
    expect(played.verdicts()).toEqual([]);
  });
});

test("each verdict is reported once, and again only when it changes", () => {
  const played = story({ plan: server }).discover().lease().wait(40);
  expect(played.reached.map(({ id }) => id)).toEqual(["B04"]);
  played.pxeRequest().tftp("efi/bootx64.efi").wait(31);
  expect(played.reached.map(({ id }) => id)).toEqual(["B04", "B12"]);
  expect(played.boot()).toMatchObject({ mac: MAC, address: "192.168.11.50", arch: "x64-uefi", firmware: "uefi" });
});
