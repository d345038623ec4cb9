import { quote } from "@bootlace/dhcp-core";
import { memoryText } from "../../../catalogue/image-text.ts";
import { sizeText } from "../../../catalogue/size-text.ts";
import type { Words } from "./words.ts";

/** How boots from disc images end. */
export const causesOfImages = {
  "image-changed": ({ id, image, file, cut }: { id: string; image: string; file: string; cut: boolean }): Words => ({
    sentence: `the disc image ${quote(image)} changed during the boot: ${quote(file)} ${cut ? "was cut off" : "was no longer there"}`,
    fix: `boot again when bootlace images lists ${quote(id)} as ready; while an image is copied, its name must be another`,
  }),

  "image-root-stopped": (facts: {
    id: string;
    image: string;
    file: string;
    bytes: number;
    size: number | undefined;
    memory?: number;
  }): Words => {
    const { id, image, file, bytes, size, memory } = facts;
    const of = size === undefined ? "" : ` of ${sizeText(size)} (${Math.floor((bytes / size) * 100)} %)`;
    const needs = memory === undefined ? "" : `: ${quote(id)} needs about ${memoryText(memory)}`;
    return {
      sentence: `the system of ${quote(image)} stopped fetching ${quote(file)} after ${sizeText(bytes)}${of}: most likely its memory is full`,
      fix: `give the machine more memory${needs}`,
    };
  },

  /** @param facts `cameUp`: it asked for an address */
  "image-root-never-asked": (facts: { id: string; image: string; wanted: string; cameUp: boolean }): Words => {
    const { id, image, wanted, cameUp } = facts;
    if (cameUp) {
      return {
        sentence: `the kernel of ${quote(image)} came up and asked for an address, but its initrd never asked for ${quote(wanted)}`,
        fix: `look at the client's screen, and check the arguments that bootlace images show ${id} prints`,
      };
    }
    return {
      sentence: `kernel and initrd of ${quote(image)} arrived, and nothing asked for ${quote(wanted)}: the kernel did not start, or has no driver for the network card`,
      fix: "look at the client's screen; try a newer release of the system, or another network card",
    };
  },

  "image-root-came": ({ image, file, bytes }: { image: string; file: string; bytes: number }): Words => ({
    sentence: `the system of ${quote(image)} runs: it fetched all of ${quote(file)} (${sizeText(bytes)})`,
  }),
} as const;
