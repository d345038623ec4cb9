import { quote } from "@bootlace/dhcp-core";
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
  type Pair,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import type { Problem } from "./faults.ts";

/** A problem at an offset of the text. */
interface StructureProblem {
  readonly problem: Problem;
  readonly offset: number;
}

/** The schema is five levels deep. The YAML parser overflows the stack somewhere beyond a thousand. */
const deepest = 50;
/** Keys and items of lists. Ten thousand hosts have a fifth of it; each costs up to 3 kB of memory while it is read. */
const mostEntries = 100_000;

const yamlPrefix = "tag:yaml.org,2002:";
/** Tags that say no more than the value does (YAML 1.2.2 §10.3, "Core Schema"; `!` is the non-specific one, §6.9.1). */
const plainTags: ReadonlySet<string> = new Set([
  "!",
  ...["map", "seq", "str", "int", "float", "bool", "null", "merge"].map((name) => `${yamlPrefix}${name}`),
]);

interface Token {
  readonly type?: string;
  readonly offset?: number;
  readonly value?: Token;
  readonly items?: readonly { readonly key?: Token | null; readonly value?: Token }[];
}

/** Where a text is nested deeper or has more entries than any config, found without recursion; undefined when it is not. */
export function tooLarge(text: string): (Problem & { readonly line: number; readonly column: number }) | undefined {
  let entries = 0;
  const waiting: { readonly token: Token; readonly depth: number }[] = [];
  for (const token of new Parser().parse(text)) {
    if (token.type === "document") waiting.push({ token: token as Token, depth: 0 });
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    const place = () => {
      const before = text.slice(0, token.offset ?? 0);
      return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
    };
    if (depth > deepest) {
      const problem = `nested more than ${deepest} levels deep`;
      return { code: "E008", problem, allowed: "A config has at most five levels", ...place() };
    }
    entries += token.items?.length ?? 0;
    if (entries > mostEntries) {
      const problem = `more than ${mostEntries} keys and list items in one file`;
      return { code: "E009", problem, allowed: "Use prefixes and lists in place of single entries", ...place() };
    }
    if (token.value !== undefined) waiting.push({ token: token.value, depth });
    for (const { key, value } of token.items ?? []) {
      if (value !== undefined) waiting.push({ token: value, depth: depth + 1 });
      if (key) waiting.push({ token: key, depth: depth + 1 });
    }
  }
  return undefined;
}

/** Faults of keys and aliases, which the parsed value no longer shows. */
export function structureProblems(document: Document.Parsed): StructureProblem[] {
  const problems: StructureProblem[] = [];
  const add = (problem: Problem, node: unknown) => problems.push({ problem, offset: startOf(node) ?? 0 });
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  const merges: Pair[] = [];
  const note = (node: Node & { readonly anchor?: string }) => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  };
  const checkTag = (node: Node & { readonly tag?: string }) => {
    if (node.tag === undefined || plainTags.has(node.tag)) return;
    const shown = quote(node.tag.replace(yamlPrefix, "!!"));
    add({ code: "E002", problem: `YAML syntax: the tag ${shown} is unknown here`, allowed: "Remove the tag" }, node);
  };
  visit(document, {
    Scalar(_, node) {
      note(node);
      checkTag(node);
    },
    Collection(_, node) {
      note(node);
      checkTag(node);
      for (const key of isMap(node) ? repeatedKeys(node) : []) {
        add(
          { code: "E004", problem: `duplicate key ${quote(String(key.value))}`, allowed: "Keep one of the two" },
          key,
        );
      }
    },
    Pair(_, pair) {
      const { key } = pair;
      if (isMergeKey(key)) merges.push(pair);
      if (!isCollection(key) && !isAlias(key)) return;
      const kind = isMap(key) ? "a mapping" : isSeq(key) ? "a list" : "an alias";
      add({ code: "E010", problem: `${kind} cannot be a key`, allowed: "Allowed: text" }, key);
    },
    Alias(_, alias, path) {
      const target = anchors.get(alias.source);
      if (target === undefined) {
        const problem = `YAML syntax: no anchor named ${alias.source} precedes this alias`;
        add({ code: "E002", problem }, alias);
      } else if (path.includes(target)) {
        add({ code: "E002", problem: `YAML syntax: this alias is inside ${alias.source} itself` }, alias);
      } else targets.set(alias, target);
    },
  });
  for (const { key, value } of merges) {
    const sources = mergedBy(value, (node) => (isAlias(node) ? targets.get(node) : node));
    const wrong = new Set(
      sources.filter(({ mapping }) => mapping !== undefined && !isMap(mapping)).map(({ by }) => by),
    );
    for (const by of wrong) {
      const problem = "<< needs a mapping to merge, and this is not one";
      const allowed = "Allowed: an alias such as *name, a mapping, or a list of them";
      add({ code: "E010", problem, allowed }, startOf(by) === undefined ? key : by);
    }
  }
  return problems;
}

/** Offset of the first alias: the place of a fault that all aliases cause together. */
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
  // A value repeated by an alias is reported at the alias: only there it is wrong.
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
      const { pair, by } = pairOf(document, node, String(step)) ?? {};
      if (pair === undefined) return { offset, found: false };
      if (by !== undefined) {
        moveTo(startOf(by));
        repeated = true;
      }
      moveTo(startOf(pair.key));
      const last = depth === path.length - 1;
      if (!last || at === "value") moveTo(startOf(pair.value));
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return { offset, found: false };
      moveTo(startOf(node));
    } else {
      // A single value instead of a list has no items, but it has a place.
      return { offset, found: isScalar(node) && node.value !== null };
    }
  }
  return { offset, found: true };
}

/** The pair of a key: written in the mapping, else merged into it, by the alias `by` when there is one. */
function pairOf(
  document: Document.Parsed,
  map: YAMLMap,
  step: string,
): { readonly pair: Pair; readonly by?: unknown } | undefined {
  const own = indexOf(map).get(step);
  if (own !== undefined) return { pair: own };
  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node);
  for (const { key, value } of map.items) {
    for (const { by, mapping } of isMergeKey(key) ? mergedBy(value, resolve) : []) {
      const found = isMap(mapping) ? pairOf(document, mapping, step) : undefined;
      if (found !== undefined) return isAlias(by) ? { ...found, by } : found;
    }
  }
  return undefined;
}

/** The first pair of each key. */
function indexOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  let index = indices.get(map);
  if (index === undefined) {
    index = new Map();
    for (const item of map.items) {
      const key = isPair(item) ? keyText(item.key) : undefined;
      if (key !== undefined && !index.has(key)) index.set(key, item);
    }
    indices.set(map, index);
  }
  return index;
}

/** A large mapping is asked for the place of each of its keys. */
const indices = new WeakMap<YAMLMap, Map<string, Pair>>();

/** Keys that a mapping has had before. The YAML library compares each with all, in a time that grows with their square. */
function repeatedKeys(map: YAMLMap): Scalar[] {
  const seen = new Set<unknown>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    if (seen.has(key.value)) return [key];
    seen.add(key.value);
    return [];
  });
}

/** The mappings that `<<` merges, strongest first, with the node in the file that names each. */
function mergedBy(value: unknown, resolve: (node: unknown) => unknown) {
  const source = resolve(value);
  if (!isSeq(source)) return [{ by: value, mapping: source }];
  return source.items.map((item) => ({ by: isAlias(value) ? value : item, mapping: resolve(item) }));
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === "symbol";
}

/** A key as it appears in the value. */
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
