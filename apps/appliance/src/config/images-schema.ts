import { z } from "zod";
import { whenSchema } from "./boot-schema.ts";
import { oneOrMany, text, whole } from "./schema-parts.ts";
import { checkImage, checkNotEmpty, checkPath, checkWords } from "./values.ts";

const imageSchema = z.strictObject({
  title: text(checkWords).optional().meta({ description: "Title in the menu. Default: what the image calls itself." }),
  hidden: z.boolean().optional().meta({ description: "True: the image is not in the menu. Rules can still name it." }),
  arguments: text(checkWords).optional().meta({
    description: "Words to add to the kernel command line of each of its entries, such as `console=ttyS0`.",
  }),
  when: whenSchema.optional().meta({
    description: "Conditions as in a rule: only machines that match all of them have the image in their menu.",
  }),
});

const menuSettings = z.strictObject({
  default: text(checkImage).optional().meta({
    description:
      "What starts when nobody chooses: the name of an image, or `NAME/ENTRY`. Default: the machine's own disk.",
  }),
  timeout: whole(0, 3600).default(30).meta({
    description: "Seconds until then. 0: wait for the user.",
  }),
});

export const imagesSchema = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: "Offer the disc images in the folders below, and serve their files from inside them.",
  }),
  folders: oneOrMany(text(checkPath)).default([]).meta({
    description:
      "Folders with disc images (.iso, .img), also in folders below them. Relative to the folder of the config file. Empty: `images` below the root.",
  }),
  menu: menuSettings.prefault({}).meta({ description: "The menu of the images." }),
  settings: z.record(text(checkNotEmpty), imageSchema).default({}).meta({
    description: "What is different for single images, by name. `bootlace images` lists the names.",
  }),
});
