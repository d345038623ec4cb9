import { createHash } from "node:crypto";
import { content, type Source } from "@bootlace/tftp-serve";
import { checkProgramNamed } from "../catalogue/boot-check.ts";
import { filledImage } from "./boot-check/image.ts";
import { type CheckFacts, checkText } from "./boot-check/text.ts";

/**
 * Puts the programs of the boot check before a source: their names are never looked for in it.
 * @param facts what is true now, for the text that goes out with the program
 */
export function checkSource(source: Source, facts: () => Omit<CheckFacts, "program">): Source {
  return {
    open(name, client) {
      const program = checkProgramNamed(name);
      if (program === undefined) return source.open(name, client);
      const image = filledImage(program.name, checkText({ ...facts(), program }));
      return content(image, createHash("sha256").update(image).digest("hex"));
    },
  };
}
