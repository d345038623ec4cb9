import { legacyGrubWords } from "../../catalogue/contents/grub-words.ts";
import { ownWordsOf } from "./own-words.ts";
import { found, type Rule } from "./rule.ts";

/** GRUB has a configuration in the words of GRUB Legacy, and stops where it knows none of them. */
export const grubLegacyWords: Rule = {
  id: "B21",
  when(view) {
    const words = ownWordsOf(view);
    const command = words?.unknownCommands.find(({ word, entry }) => legacyGrubWords.has(word) && entry === undefined);
    if (words === undefined || command === undefined || words.begun || view.done.at(-1) !== words.by) return undefined;
    if (view.factsOf(words.by.file)?.loader !== "grub" || !view.silentFor(5_000)) return undefined;
    return found("grub-legacy-words", "likely", [words.by], {
      file: words.by.file,
      word: command.word,
      line: command.line,
    });
  },
};

/** GRUB reads the kernel from a disk of the machine: it asks nobody for it, whether it is there or not. */
export const grubReadsDisk: Rule = {
  id: "unclear",
  when(view) {
    const words = ownWordsOf(view);
    if (words === undefined || words.begun || words.waits || view.done.at(-1) !== words.by) return undefined;
    const { diskReads = [], starts } = view.factsOf(words.by.file) ?? {};
    const read = diskReads.find(({ entry }) => entry === undefined || entry === starts);
    if (read === undefined || !view.silentFor(10_000)) return undefined;
    const { name, disk, line } = read;
    const facts = { by: words.by.file, name, line, ...(disk === undefined ? {} : { disk }) };
    return found("grub-reads-disk", "likely", [words.by], facts);
  },
};
