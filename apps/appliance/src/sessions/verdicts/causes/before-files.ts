import { quote } from "@bootlace/dhcp-core";
import { ignoreText } from "@bootlace/proxy-dhcp";
import { fixOf } from "../../../catalogue/reasons/reason.ts";
import { silenceReason } from "../../../catalogue/reasons/table.ts";
import type { StepOf } from "../../step.ts";
import type { Words } from "./words.ts";

/** Why a boot ended before its first file. */
export const causesBeforeFiles = {
  "no-lease": ({ asked, audible }: { asked: number; audible: boolean }): Words => ({
    sentence: audible
      ? `the client asked ${asked} times and Bootlace replied, but no DHCP server was seen to offer it an address`
      : `the client asked ${asked} times and Bootlace replied, but it took no address: offers of DHCP servers cannot be seen here`,
    fix: "check that a DHCP server serves this network (router, VLAN, relay) and has free addresses",
  }),

  "router-claims-pxe": ({ router }: { router: string }): Words => ({
    sentence: `the DHCP server ${router} sends option 60 "PXEClient", so the client requests its boot file there, not from Bootlace`,
    fix: `remove option 60 (vendor class PXEClient) from the DHCP server ${router}`,
  }),

  "router-names-file": ({ router, file }: { router: string; file: string }): Words => ({
    sentence: `the DHCP server ${router} names a boot file of its own, ${quote(file)}, and the client used that`,
    fix: `remove the boot file (options 66 and 67, next-server) from the DHCP server ${router}, or let it name what you want`,
  }),

  "second-proxy": ({ proxy, file }: { proxy: string; file: string | undefined }): Words => {
    const named = file === undefined ? "" : ` with boot file ${quote(file)}`;
    return {
      sentence: `a second proxyDHCP server, ${proxy}, replies to the same clients${named}: it is chance which one a client obeys`,
      fix: `stop the proxyDHCP service on ${proxy}, or Bootlace for these clients (rule with ignore: true)`,
    };
  },

  "pxe-port-silent": ({ heard }: { heard: boolean }): Words => {
    const direct = "use the form direct for this client (rule with form: direct)";
    return {
      sentence:
        "the client took an address but sent no request to port 4011, where Bootlace would have named the boot file",
      fix: heard
        ? `other clients reach port 4011, so this firmware may never ask there: ${direct}`
        : `open 4011/udp in the firewall of this machine; if it is open, ${direct}`,
    };
  },

  "pxe-ack-lost": ({ asked }: { asked: number }): Words => ({
    sentence: `the client asked ${asked} times on port 4011 and Bootlace replied each time: the replies do not reach it, or it rejects them`,
    fix: "check the firewall and NAT between Bootlace and the client: replies come from port 4011 of the address that the client asked",
  }),

  "leases-our-address": (facts: { address: string; router: string; own: boolean }): Words => {
    const { address, router, own } = facts;
    const whose = own ? "Bootlace's own address" : "the address of a file server that a rule names";
    return {
      sentence: `the DHCP server ${router} assigns this client ${address}, ${whose}: the client requests its files from itself`,
      fix: `take ${address} out of the address pool of ${router}, or reserve it for ${own ? "Bootlace" : "that server"}`,
    };
  },

  "offers-not-taken": (facts: {
    router: string;
    server: string;
    file: string | undefined;
    form: string;
    mac: string | undefined;
  }): Words => {
    const { router, server, file, form, mac } = facts;
    const machine = mac === undefined ? "for this machine" : `with when: { mac: "${mac}" }`;
    const named = file === undefined ? "" : ` and boot file ${quote(file)}`;
    const inDhcp = `name next server ${server}${named} in the DHCP server ${router}, and set ignore: true for this machine here`;
    return {
      sentence: `the client keeps asking although ${router} offers it an address and Bootlace a boot file: its firmware does not combine two offers, or neither offer arrives`,
      fix: form === "server" ? inDhcp : `write a rule ${machine} and form: server; if that does not help, ${inDhcp}`,
    };
  },

  "lease-left-out": (facts: { address: string; subnets: readonly string[]; server: string }): Words => {
    const { address, subnets, server } = facts;
    return {
      sentence: `${server === "" ? "the client has the address" : `the DHCP server ${server} assigned the client`} ${address}, which is in none of the networks in subnets (${subnets.join(", ")}): Bootlace serves it no file`,
      fix: "add the network of this address to subnets in the config, or correct the address pool of the DHCP server",
    };
  },

  "interfaces-left-out": (facts: { subnets: readonly string[]; addresses: readonly string[] }): Words => {
    const { subnets, addresses } = facts;
    return {
      sentence: `subnets in the config (${subnets.join(", ")}) contains no address of this machine (${addresses.join(", ") || "it has none"}), so Bootlace replies to nobody`,
      fix: "correct subnets in the config, or remove it",
    };
  },

  "pxe-menu-waits": ({ menu }: { menu: string | undefined }): Words => ({
    sentence: `the client has the boot menu${menu === undefined ? "" : ` of rule ${quote(menu)}`}, which has no time limit, and waits for someone to choose`,
  }),

  "next-not-fetched": ({ file }: { file: string }): Words => {
    const http = /^https?:/i.test(file);
    return {
      sentence: `iPXE runs, was sent ${quote(file)} as its boot file, and never requested it: ${http ? "HTTP" : "TFTP"} does not reach Bootlace, or iPXE has an embedded script`,
      fix: `open ${http ? httpPortOf(file) : "69/udp"} in the firewall of this machine and between the networks; look at the client's screen`,
    };
  },

  "file-not-fetched": (facts: {
    file: string;
    long: boolean;
    unheard: boolean;
    url: boolean;
    relay: string | undefined;
  }): Words => {
    const { file, long, unheard, url, relay } = facts;
    const lost =
      relay === undefined
        ? "check the switch for DHCP snooping and client isolation"
        : `check the relay ${relay}: it may forward the replies of one server only`;
    const others = [
      ...(long ? ["or the name is too long for it"] : ["or the client rejected the name"]),
      ...(unheard ? ["or the DHCP server's offer, which was not seen here, names a boot file of its own"] : []),
    ];
    const fixes = [
      `open ${url ? httpPortOf(file) : "69/udp"} in the firewall of this machine and between the networks`,
      `if the client reports nothing to boot, the offer never reached it: ${lost}`,
      ...(long ? ["use a boot file name of at most 127 bytes"] : []),
      ...(unheard ? ["remove options 60 and 67 and the boot file name from the DHCP server"] : []),
    ];
    return {
      sentence: `the client was sent ${quote(file)} as its boot file and never requested it: ${url ? "HTTP" : "TFTP"} does not reach Bootlace, ${others.join(", ")}`,
      fix: fixes.join("; "),
    };
  },

  "u-boot-heeds-lease": ({ file, lessor, server }: { file: string; lessor: string; server: string }): Words => ({
    sentence: `U-Boot was sent ${quote(file)} as its boot file and never requested it: most builds obey only the DHCP server that assigns the address, here ${lessor}`,
    fix: `let ${lessor} name ${server} as its next server (siaddr), or set ${server} in U-Boot itself`,
  }),

  "url-host-is-a-name": ({ url }: { url: string }): Words => ({
    sentence: `the firmware was sent ${quote(url)} and did not fetch it: its host is a name, which requires that the DHCP server offers a DNS server`,
    fix: "use an IPv4 address in the URL",
  }),

  "url-not-fetched": ({ url }: { url: string }): Words => ({
    sentence: `the firmware was sent ${quote(url)} and did not fetch it: plain HTTP is disabled in its setup, or the port is closed`,
    fix: "allow HTTP (not only HTTPS) for network boot in the firmware setup; open the HTTP port in the firewall of this machine",
  }),

  "pi-asks-for-nothing": ({ asked, server }: { asked: number; server: string }): Words => ({
    sentence: `the Raspberry Pi asked ${asked} times, got a reply each time, and never requested a file`,
    fix: `keep the Pi in the same subnet as Bootlace, without a relay; on a Pi 4 or later set TFTP_IP=${server} in the EEPROM configuration`,
  }),

  /** Bootlace said nothing, for want of a file. */
  "nothing-to-boot": ({ silence, arch }: SilenceFacts): Words => ({
    sentence: `Bootlace has nothing to boot for this client: ${ignoreText(silence)}`,
    ...fixOfSilence({ silence, arch }),
  }),

  /** There may be a file, and by the configuration no way to it. */
  "kept-from-file": ({ silence, arch }: SilenceFacts): Words => ({
    sentence: `the config keeps the boot file from this client: ${ignoreText(silence)}${byRule(silence)}`,
    ...fixOfSilence({ silence, arch }),
  }),

  /** A program that was loaded asks again as itself, for what Bootlace is not. */
  "program-asks": ({ silence, arch, file }: SilenceFacts & { file: string | undefined }): Words => ({
    sentence: `${file === undefined ? "a boot program" : quote(file)} runs and asks for another kind of server: ${ignoreText(silence)}`,
    ...fixOfSilence({ silence, arch }),
  }),

  "not-answered": ({ silence, arch }: SilenceFacts): Words => ({
    sentence: `Bootlace sent no reply: ${ignoreText(silence)}${byRule(silence)}`,
    ...fixOfSilence({ silence, arch }),
  }),
} as const;

/** The port of a URL, as firewalls write it. */
function httpPortOf(url: string): string {
  const [, scheme = "", port] = /^(https?):\/\/[^/:]*(?::(\d+))?/i.exec(url) ?? [];
  return `${port ?? (scheme.toLowerCase() === "https" ? "443" : "80")}/tcp (HTTP)`;
}

/** A request that got no reply. */
export interface SilenceFacts {
  readonly silence: Pick<StepOf<"silence">, "reason" | "code" | "detail" | "rule">;
  /** Of the request that got no reply. */
  readonly arch: string | undefined;
}

function fixOfSilence({ silence, arch }: SilenceFacts): { fix?: string } {
  const fix = fixOf(silenceReason(silence), arch === undefined ? {} : { arch });
  return fix === undefined ? {} : { fix };
}

function byRule({ rule }: SilenceFacts["silence"]): string {
  return rule === undefined ? "" : `, rule ${quote(rule)}`;
}
