/**
 * Finds regular expressions that may take more than linear time (CWE-1333): two repetitions side by side that match the same
 * character, or one that may begin at each character of its own run.
 */
interface Item {
  /** The text of one element, without its quantifier. */
  readonly atom: string;
  readonly optional: boolean;
  readonly unbounded: boolean;
}

/** Characters by which elements are compared: all of Latin-1, as headers and names have them. */
const samples = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** `.` takes all but the ends of lines. */
const nearlyAll = samples.length - 4;

/** Why an expression may be slow; undefined when nothing is found. */
export function riskOf(source: string, flags: string): string | undefined {
  for (const items of alternatives(source)) {
    const risk = riskIn(items, flags);
    if (risk !== undefined) return risk;
  }
  return undefined;
}

function riskIn(items: readonly Item[], flags: string): string | undefined {
  const sets = items.map(({ atom }) => charactersOf(atom, flags));
  const anchored = items[0]?.atom === "^" || flags.includes("y");
  for (const [index, item] of items.entries()) {
    if (!item.unbounded) continue;
    // What takes every character up to the end never has to give one back.
    const isTotal = (at: number) => items[at]?.unbounded === true && (sets[at]?.size ?? 0) >= nearlyAll;
    const canFail = (from: number) =>
      !(isTotal(from - 1) && items.slice(from).every(({ atom }) => atom === "$")) &&
      items.slice(from).some(({ optional, atom }) => !optional || atom === "$");
    let common = sets[index] ?? new Set<string>();
    for (let next = index + 1; next < items.length; next++) {
      const [other, set = new Set<string>()] = [items[next], sets[next]];
      const shared = new Set([...common].filter((character) => set.has(character)));
      if (other?.unbounded === true && shared.size > 0 && canFail(next + 1)) {
        return `${item.atom}* and ${other.atom}* match the same`;
      }
      if (other?.optional === true) continue;
      common = shared;
      if (common.size === 0) break;
    }
    const before = sets.slice(0, index);
    const own = [...(sets[index] ?? [])].filter((character) => before.every((set) => set.has(character)));
    if (!anchored && own.length > 0 && canFail(index + 1)) return `${item.atom}* may begin anywhere in its own run`;
  }
  return undefined;
}

function charactersOf(atom: string, flags: string): ReadonlySet<string> {
  if (/^(\^|\$|\\b|\\B|\(\?[=!<])/.test(atom)) return new Set();
  const one = new RegExp(`^(?:${atom})$`, flags.replace(/[gy]/g, ""));
  return new Set(samples.filter((character) => one.test(character)));
}

/** The sequences that an expression stands for: groups that are not repeated are written out, by each of their alternatives. */
function alternatives(source: string): readonly (readonly Item[])[] {
  return splitAt(source).flatMap((branch) => {
    let sequences: Item[][] = [[]];
    for (const { atom, quantifier } of elements(branch)) {
      const optional = /^[*?]|^\{0/.test(quantifier);
      const unbounded = /^[*+]|^\{\d+,\}/.test(quantifier);
      const inner = atom.startsWith("(") ? groupOf(atom) : undefined;
      const many = quantifier.startsWith("{") && !unbounded;
      if (inner === undefined || unbounded || many) {
        sequences = sequences.map((items) => [...items, { atom, optional, unbounded }]);
        continue;
      }
      const ways: (readonly Item[])[] = [...alternatives(inner), ...(optional ? [[]] : [])];
      sequences = sequences.flatMap((items) => ways.map((way) => [...items, ...way])).slice(0, 64);
    }
    return sequences;
  });
}

function groupOf(atom: string): string | undefined {
  if (/^\(\?[=!]|^\(\?<[=!]/.test(atom)) return undefined;
  return atom.slice(1, -1).replace(/^\?(:|<\w+>)/, "");
}

function splitAt(source: string): readonly string[] {
  const parts: string[] = [];
  let current = "";
  for (const token of tokens(source)) {
    if (token === "|") {
      parts.push(current);
      current = "";
    } else current += token;
  }
  return [...parts, current];
}

function* elements(branch: string): Generator<{ readonly atom: string; readonly quantifier: string }> {
  const all = [...tokens(branch)];
  for (let at = 0; at < all.length; at++) {
    const atom = all[at] ?? "";
    const next = all[at + 1] ?? "";
    const quantifier = /^([*+?]|\{\d+(,\d*)?\})$/.test(next) ? next : "";
    if (quantifier !== "") at++;
    if (quantifier !== "" && all[at + 1] === "?") at++;
    yield { atom, quantifier };
  }
}

/** Classes, groups, escapes, quantifiers and single characters, each in one piece. */
function* tokens(source: string): Generator<string> {
  for (let at = 0; at < source.length; ) {
    const end = endOfToken(source, at);
    yield source.slice(at, end);
    at = end;
  }
}

function endOfToken(source: string, from: number): number {
  const character = source[from];
  if (character === "\\") {
    const escaped = /^\\(x[0-9a-f]{2}|u[0-9a-f]{4}|u\{[0-9a-f]+\}|[pP]\{[^}]*\}|c[a-z]|.)/is.exec(source.slice(from));
    return from + (escaped?.[0].length ?? 2);
  }
  if (character === "[") {
    let at = from + 1;
    while (at < source.length && source[at] !== "]") at += source[at] === "\\" ? 2 : 1;
    return at + 1;
  }
  if (character === "{") {
    const counted = /^\{\d+(,\d*)?\}/.exec(source.slice(from));
    return from + (counted?.[0].length ?? 1);
  }
  if (character !== "(") return from + 1;
  let at = from + 1;
  while (at < source.length && source[at] !== ")") at = endOfToken(source, at);
  return at + 1;
}

/** The regular expressions written in a source text: after what can stand before one and not before a division. */
export function expressionsIn(text: string): readonly { readonly source: string; readonly flags: string }[] {
  const literal =
    /(?:[(,=:[!&|?{};>]|return|^)\s{0,40}\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*)\/([dgimsuvy]*)/gm;
  return [...text.matchAll(literal)].flatMap(([, source = "", flags = ""]) => {
    try {
      new RegExp(source, flags);
      return [{ source, flags }];
    } catch {
      return [];
    }
  });
}
