import { causesBeforeFiles } from "./before-files.ts";
import { causesOfCircles } from "./circles.ts";
import { causesInContents } from "./contents.ts";
import { causesOfEndings } from "./endings.ts";
import { causesInFiles } from "./files.ts";
import { causesOfImages } from "./images.ts";
import type { Words } from "./words.ts";

/** Every cause a verdict can have: its facts become the sentence and the fix, here and nowhere else. */
const causes = {
  ...causesBeforeFiles,
  ...causesInFiles,
  ...causesOfCircles,
  ...causesInContents,
  ...causesOfEndings,
  ...causesOfImages,
} as const;

export type Cause = keyof typeof causes;
export type FactsOf<C extends Cause> = Parameters<(typeof causes)[C]>[0];

export function wordsOf<C extends Cause>(cause: C, facts: FactsOf<C>): Words {
  return (causes[cause] as (facts: FactsOf<C>) => Words)(facts);
}
