import { z } from "zod";
import { hostSchema, menuSchema, ruleSchema } from "./boot-schema.ts";
import { imagesSchema } from "./images-schema.ts";
import { oneOrMany, port, text, whole } from "./schema-parts.ts";
import { checkInterface, checkIpv4, checkNotEmpty, checkPath, checkSubnet, checkUser } from "./values.ts";

const dhcpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Reply to boot clients as a proxyDHCP server." }),
  mode: z.enum(["full", "pxe-port-only"]).default("full").meta({
    description:
      "full: reply on the DHCP port and the PXE port. pxe-port-only: reply on the PXE port only, if the DHCP server sends option 60 itself.",
  }),
  port: port().default(67).meta({ description: "UDP port on which DHCP servers listen." }),
  pxePort: port().default(4011).meta({ description: "UDP port on which PXE clients ask for their boot server." }),
  clientPort: port().default(68).meta({ description: "UDP port of the client, the destination of offers." }),
  relays: oneOrMany(text(checkIpv4)).default([]).meta({
    description: "Addresses of relay agents that may forward requests. Empty: relayed requests are ignored.",
  }),
  vendorClasses: oneOrMany(text(checkNotEmpty)).default([]).meta({
    description: "Vendor-class prefixes to treat like PXEClient, such as HW-Client.",
  }),
});

const tftpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve files by TFTP." }),
  port: port().default(69).meta({ description: "UDP port of the TFTP server." }),
  maxBlockSize: whole(512, 65464).default(1468).meta({
    description:
      "Largest block a client may negotiate, in bytes. 1468 fits an Ethernet frame; if the interface has a smaller MTU, Bootlace grants less. Above 1468, blocks that do not fit are fragmented.",
  }),
  maxWindowSize: whole(1, 65535)
    .default(16)
    .meta({ description: "Largest number of blocks sent before an acknowledgement." }),
  maxTransfers: whole(1, 10_000).default(1024).meta({ description: "Transfers at the same time." }),
  singlePort: z.boolean().default(false).meta({
    description: "Reply from the request port, for firewalls and NAT in between. Slower: one block at a time.",
  }),
  segmentation: z.boolean().default(true).meta({
    description:
      "Pass a window of blocks to Linux in one piece, to be split there (UDP_SEGMENT). Needs /usr/bin/perl, which is started for each bound address; otherwise packets are sent one at a time.",
  }),
  ignoreOptions: oneOrMany(z.enum(["blksize", "tsize", "timeout", "windowsize"]))
    .default([])
    .meta({
      description: "Options to leave unacknowledged, for clients that request them and then misbehave.",
    }),
});

const httpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve the boot files by HTTP as well." }),
  port: port().default(8069).meta({ description: "TCP port of the boot files, on every served address." }),
  maxConnections: whole(1, 10_000).default(1024).meta({ description: "Connections at the same time." }),
  maxConnectionsPerClient: whole(1, 10_000)
    .default(8)
    .meta({ description: "Connections at the same time from one address." }),
  allowedHosts: oneOrMany(text(checkNotEmpty)).default([]).meta({
    description:
      "Names by which clients may call this server in a URL, besides addresses, localhost, the name of this machine and names in rules.",
  }),
});

const bootCheckSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description:
      "Give a client without a boot file a small program of Bootlace's own, which shows on its screen that network boot works and what is missing. A rule can always name it with `file: builtin:check`.",
  }),
});

const adminSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve the API, the metrics and the health checks." }),
  address: text(checkIpv4).default("127.0.0.1").meta({
    description: "Address to serve them on. Any address other than loopback needs a tokenFile.",
  }),
  port: port().default(8067).meta({ description: "TCP port of the API." }),
  tcp: z.boolean().default(true).meta({
    description: "Serve them by TCP. false: on the socket only, so that other users of this machine reach nothing.",
  }),
  socket: text(checkPath).optional().meta({
    description:
      "Unix socket to serve them on as well, for root, the daemon's user and the members of its group; they need no token. With a socket and without a token, TCP changes nothing. Relative to the folder of the config file. Default: bootlace.sock in $RUNTIME_DIRECTORY, which is /run/bootlace for a service; otherwise none.",
  }),
  tokenFile: text(checkPath).optional().meta({
    description:
      "File with the token that every request by TCP must send. Relative to the folder of the config file. Default: no token needed.",
  }),
  allowedHosts: oneOrMany(text(checkNotEmpty)).default([]).meta({
    description: "Host names allowed in the Host header, besides localhost and addresses.",
  }),
});

const stateSchema = z.strictObject({
  directory: text(checkNotEmpty).optional().meta({
    description:
      "Folder for data that must survive a restart. Relative to the folder of the config file. Default: $STATE_DIRECTORY, else /var/lib/bootlace if writable, else bootlace below $XDG_STATE_HOME or ~/.local/state.",
  }),
  maxBoots: whole(1, 1_000_000)
    .default(1000)
    .meta({ description: "Boots kept in the history; the oldest are deleted first." }),
});

const logSchema = z.strictObject({
  level: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .meta({ description: "Lowest level that is logged." }),
  format: z.enum(["auto", "pretty", "json", "journal"]).default("auto").meta({
    description:
      "pretty: for people. json: for programs. journal: for the systemd journal, with priorities instead of times. auto: journal if the output goes to the journal, pretty on a terminal, else json. For a log file, journal means json.",
  }),
  file: text(checkNotEmpty)
    .optional()
    .meta({ description: "File to append the log to, in addition. Relative to the folder of the config file." }),
});

/** The config file, version 1. This one schema gives the type, the defaults and the descriptions. */
export const configSchema = z.strictObject({
  interfaces: oneOrMany(text(checkInterface)).default([]).meta({
    description:
      "Network interfaces to serve. Empty: all with an IPv4 address, except loopback, container and VM bridges, and tunnels.",
  }),
  subnets: oneOrMany(text(checkSubnet))
    .default([])
    .meta({ description: "Serve only addresses in these networks, and only TFTP clients from them. Empty: all." }),
  root: text(checkPath).default("./boot").meta({
    description:
      "Folder with the boot files; created if missing. Relative to the folder of the config file, or to the working folder without one. If the default would be this machine's own /boot, root must be set.",
  }),
  user: text(checkUser).optional().meta({
    description:
      "User to switch to when started as root; Bootlace drops root, keeping only CAP_NET_BIND_SERVICE. Default: bootlace, if that user exists. root: stay root.",
  }),
  dhcp: dhcpSchema.prefault({}).meta({ description: "The proxyDHCP server." }),
  tftp: tftpSchema.prefault({}).meta({ description: "The TFTP server." }),
  http: httpSchema.prefault({}).meta({ description: "The HTTP server of the boot files." }),
  bootCheck: bootCheckSchema.prefault({}).meta({ description: "What a client without a boot file gets." }),
  images: imagesSchema.prefault({}).meta({ description: "Disc images that machines boot over the network." }),
  admin: adminSchema.prefault({}).meta({ description: "The administration API." }),
  state: stateSchema.prefault({}).meta({ description: "What is kept across restarts." }),
  log: logSchema.prefault({}).meta({ description: "The log." }),
  hosts: z.record(z.string(), hostSchema).default({}).meta({
    description: "Machines by name, for `when: { host: NAME }` in rules. Any one of the values identifies the machine.",
  }),
  menus: z
    .record(z.string(), menuSchema)
    .default({})
    .meta({ description: "Boot menus by name, for `menu` in a rule." }),
  boot: z.array(ruleSchema).default([]).meta({
    description:
      "Rules: the first one that matches a client decides what it gets. Clients that match no rule get the best match in the boot folder.",
  }),
});

/** A key without a value (`boot:` when its lines are commented out) counts as absent, except root. */
export function mayBeEmpty(key: string): boolean {
  return key !== "root" && Object.hasOwn(configSchema.shape, key);
}

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type HostRow = Config["hosts"][string];
export type BootRule = Config["boot"][number];
export type RuleConditions = NonNullable<BootRule["when"]>;
