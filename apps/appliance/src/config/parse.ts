import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
} from "yaml";
import { checkBetweenKeys } from "./checks.ts";
import { explainIssue } from "./explain.ts";
import { type ConfigFault, type ConfigFaultCode, formatPath, type Problem } from "./faults.ts";
import { type Config, configSchema } from "./schema.ts";

export type ParseResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/**
 * Reads a config file. Pure: paths stay as written, nothing is looked up.
 * @param text content of the file; empty text gives the defaults, a byte order mark is skipped
 * @param file name for the faults
 * @returns a deeply frozen config, or every fault in the order of the file
 */
export function parseConfig(text: string, file: string): ParseResult {
  const lines = new LineCounter();
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const placed = (problem: Problem, offset: number, path: string): ConfigFault => {
    const { line, col } = lines.linePos(offset);
    return { ...problem, file, path, line: Math.max(1, line), column: Math.max(1, col) };
  };

  const faults = document.errors.map((error) => placed(explainYaml(error), error.pos[0], ""));
  // A duplicate key leaves the rest readable; after any other fault of syntax the lines would mean something else.
  if (faults.some((fault) => fault.code !== "E004")) return { ok: false, faults };

  const read = toValue(document);
  if (!read.ok) return { ok: false, faults: [...faults, placed(read.problem, 0, "")] };

  const result = configSchema.safeParse(read.value);
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => explainIssue(issue, read.value));
  for (const { path, at, ...problem } of [...issues, ...checkBetweenKeys(read.value)]) {
    faults.push(placed(problem, offsetOf(document, path, at), formatPath(path)));
  }
  if (!result.success || faults.length > 0) {
    return { ok: false, faults: faults.sort((a, b) => a.line - b.line || a.column - b.column) };
  }
  return { ok: true, config: deepFreeze(result.data) };
}

const yamlCodes: Readonly<Record<string, ConfigFaultCode>> = {
  DUPLICATE_KEY: "E004",
  TAB_AS_INDENT: "E005",
  MULTIPLE_DOCS: "E006",
};

function explainYaml(error: YAMLError): Problem {
  const code = yamlCodes[error.code] ?? "E002";
  switch (code) {
    case "E004":
      return { code, problem: "this key stands here for the second time", allowed: "Keep one of the two" };
    case "E005":
      return { code, problem: "the line is indented with a tab", allowed: "Indent with spaces" };
    case "E006":
      return { code, problem: "a second document begins here", allowed: "One file holds one document: remove ---" };
    default:
      return { code, problem: `YAML syntax: ${error.message.replaceAll(/\s+/g, " ").replace(/\.$/, "")}` };
  }
}

type ReadValue = { ok: true; value: unknown } | { ok: false; problem: Problem };

function toValue(document: Document.Parsed): ReadValue {
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { ok: true, value: {} };
  }
  if (!isMap(document.contents)) {
    return {
      ok: false,
      problem: {
        code: "E007",
        problem: "the file is not a mapping",
        allowed: "Write key: value lines, such as root: ./boot",
      },
    };
  }
  try {
    // maxAliasCount bounds what a few lines of nested aliases can grow to.
    const value = document.toJS({ maxAliasCount: 50 }) as Record<string, unknown>;
    return { ok: true, value: withoutEmptySections(value) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: { code: "E002", problem: `YAML syntax: ${reason}` } };
  }
}

/** A section whose lines are all commented out (`boot:` alone) is the same as no section. */
function withoutEmptySections(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([key, item]) => item !== null || key === "root" || !(key in sections)),
  );
}

const sections = configSchema.shape;

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], at: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (pair === undefined) return offset;
      const keyOffset = startOf(pair.key) ?? offset;
      const last = depth === path.length - 1;
      offset = last && at === "key" ? keyOffset : (startOf(pair.value) ?? keyOffset);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  const [start, end] = range ?? [];
  const nothingWritten = isScalar(node) && node.value === null && start === end;
  return nothingWritten ? undefined : start;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
