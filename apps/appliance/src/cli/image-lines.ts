import type { ApiImage, ApiImageSummary } from "../api-model/types.ts";
import { leastMemory, memoryText, wayTexts } from "../catalogue/image-text.ts";
import { inertText } from "../catalogue/inert-text.ts";
import { sizeText } from "../catalogue/size-text.ts";
import { hangingLines } from "../log/display-width.ts";
import type { Terminal } from "./terminal.ts";

/** Columns of the word that starts a line about one image. */
const headWidth = 10;
const widestId = 32;

/** All images, one a line: the name, then what it is. */
export function imageListLines(images: readonly ApiImageSummary[], { columns }: Terminal): string[] {
  const width = columns?.() ?? Number.POSITIVE_INFINITY;
  const longest = Math.min(widestId, Math.max(...images.map(({ id }) => id.length)));
  return images.flatMap(({ id, text, hidden }) => {
    const line = `${id.padEnd(longest)}  ${text}${hidden ? " (hidden)" : ""}`;
    return hangingLines(inertText(line), width, 4);
  });
}

/** One image: what it is, how it boots, what it needs, and what can be started from it. */
export function imageLines(image: ApiImage, { columns }: Terminal): string[] {
  const width = columns?.() ?? Number.POSITIVE_INFINITY;
  const { id, file, size, state, text, title, hidden, systems, way, root, memory, limits, fault, entries, machines } =
    image;
  const head = state === "ready" ? `${id}: ${title ?? systems ?? ""}${hidden ? " (hidden)" : ""}` : `${id} ${text}`;
  const lines: (readonly [word: string, text: string])[] = [
    ["file", `${file}, ${sizeText(size)}`],
    ...(fault === undefined ? [] : ([["error", `${fault.code} at byte ${fault.offset}`]] as const)),
    ...(systems === undefined ? [] : ([["system", systems]] as const)),
    ...(way === undefined ? [] : ([["boots", wayTexts[way]]] as const)),
    ...(root === undefined ? [] : ([["root", root]] as const)),
    ...(memory === undefined || memory < leastMemory ? [] : ([["memory", `about ${memoryText(memory)}`]] as const)),
    ...(limits === undefined ? [] : ([["limits", limits]] as const)),
    ...machines.map(({ machine, boots, how }) => ["machine", `${machine}: ${boots ? how : `cannot, ${how}`}`] as const),
  ];
  const shown = lines.flatMap(([word, what]) =>
    hangingLines(`${word.padEnd(headWidth)}${inertText(what)}`, width, headWidth),
  );
  return [
    ...hangingLines(inertText(head), width, 2),
    ...shown,
    ...entries.flatMap((entry) => entryLines(entry, width)),
  ];
}

function entryLines(
  { id, title, isDefault, kernel, initrds, arguments: line }: ApiImage["entries"][number],
  width: number,
) {
  const files = [kernel, ...initrds].join(", ");
  const head = `entry     ${id}: ${title}${isDefault ? " (default)" : ""}`;
  const below = [files, ...(line === "" ? [] : [line])];
  return [
    ...hangingLines(inertText(head), width, headWidth),
    ...below.flatMap((each) => hangingLines(`${" ".repeat(headWidth)}${inertText(each)}`, width, headWidth + 2)),
  ];
}
