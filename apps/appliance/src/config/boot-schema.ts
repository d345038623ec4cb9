import { architectures } from "@bootlace/dhcp-core";
import { z } from "zod";
import { checkFolderTemplate, checkScript, checkUrl } from "./boot-values.ts";
import { decimal, oneOrMany, text, whole } from "./schema-parts.ts";
import {
  checkBootFile,
  checkClientId,
  checkImage,
  checkInterface,
  checkIpv4,
  checkMac,
  checkMachine,
  checkNotEmpty,
  checkSubnet,
  checkUuid,
} from "./values.ts";

/** The names a rule may use for `when.arch`. */
const architectureNames = architectures.map((architecture) => architecture.name);

export const firmwares = ["bios", "uefi", "uefi-http", "ipxe", "raspberry-pi", "u-boot", "other"] as const;

export const whenSchema = z.strictObject({
  arch: oneOrMany(z.enum(architectureNames))
    .optional()
    .meta({ description: "Processor architecture the client sends in option 93. A list means any of them." }),
  firmware: oneOrMany(z.enum(firmwares)).optional().meta({
    description:
      "Which kind of program sends the request. bios: the BIOS of a PC. other: neither PC nor UEFI, such as s390 or Open Firmware.",
  }),
  host: oneOrMany(text(checkNotEmpty))
    .optional()
    .meta({ description: "Name of a machine under `hosts`. A list means any of them." }),
  mac: oneOrMany(text(checkMac))
    .optional()
    .meta({ description: "MAC address, or its first bytes. A list means any of them." }),
  uuid: oneOrMany(text(checkUuid))
    .optional()
    .meta({ description: "UUID of the machine from option 97, in either byte order." }),
  serial: oneOrMany(text(checkNotEmpty)).optional().meta({ description: "Serial number of the machine, in full." }),
  clientId: oneOrMany(text(checkClientId)).optional().meta({
    description: "Client identifier (option 61) of a machine that sends no MAC address, such as an InfiniBand adapter.",
  }),
  vendorClass: oneOrMany(text(checkNotEmpty))
    .optional()
    .meta({ description: "Prefix of the vendor class the client sends in option 60." }),
  userClass: oneOrMany(text(checkNotEmpty))
    .optional()
    .meta({ description: "A user class the client sends in option 77, in full, such as iPXE." }),
  interface: oneOrMany(text(checkInterface)).optional().meta({ description: "Network interface that the reply uses." }),
  subnet: oneOrMany(text(checkSubnet)).optional().meta({
    description:
      "The client's network: that of its own address, else of the relay that forwarded its request, else of the interface that the reply uses.",
  }),
  relay: oneOrMany(text(checkIpv4))
    .optional()
    .meta({ description: "Address of the relay agent that forwarded the request." }),
});

export const ruleSchema = z.strictObject({
  name: text(checkNotEmpty).optional().meta({ description: "Name of the rule in the log. Default: its number." }),
  when: whenSchema
    .optional()
    .meta({ description: "Conditions, all of which must match. Without conditions the rule matches every client." }),
  file: text(checkBootFile).optional().meta({
    description:
      "Boot file, as a path below the root, or `builtin:check` for the boot check. Default: the best match in the boot folder.",
  }),
  server: text(checkMachine).optional().meta({ description: "Boot the file from this TFTP server instead." }),
  url: text(checkUrl).optional().meta({
    description:
      "http or https URL for clients that boot by HTTP; also for iPXE, if the rule has neither script nor file. `{address}` becomes the address of the interface that the reply uses.",
  }),
  script: text(checkScript).optional().meta({
    description: "Script for iPXE clients: a path below the root, or an http or https URL.",
  }),
  image: text(checkImage).optional().meta({
    description:
      "Disc image to boot: NAME, or NAME/ENTRY for one entry of its menu. `bootlace images` lists the names. The client boots it by iPXE; UEFI HTTP Boot without iPXE takes the image as a drive.",
  }),
  menu: text(checkNotEmpty).optional().meta({ description: "Name of a boot menu under `menus`." }),
  form: z.enum(["direct", "server"]).optional().meta({
    description: "Form of the reply. direct: the offer contains the file; server: the client asks again on port 4011.",
  }),
  root: text(checkFolderTemplate).optional().meta({
    description:
      "Folder below the root that becomes this client's root. `{mac}`, `{uuid}`, `{serial}` and `{ip}` are replaced, the MAC address with dashes. A client whose folder does not exist gets the common root.",
  }),
  delay: decimal(0, 10)
    .optional()
    .meta({ description: "Seconds to wait before each reply, for switches and firmware that lose early ones." }),
  ignore: z.boolean().optional().meta({ description: "True: Bootlace does not reply to the client." }),
});

export const hostSchema = z.strictObject({
  mac: oneOrMany(text(checkMac)).optional().meta({ description: "MAC addresses of the machine." }),
  uuid: oneOrMany(text(checkUuid)).optional().meta({ description: "UUID of the machine, in either byte order." }),
  serial: oneOrMany(text(checkNotEmpty)).optional().meta({ description: "Serial number of the machine." }),
  clientId: oneOrMany(text(checkClientId)).optional().meta({
    description: "Client identifier (option 61) of a machine that sends no MAC address, such as an InfiniBand adapter.",
  }),
});

const menuItemSchema = z.strictObject({
  text: text(checkNotEmpty).meta({ description: "Text of the line." }),
  file: text(checkBootFile).optional().meta({ description: "Boot file of this line, as a path below the root." }),
  server: text(checkMachine).optional().meta({ description: "Boot the file from this TFTP server instead." }),
  local: z.boolean().optional().meta({ description: "True: end the network boot and try the next boot device." }),
  type: whole(1, 65535)
    .optional()
    .meta({ description: "PXE boot server type of this line. Default: numbered from 32768." }),
  servers: oneOrMany(text(checkMachine)).optional().meta({
    description: "PXE boot servers that reply for this line instead of Bootlace. They must listen on port 4011.",
  }),
});

export const menuSchema = z.strictObject({
  prompt: text(checkNotEmpty)
    .default("Press F8 for the boot menu")
    .meta({ description: "Text shown while the client waits for a key." }),
  timeout: whole(0, 255).default(10).meta({
    description: "Seconds until the first line starts. 0: at once. 255: show the menu and wait for the user.",
  }),
  items: z.array(menuItemSchema).meta({ description: "Lines of the menu, in order." }),
});
