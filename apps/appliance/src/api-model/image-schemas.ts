import { z } from "zod";

const imageStates = ["copying", "faulty", "ready"] as const;
const ways = ["http", "initrd", "file-in-initrd", "boot-loader", "wimboot", "drive", "none"] as const;

const entryNameSchema = z.object({
  id: z.string().meta({ description: "Unique in the image: NAME/ENTRY in rules and commands." }),
  title: z.string(),
  isDefault: z.boolean(),
});

export const imageSummarySchema = z.object({
  id: z.string().meta({ description: "Name of the image in rules, commands and URLs, made from that of its file." }),
  file: z.string().meta({ description: "Absolute path." }),
  size: z.int().meta({ description: "Bytes." }),
  modifiedAt: z.iso.datetime().meta({ description: "When the file was changed last." }),
  state: z.enum(imageStates).meta({ description: "copying: the file still grows. faulty: it cannot be used." }),
  text: z.string().meta({ description: "What it is, or why it cannot be used, for people." }),
  title: z.string().optional().meta({ description: "Its title in menus." }),
  hidden: z.boolean().meta({ description: "In no menu, by the config." }),
  family: z.string().optional().meta({ description: "How it was recognised: the kind of system." }),
  way: z.enum(ways).optional().meta({ description: "How it boots over the network." }),
  entries: z.array(entryNameSchema).meta({ description: "What can be started from it, the default first." }),
  memory: z.int().optional().meta({ description: "Bytes of memory that a machine needs, as a rule of thumb." }),
  limits: z.string().optional().meta({ description: "What it cannot do and why, or what it needs besides." }),
  fault: z
    .object({
      code: z.string(),
      offset: z.int().meta({ description: "Byte of the image where the wrong record is." }),
      detail: z.string(),
    })
    .optional(),
});
export const imagesSchema = z.object({
  schema: z.literal(1),
  folders: z.array(z.string()).meta({ description: "Folders with disc images; empty when images are switched off." }),
  images: z.array(imageSummarySchema),
});

const entrySchema = entryNameSchema.extend({
  kernel: z.string().meta({ description: "Path in the image, as those of the initrds." }),
  initrds: z.array(z.string()),
  arguments: z.string().meta({
    description:
      "The kernel's command line, with what the config adds. {tree} is the URL below which the image's files are, {image} that of the image.",
  }),
});

export const imageSchema = imageSummarySchema.extend({
  schema: z.literal(1),
  systems: z.string().optional().meta({ description: "The systems of its kind." }),
  root: z.string().optional().meta({ description: "Path in the image of the file from which the system runs." }),
  bios: z.boolean().optional().meta({ description: "The image has a boot entry for BIOS." }),
  uefi: z.boolean().optional().meta({ description: "The image has a boot entry for UEFI." }),
  entries: z.array(entrySchema),
  machines: z
    .array(
      z.object({
        machine: z.string().meta({ description: "Firmware and boot loader." }),
        boots: z.boolean(),
        how: z.string().meta({ description: "How it boots, or why not." }),
      }),
    )
    .meta({ description: "What each usual kind of machine gets, whatever its memory." }),
});
