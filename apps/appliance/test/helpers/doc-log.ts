import { readdirSync, readFileSync } from "node:fs";
import { top } from "./doc-pages.ts";

const images = new URL("docs/images/", top);

/** The lines of the logs that the lab recorded, without their times and the indentation of their details. */
export function knownLogLines(): string[] {
  return readdirSync(images)
    .filter((name) => name.endsWith(".log"))
    .flatMap((name) => readFileSync(new URL(name, images), "utf8").split("\n"))
    .map((line) => line.replace(/^[\d-]{10} [\d:.]{12} /, "").trim());
}
