import { formatPath } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { keysAt } from "./schema-keys.ts";

/** Words of other boot servers, and of the RFCs of TFTP, with the key of ours that is meant. Lower case, without `-` and `_`. */
const otherWords: Readonly<Record<string, string>> = {
  // RFC 2347 to 2349, 7440
  blksize: "tftp.maxBlockSize",
  windowsize: "tftp.maxWindowSize",
  tsize: "tftp.ignoreOptions",
  // dnsmasq
  tftproot: "root",
  enabletftp: "tftp.enabled",
  tftpnoblocksize: "tftp.ignoreOptions",
  tftpmax: "tftp.maxTransfers",
  tftpmtu: "tftp.maxBlockSize",
  tftpsingleport: "tftp.singlePort",
  dhcpboot: "boot",
  dhcpmatch: "boot",
  dhcpvendorclass: "boot",
  dhcpuserclass: "boot",
  dhcpmac: "boot",
  tagif: "boot",
  pxeservice: "menus",
  pxeprompt: "menus",
  dhcphost: "hosts",
  dhcprange: "subnets",
  dhcprelay: "dhcp.relays",
  dhcpproxy: "dhcp.relays",
  exceptinterface: "interfaces",
  nodhcpinterface: "interfaces",
  listenaddress: "interfaces",
  logdhcp: "log.level",
  logfacility: "log.file",
  // atftpd
  maxthread: "tftp.maxTransfers",
  noblksize: "tftp.ignoreOptions",
  notsize: "tftp.ignoreOptions",
  notimeout: "tftp.ignoreOptions",
  bindaddress: "interfaces",
  logfile: "log.file",
  verbose: "log.level",
  // tftp-hpa, also as Debian configures it
  blocksize: "tftp.maxBlockSize",
  refuse: "tftp.ignoreOptions",
  secure: "root",
  tftpdirectory: "root",
  tftpaddress: "tftp.port",
  tftpusername: "user",
  username: "user",
  verbosity: "log.level",
  // pixiecore
  kernel: "boot",
  initrd: "boot",
  cmdline: "boot",
  ipxebios: "boot",
  ipxeefi32: "boot",
  ipxeefi64: "boot",
  listenaddr: "interfaces",
  dhcpnobind: "dhcp.mode",
  logtimestamps: "log.format",
  debug: "log.level",
  // ISC dhcpd
  nextserver: "boot[0].server",
  filename: "boot[0].file",
  tftpservername: "boot[0].server",
  bootfilename: "boot[0].file",
};

/**
 * The key that somebody meant: a near spelling of one that may stand there, else what another server's word is here.
 * @param path of the mapping that has the key
 * @returns the key, where it may stand in the same mapping; else its whole path
 */
export function suggestKey(key: string, path: readonly PropertyKey[]): string | undefined {
  const keys = keysAt(path);
  const plain = key.toLowerCase().replaceAll(/[-_\s]/g, "");
  const meant = Object.hasOwn(otherWords, plain) ? otherWords[plain] : undefined;
  if (meant === undefined) return nearest(key, keys);
  const last = meant.slice(meant.lastIndexOf(".") + 1);
  const here = formatPath(path).replaceAll(/\[\d+\]/g, "[0]");
  return keys.includes(last) && meant === [here, last].filter(Boolean).join(".") ? last : meant.replace("[0]", "");
}
