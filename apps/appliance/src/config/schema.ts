import { z } from "zod";
import { hostSchema, menuSchema, ruleSchema } from "./boot-schema.ts";
import { oneOrMany, port, text, whole } from "./schema-parts.ts";
import { checkInterface, checkIpv4, checkNotEmpty, checkPath, checkSubnet, checkUser } from "./values.ts";

const dhcpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Answer boot clients as a proxyDHCP server." }),
  mode: z.enum(["full", "pxe-port-only"]).default("full").meta({
    description:
      "full: answer on the DHCP port and on the PXE port. pxe-port-only: only on the PXE port, when the DHCP server sends option 60 itself.",
  }),
  port: port().default(67).meta({ description: "UDP port on which clients look for a DHCP server." }),
  pxePort: port().default(4011).meta({ description: "UDP port on which PXE clients ask for their boot server." }),
  clientPort: port().default(68).meta({ description: "UDP port of the client, to which offers are sent." }),
  relays: oneOrMany(text(checkIpv4)).default([]).meta({
    description: "Relay agents that may pass requests on, by address. Empty: requests through a relay are ignored.",
  }),
  vendorClasses: oneOrMany(text(checkNotEmpty)).default([]).meta({
    description: "Beginnings of vendor classes that are served like PXEClient, such as HW-Client.",
  }),
});

const tftpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve files by TFTP." }),
  port: port().default(69).meta({ description: "UDP port of the TFTP server." }),
  maxBlockSize: whole(512, 65464).default(1468).meta({
    description:
      "Largest block in octets a client may negotiate. 1468 fits an Ethernet frame; where the interface has a smaller MTU, less is granted. Above 1468, blocks that do not fit leave in fragments.",
  }),
  maxWindowSize: whole(1, 65535)
    .default(16)
    .meta({ description: "Largest number of blocks sent before an acknowledgement." }),
  maxTransfers: whole(1, 10_000).default(1024).meta({ description: "Transfers at the same time." }),
  singlePort: z
    .boolean()
    .default(false)
    .meta({ description: "Answer from the request port itself, for firewalls and address translation in between." }),
  segmentation: z.boolean().default(true).meta({
    description:
      "Hand windows of blocks to Linux in one piece, to be cut there (UDP_SEGMENT). Needs /usr/bin/perl, which is started once an address is bound; without it all goes on as it does otherwise.",
  }),
  ignoreOptions: oneOrMany(z.enum(["blksize", "tsize", "timeout", "windowsize"]))
    .default([])
    .meta({
      description: "Options to leave unanswered, for clients that ask for them and then misbehave.",
    }),
});

const httpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve the boot files by HTTP too." }),
  port: port().default(8069).meta({ description: "TCP port of the boot files, on every served address." }),
  maxConnections: whole(1, 10_000).default(64).meta({ description: "Connections at the same time." }),
  maxConnectionsPerClient: whole(1, 10_000)
    .default(8)
    .meta({ description: "Connections at the same time from one address." }),
});

const bootCheckSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description:
      "Give a client that there is no boot file for a small program of Bootlace's own, which says on its screen that network boot works and what is missing. A rule gets it by `file: builtin:check` in any case.",
  }),
});

const adminSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve the API, the metrics and the health checks." }),
  address: text(checkIpv4).default("127.0.0.1").meta({
    description: "Address on which they are served. One that is not of this machine alone needs a tokenFile.",
  }),
  port: port().default(8067).meta({ description: "TCP port of the API." }),
  tokenFile: text(checkPath).optional().meta({
    description:
      "File that holds the token every request must show. Relative to the folder of the config file. Without it no token is asked for.",
  }),
  allowedHosts: oneOrMany(text(checkNotEmpty)).default([]).meta({
    description: "Names under which the API may be called, besides localhost and addresses: the Host header.",
  }),
});

const stateSchema = z.strictObject({
  directory: text(checkNotEmpty).optional().meta({
    description:
      "Folder for what must survive a restart. Relative to the folder of the config file. Default: $STATE_DIRECTORY, else /var/lib/bootlace when it can be written, else bootlace below $XDG_STATE_HOME or ~/.local/state.",
  }),
  maxBoots: whole(1, 1_000_000).default(1000).meta({ description: "Boots kept in the history; the oldest go first." }),
});

const logSchema = z.strictObject({
  level: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .meta({ description: "Least important line that is written." }),
  format: z.enum(["auto", "pretty", "json", "journal"]).default("auto").meta({
    description:
      "pretty for people, json for programs, journal for the journal of systemd: priorities instead of times. auto: journal where the journal listens, pretty on a terminal, else json. A file has no journal: it gets json.",
  }),
  file: text(checkNotEmpty)
    .optional()
    .meta({ description: "File to which the log is appended as well. Relative to the folder of the config file." }),
});

/** The config file, version 1. This one schema gives the type, the defaults and the descriptions. */
export const configSchema = z.strictObject({
  interfaces: oneOrMany(text(checkInterface)).default([]).meta({
    description:
      "Network interfaces to serve. Empty: each one with an IPv4 address except loopback, bridges of containers and virtual machines, and tunnels.",
  }),
  subnets: oneOrMany(text(checkSubnet))
    .default([])
    .meta({ description: "Serve only addresses in these networks, and only TFTP clients from them. Empty: all." }),
  root: text(checkPath).default("./boot").meta({
    description:
      "Folder with the boot files; made if missing. Relative to the folder of the config file, and without one to the working folder; so is the default, unless that is the /boot of this machine: then a root must be named.",
  }),
  user: text(checkUser).optional().meta({
    description:
      "User to become when root starts it; of root's rights only the one to low ports is kept. Default: bootlace where there is such a user. root: stay root.",
  }),
  dhcp: dhcpSchema.prefault({}).meta({ description: "The proxyDHCP server." }),
  tftp: tftpSchema.prefault({}).meta({ description: "The TFTP server." }),
  http: httpSchema.prefault({}).meta({ description: "The HTTP server of the boot files." }),
  bootCheck: bootCheckSchema.prefault({}).meta({ description: "What a client without a boot file gets." }),
  admin: adminSchema.prefault({}).meta({ description: "The API for administration." }),
  state: stateSchema.prefault({}).meta({ description: "What is kept across restarts." }),
  log: logSchema.prefault({}).meta({ description: "The log." }),
  hosts: z.record(z.string(), hostSchema).default({}).meta({
    description:
      "Machines by name, so that a rule can say `when: { host: NAME }`. A machine is known by any of its values.",
  }),
  menus: z
    .record(z.string(), menuSchema)
    .default({})
    .meta({ description: "Boot menus by name, for `menu` of a rule." }),
  boot: z.array(ruleSchema).default([]).meta({
    description:
      "Rules: the first one that matches a client decides what it gets. Clients without a rule get what the boot tree holds for them.",
  }),
});

/** A key with nothing behind it (`boot:` when its lines are commented out) is as good as none; but a root is a name. */
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
