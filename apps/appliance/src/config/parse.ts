import { type Document, isMap, isScalar, LineCounter, parseDocument, stringify, type YAMLError } from "yaml";
import { checkBetweenKeys } from "./checks.ts";
import { explainIssue } from "./explain.ts";
import { type ConfigFault, type ConfigFaultCode, formatPath, type Problem } from "./faults.ts";
import { type Origin, type Overlay, originText, overlayAt, withOverlays } from "./overlay.ts";
import { type Config, configSchema, mayBeEmpty } from "./schema.ts";
import { firstAlias, offsetOf, structureProblems, tooLarge } from "./structure.ts";

export type ParseResult =
  | {
      readonly ok: true;
      readonly config: Config;
      /** Where the value at a path such as `["tftp", "port"]` came from. */
      readonly originOf: (path: readonly PropertyKey[]) => Origin;
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Merge keys (`<<: *rule`) are not in YAML 1.2, but people and editors use them. */
const yamlOptions = { logLevel: "error", merge: true, uniqueKeys: false } as const;

/** How often one anchor may be repeated. It bounds what a few lines of nested aliases can grow to. */
const mostAliases = 500;

/**
 * Reads a config file. Pure: paths stay as written, nothing is looked up.
 * @param text content of the file; empty text gives the defaults, a byte order mark is skipped
 * @param file name for the faults
 * @param overlays values that win over those of the file, weakest first
 * @returns a deeply frozen config, or every fault in the order of the file
 */
export function parseConfig(text: string, file: string, overlays: readonly Overlay[] = []): ParseResult {
  const lines = new LineCounter();
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const large = tooLarge(source);
  if (large !== undefined) return { ok: false, faults: [{ ...large, file, path: "" }] };
  const document = parseDocument(source, { ...yamlOptions, lineCounter: lines, prettyErrors: false });
  const placed = (problem: Problem, offset: number, path: string): ConfigFault => {
    const { line, col } = lines.linePos(offset);
    return { ...problem, file, path, line: Math.max(1, line), column: Math.max(1, col) };
  };

  const faults = document.errors.map((error) => placed(explainYaml(error), error.pos[0], ""));
  // After a syntax error the lines could mean something else.
  const broken = faults.length > 0;
  const structure = structureProblems(document);
  for (const { problem, offset } of structure) {
    if (!broken || problem.code === "E004") faults.push(placed(problem, offset, ""));
  }
  // A duplicate key leaves the rest readable.
  if (faults.some((fault) => fault.code !== "E004")) return { ok: false, faults: inOrder(faults) };

  const read = toValue(document);
  if (!read.ok) return { ok: false, faults: [...faults, placed(read.problem, read.offset, "")] };

  const value = withOverlays(read.value, overlays);
  const result = configSchema.safeParse(value);
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => explainIssue(issue, value));
  for (const { path, at, ...problem } of [...issues, ...checkBetweenKeys(value)]) {
    const overlay = overlayAt(overlays, path);
    if (overlay === undefined) faults.push(placed(problem, offsetOf(document, path, at).offset, formatPath(path)));
    else {
      const { origin } = overlay;
      faults.push({ ...problem, file: originText(origin), origin, path: formatPath(path), line: 0, column: 0 });
    }
  }
  if (!result.success || faults.length > 0) {
    return { ok: false, faults: inOrder(faults) };
  }
  const originOf = (path: readonly PropertyKey[]): Origin => {
    const overlay = overlayAt(overlays, path);
    if (overlay !== undefined) return overlay.origin;
    const { offset, found } = offsetOf(document, path, "key");
    return found ? { kind: "file", file, line: Math.max(1, lines.linePos(offset).line) } : { kind: "default" };
  };
  return { ok: true, config: deepFreeze(result.data), originOf };
}

function inOrder(faults: ConfigFault[]): ConfigFault[] {
  return faults.sort((a, b) => a.line - b.line || a.column - b.column);
}

const yamlCodes: Readonly<Record<string, ConfigFaultCode>> = {
  TAB_AS_INDENT: "E005",
  MULTIPLE_DOCS: "E006",
};

function explainYaml(error: YAMLError): Problem {
  const code = yamlCodes[error.code] ?? "E002";
  switch (code) {
    case "E005":
      return { code, problem: "this line is indented with a tab", allowed: "Indent with spaces" };
    case "E006":
      return { code, problem: "a second document starts here", allowed: "A file holds one document: remove ---" };
    default:
      return { code, problem: `YAML syntax: ${error.message.replaceAll(/\s+/g, " ").replace(/\.$/, "")}` };
  }
}

/** The section `admin` of a file alone, despite errors in the rest; empty when it is not found. */
export function adminSectionOf(text: string): string {
  try {
    const document = parseDocument(text, yamlOptions);
    const admin: unknown = isMap(document.contents) ? document.contents.get("admin") : undefined;
    return isMap(admin) ? stringify({ admin: admin.toJS(document, { maxAliasCount: mostAliases }) }) : "";
  } catch {
    return "";
  }
}

type ReadValue =
  | { ok: true; value: Record<string, unknown> }
  | { ok: false; problem: Problem /** Its place in the file. */; offset: number };

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
      offset: 0,
    };
  }
  try {
    const value = document.toJS({ maxAliasCount: mostAliases }) as Record<string, unknown>;
    return { ok: true, value: withoutEmptySections(value) };
  } catch (error) {
    // All other alias errors are found by structure.ts.
    const reason =
      error instanceof ReferenceError ? `an anchor is repeated more than ${mostAliases} times` : String(error);
    return { ok: false, problem: { code: "E002", problem: `YAML syntax: ${reason}` }, offset: firstAlias(document) };
  }
}

function withoutEmptySections(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key, item]) => item !== null || !mayBeEmpty(key)));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
