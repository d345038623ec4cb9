import { architectures } from "@bootlace/dhcp-core";
import { z } from "zod";
import type { Problem } from "./faults.ts";
import { checkBootFile, checkInterface, checkIpv4, checkMac, checkNotEmpty, checkSubnet, checkUuid } from "./values.ts";

/** The names a rule may use for `when.arch`. */
const architectureNames = architectures.map((architecture) => architecture.name);

const firmwares = ["bios", "uefi", "uefi-http", "ipxe", "raspberry-pi", "u-boot"] as const;

function text(check: (value: string) => Problem | undefined) {
  return z.string().superRefine((value, context) => {
    const problem = check(value);
    if (problem !== undefined) {
      context.addIssue({ code: "custom", message: problem.problem, params: { ...problem }, input: value });
    }
  });
}

function whole(minimum: number, maximum: number) {
  const error = `Allowed: ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

function oneOrMany<T extends z.ZodType>(item: T) {
  return z.union([item, z.array(item)]).transform((value): z.output<T>[] => (Array.isArray(value) ? value : [value]));
}

const port = () => whole(1, 65535);

const whenSchema = z.strictObject({
  arch: oneOrMany(z.enum(architectureNames))
    .optional()
    .meta({ description: "Processor architecture the client names in option 93. A list means any of them." }),
  firmware: oneOrMany(z.enum(firmwares)).optional().meta({ description: "What kind of program asks." }),
  mac: oneOrMany(text(checkMac))
    .optional()
    .meta({ description: "MAC address, or its first octets. A list means any of them." }),
  userClass: oneOrMany(text(checkNotEmpty))
    .optional()
    .meta({ description: "A user class the client sends in option 77, in full, such as iPXE." }),
  vendorClass: oneOrMany(text(checkNotEmpty))
    .optional()
    .meta({ description: "Beginning of the vendor class the client sends in option 60." }),
  uuid: oneOrMany(text(checkUuid))
    .optional()
    .meta({ description: "UUID of the machine from option 97, in either byte order." }),
  serial: oneOrMany(text(checkNotEmpty)).optional().meta({ description: "Serial number of the machine, in full." }),
});

const ruleSchema = z.strictObject({
  name: text(checkNotEmpty)
    .optional()
    .meta({ description: "Name of the rule in the log. Without one it is called by its number." }),
  when: whenSchema
    .optional()
    .meta({ description: "Conditions that must all hold. Without conditions the rule matches every client." }),
  file: text(checkBootFile)
    .optional()
    .meta({ description: "Boot file, as a path below the root. Without it the boot tree decides." }),
  server: text(checkIpv4)
    .optional()
    .meta({ description: "TFTP server that has the file, when that is another machine." }),
  ignore: z.boolean().optional().meta({ description: "True: the client gets no answer." }),
  form: z.enum(["direct", "server"]).optional().meta({
    description: "Form of the answer. direct: the file is in the offer; server: the client asks again on port 4011.",
  }),
});

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
});

const tftpSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: "Serve files by TFTP." }),
  port: port().default(69).meta({ description: "UDP port of the TFTP server." }),
  maxBlockSize: whole(512, 65464)
    .default(1468)
    .meta({ description: "Largest block in octets a client may negotiate. 1468 fits an Ethernet frame." }),
  maxWindowSize: whole(1, 65535)
    .default(16)
    .meta({ description: "Largest number of blocks sent before an acknowledgement." }),
  maxTransfers: whole(1, 10_000).default(256).meta({ description: "Transfers at the same time." }),
});

const logSchema = z.strictObject({
  level: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .meta({ description: "Least important line that is written." }),
  format: z
    .enum(["auto", "pretty", "json"])
    .default("auto")
    .meta({ description: "pretty for people, json for programs. auto: pretty on a terminal, else json." }),
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
  root: text(checkNotEmpty)
    .default("./boot")
    .meta({ description: "Folder with the boot files. Relative to the folder of the config file." }),
  dhcp: dhcpSchema.prefault({}).meta({ description: "The proxyDHCP server." }),
  tftp: tftpSchema.prefault({}).meta({ description: "The TFTP server." }),
  log: logSchema.prefault({}).meta({ description: "The log." }),
  boot: z.array(ruleSchema).default([]).meta({
    description:
      "Rules: the first one that matches a client decides what it gets. Clients without a rule get what the boot tree holds for them.",
  }),
});

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type BootRule = Config["boot"][number];
export type RuleConditions = NonNullable<BootRule["when"]>;
