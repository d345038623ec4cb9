import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Parser,
  visit,
} from "yaml";
import type { Problem } from "./faults.ts";

/** A problem at an offset of the text. */
interface StructureProblem {
  readonly problem: Problem;
  readonly offset: number;
}

/** The schema is five levels deep. The parser of YAML ends somewhere beyond a thousand, by a full stack. */
const deepest = 50;

interface Token {
  readonly type?: string;
  readonly offset?: number;
  readonly value?: Token;
  readonly items?: readonly { readonly key?: Token | null; readonly value?: Token }[];
}

/** Where a text is nested deeper than any config, found without recursion; undefined when it is not. */
export function tooDeep(text: string): (Problem & { readonly line: number; readonly column: number }) | undefined {
  const waiting: { readonly token: Token; readonly depth: number }[] = [];
  for (const token of new Parser().parse(text)) {
    if (token.type === "document") waiting.push({ token: token as Token, depth: 0 });
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > deepest) {
      const before = text.slice(0, token.offset ?? 0);
      return {
        code: "E008",
        problem: `more than ${deepest} levels lie in each other here`,
        allowed: "A config has five",
        line: before.split("\n").length,
        column: before.length - before.lastIndexOf("\n"),
      };
    }
    if (token.value !== undefined) waiting.push({ token: token.value, depth });
    for (const { key, value } of token.items ?? []) {
      if (value !== undefined) waiting.push({ token: value, depth: depth + 1 });
      if (key) waiting.push({ token: key, depth: depth + 1 });
    }
  }
  return undefined;
}

/** What is wrong with keys and aliases, which a value no longer shows. */
export function structureProblems(document: Document.Parsed): StructureProblem[] {
  const problems: StructureProblem[] = [];
  const anchors = new Set<string>();
  const note = (node: { readonly anchor?: string }) => {
    if (node.anchor !== undefined) anchors.add(node.anchor);
  };
  visit(document, {
    Scalar: (_, node) => note(node),
    Collection: (_, node) => note(node),
    Pair(_, { key }) {
      if (!isCollection(key) && !isAlias(key)) return;
      const kind = isMap(key) ? "a mapping" : isSeq(key) ? "a list" : "an alias";
      const problem = { code: "E010", problem: `${kind} is no key`, allowed: "Allowed: text" } as const;
      problems.push({ problem, offset: startOf(key) ?? 0 });
    },
    Alias(_, alias) {
      if (anchors.has(alias.source)) return;
      const problem = `YAML syntax: no anchor of the name ${alias.source} stands before this alias`;
      problems.push({ problem: { code: "E002", problem }, offset: startOf(alias) ?? 0 });
    },
  });
  return problems;
}

/** Where the first alias stands: the place of a fault that all of them make together. */
export function firstAlias(document: Document.Parsed): number {
  let first: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      first = alias;
      return visit.BREAK;
    },
  });
  return startOf(first) ?? 0;
}

/** The place of a path in the file, or of the nearest thing above it that was written. */
export function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], at: "key" | "value") {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  // What an alias repeats is at the alias: only there it is wrong.
  let repeated = false;
  const moveTo = (place: number | undefined) => {
    if (!repeated && place !== undefined) offset = place;
  };
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) {
      repeated = true;
      node = node.resolve(document);
    }
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(step));
      if (pair === undefined) return { offset, found: false };
      moveTo(startOf(pair.key));
      const last = depth === path.length - 1;
      if (!last || at === "value") moveTo(startOf(pair.value));
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return { offset, found: false };
      moveTo(startOf(node));
    } else {
      // One value in the place of a list has no items of its own, but it was written.
      return { offset, found: isScalar(node) && node.value !== null };
    }
  }
  return { offset, found: true };
}

/** A key as the value has it. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return key.value === null ? "" : String(key.value);
}

function startOf(node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  const [start, end] = range ?? [];
  const nothingWritten = isScalar(node) && node.value === null && start === end;
  return nothingWritten ? undefined : start;
}
