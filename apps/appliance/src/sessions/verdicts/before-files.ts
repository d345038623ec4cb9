import { quote } from "@bootlace/dhcp-core";
import type { StepOf } from "../step.ts";
import { type Verdict, verdict } from "./verdict.ts";
import type { BootView } from "./view.ts";

/** The rules for boots that ended before the first file, most specific first. */
export function beforeFiles(view: BootView): Verdict | undefined {
  if (view.files.length > 0 || view.boot.key.startsWith("ip ")) return undefined;
  return (
    raspberryPi(view) ??
    routerIsPxeServer(view) ??
    routerBootFile(view) ??
    secondProxyWon(view) ??
    pxeAckLost(view) ??
    pxePortSilent(view) ??
    urlNotFetched(view) ??
    ubootAsksElsewhere(view) ??
    fileNotFetched(view) ??
    noDhcpServer(view)
  );
}

function noDhcpServer(view: BootView): Verdict | undefined {
  const { discovers, asked, offers, leases, pxeRequests, foreign, context } = view;
  if (offers.length === 0 || leases.length > 0 || pxeRequests.length > 0) return undefined;
  if (foreign.some(({ proxy }) => !proxy)) return undefined;
  if (!(asked >= 3 || (asked >= 2 && view.silentFor(10_000)))) return undefined;
  const audible = context.overhearing && discovers.every(({ broadcast, relay }) => broadcast && relay === undefined);
  return verdict(
    "B01",
    audible ? "likely" : "guess",
    [...discovers, ...offers],
    audible
      ? `the client asked ${asked} times and Bootlace answered, but no DHCP server was seen to offer it an address`
      : `the client asked ${asked} times and Bootlace answered, but it took no address: what DHCP servers offer it cannot be heard here`,
    "check that a DHCP server serves this network (router, VLAN, relay) and has free addresses",
  );
}

function routerIsPxeServer(view: BootView): Verdict | undefined {
  const claim = view.foreign.find(({ proxy, vendorClass }) => !proxy && vendorClass?.startsWith("PXEClient"));
  if (claim === undefined || view.pxeRequests.length > 0 || !isStuck(view, 12_000)) return undefined;
  // edk2 prefers a proxy offer with option 43 to a bare option 60 of the DHCP server.
  const loses = view.offers.some(({ form }) => form === "server") || view.boot.firmware !== "uefi";
  return verdict(
    "B02",
    loses ? "certain" : "likely",
    [...view.discovers, claim, ...view.leases],
    `the DHCP server ${claim.server} sends option 60 "PXEClient", so the client asks it for boot files instead of Bootlace`,
    `remove option 60 (vendor class PXEClient) from the DHCP server ${claim.server}`,
  );
}

function routerBootFile(view: BootView): Verdict | undefined {
  const offer = view.foreign.find(({ proxy, bootFile }) => !proxy && bootFile !== undefined);
  if (offer?.bootFile === undefined || view.leases.length === 0) return undefined;
  if (view.pxeRequests.length > 0 || view.elsewhere || !view.silentFor(15_000)) return undefined;
  const firmware = view.boot.firmware;
  // iPXE looks into the address offer first; edk2 prefers a proxy; ROMs differ.
  const confidence = firmware === "ipxe" ? "certain" : firmware === "bios" ? "likely" : "guess";
  return verdict(
    "B03",
    confidence,
    [offer, ...view.leases],
    `the DHCP server ${offer.server} names a boot file itself, ${quote(offer.bootFile)}, and the client took that one`,
    `remove the boot file (options 66 and 67, next-server) from the DHCP server ${offer.server}, or let it name what you want`,
  );
}

/** Only when this client got nothing from us; otherwise the second proxy is a warning beside the verdict. */
function secondProxyWon(view: BootView): Verdict | undefined {
  const other = view.foreign.find(({ proxy }) => proxy);
  if (other === undefined || view.leases.length === 0 || view.pxeRequests.length > 0) return undefined;
  return view.elsewhere || !view.silentFor(12_000) ? undefined : secondProxy(view, other);
}

/** A second source of offers without an address. Seen, so certain; that it does harm is another matter. */
export function secondProxy(view: BootView, other = view.foreign.find(({ proxy }) => proxy)): Verdict | undefined {
  if (other === undefined) return undefined;
  const file = other.bootFile === undefined ? "" : ` with boot file ${quote(other.bootFile)}`;
  return verdict(
    "B16",
    "certain",
    [other, ...view.offers],
    `a second proxyDHCP server, ${other.server}, answers the same clients${file}: which one a client follows is chance`,
    `stop the proxyDHCP service on ${other.server}, or Bootlace for these clients (rule with ignore: true)`,
  );
}

function pxePortSilent(view: BootView): Verdict | undefined {
  const { leases, pxeRequests, boot, context } = view;
  const offer = view.offers.findLast(
    ({ form, bootFile }) => form === "server" || (form === "menu" && bootFile === undefined),
  );
  if (offer === undefined || leases.length === 0 || pxeRequests.length > 0 || boot.firmware === "ipxe")
    return undefined;
  if (!view.silentFor(12_000)) return undefined;
  const direct = "use the form direct for this client (rule with form: direct)";
  return verdict(
    "B04",
    "likely",
    [offer, ...leases],
    "the client took an address and then asked nothing on port 4011, where Bootlace would have told it the boot file",
    context.pxePortHeard
      ? `other clients do reach port 4011, so this firmware may not ask there: ${direct}`
      : `open 4011/udp in the firewall of this machine; if it is open, ${direct}`,
  );
}

function pxeAckLost(view: BootView): Verdict | undefined {
  const { pxeRequests, acks } = view;
  const asked = pxeRequests.reduce((sum, { times }) => sum + times, 0);
  const answered = acks.reduce((sum, { times }) => sum + times, 0);
  if (asked < 3 || answered < 3 || !view.silentFor(2_000)) return undefined;
  return verdict(
    "B05",
    "likely",
    [...pxeRequests, ...acks],
    `the client asked ${asked} times on port 4011 and was answered each time: the answers do not reach it, or it refuses them`,
    "check firewall and NAT between Bootlace and the client: replies leave from port 4011 of the address that was asked",
  );
}

function fileNotFetched(view: BootView): Verdict | undefined {
  const { telling, boot, leases, acks } = view;
  if (telling?.bootFile === undefined || view.elsewhere || view.discovers.some(({ http }) => http)) return undefined;
  if (telling.kind === "offer" && leases.length === 0) return undefined;
  // iPXE may wait 15 s for IPv6 before it goes on.
  if (!view.silentFor(boot.firmware === "ipxe" ? 35_000 : 20_000)) return undefined;
  const long = telling.notes.includes("file-only-in-option-67");
  // iPXE looks into the address offer first, and a DHCP server may send that where Bootlace does not hear it.
  const unheard = telling.kind === "offer" && !view.foreign.some(({ proxy }) => !proxy);
  return verdict(
    "B06",
    "likely",
    [...leases, ...acks, telling],
    `the client was told to fetch ${quote(telling.bootFile)} and never asked for it: TFTP does not reach Bootlace${
      long ? ", or the name is too long for it" : ", or the client rejected the name"
    }${unheard ? ", or the DHCP server's offer, which was not heard here, names a boot file of its own" : ""}`,
    [
      "open 69/udp in the firewall of this machine and between the networks",
      ...(long ? ["use a boot file name of at most 127 octets"] : []),
      ...(unheard ? ["take options 60 and 67 and the boot file name from the DHCP server"] : []),
    ].join("; "),
  );
}

/** U-Boot drops offers without an address unless it was built otherwise, and few builds are. */
function ubootAsksElsewhere(view: BootView): Verdict | undefined {
  const { telling, boot, leases } = view;
  const from = leases.at(-1)?.server;
  if (boot.firmware !== "u-boot" || telling?.bootFile === undefined || from === undefined) return undefined;
  if (view.elsewhere || !view.silentFor(20_000)) return undefined;
  return verdict(
    "B06",
    "likely",
    [...view.discovers, telling, ...leases],
    `U-Boot was told to fetch ${quote(telling.bootFile)} and never asked for it: most builds heed only the DHCP server that gives the address, here ${from}`,
    `let ${from} name ${telling.server} as its next server (siaddr), or set ${telling.server} in U-Boot itself`,
  );
}

function urlNotFetched(view: BootView): Verdict | undefined {
  const { telling, leases } = view;
  if (telling?.bootFile === undefined || telling.form !== "http" || !isStuck(view, 20_000)) return undefined;
  const named = telling.notes.includes("url-host-is-a-name");
  // A name that cannot be looked up makes the firmware drop the offer before it takes an address.
  if (named ? leases.length > 0 : leases.length === 0 || view.elsewhere) return undefined;
  return verdict(
    "B14",
    "likely",
    [...view.discovers, telling, ...leases],
    named
      ? `the firmware was told to fetch ${quote(telling.bootFile)} and did not: its host is a name, and the DHCP server must offer a DNS server for that`
      : `the firmware was told to fetch ${quote(telling.bootFile)} and did not: plain HTTP is switched off in its setup, or the port is closed`,
    named
      ? "write an IPv4 address into the URL"
      : "allow HTTP (not only HTTPS) for network boot in the firmware setup; open the HTTP port in the firewall of this machine",
  );
}

function raspberryPi(view: BootView): Verdict | undefined {
  const { boot, offers, asked, leases } = view;
  if (boot.firmware !== "raspberry-pi" || offers.length === 0 || view.elsewhere) return undefined;
  if (!(asked >= 4 || (leases.length > 0 && view.silentFor(20_000)))) return undefined;
  const server = offers[0]?.server ?? "";
  return verdict(
    "B15",
    "likely",
    [...view.discovers, ...offers, ...leases],
    `the Raspberry Pi asked ${asked} times, was answered, and never asked for a file`,
    `keep the Pi in the same subnet as Bootlace, without a relay; on a Pi 4 or later set TFTP_IP=${server} in the EEPROM configuration`,
  );
}

/** The client repeats itself, or went silent without having come to us. */
function isStuck(view: BootView, milliseconds: number): boolean {
  return view.leases.length > 0 ? view.silentFor(milliseconds) : view.asked >= 3;
}

/** Bootlace said nothing, on purpose: at all, or to what the client asked last. */
export function unanswered(view: BootView): StepOf<"silence"> | undefined {
  const last = view.silences.at(-1);
  if (last === undefined || view.files.length + view.acks.length > 0) return undefined;
  return view.offers.length === 0 || (last.port === "pxe" && view.silentFor(10_000)) ? last : undefined;
}
