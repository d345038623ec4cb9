import type { ByteRange } from "./events.ts";

/** What a Range header asks of a file. */
export type RangeRequest =
  /** No range, or one that is to be ignored: several ranges, or a unit other than bytes. */
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly range: ByteRange }
  | { readonly kind: "not-satisfiable"; readonly detail: string }
  /** `detail` says what is wrong, and which clients do so. */
  | { readonly kind: "malformed"; readonly detail: string };

const whole: RangeRequest = { kind: "whole" };
/** No client that boots sends more than one range, of two numbers. */
const longestHeader = 1024;

/**
 * Reads a Range header (RFC 9110 section 14.2) against a file of `size` bytes. A header that no server can read could
 * be ignored; but it is 416 here, because the builds of iPXE that send one take the whole file for the sector they
 * wanted, and fail far from the cause.
 */
export function readRange(header: string | undefined, size: number): RangeRequest {
  if (header === undefined) return whole;
  if (header.length > longestHeader) return { kind: "malformed", detail: `longer than ${longestHeader} characters` };
  const equals = header.indexOf("=");
  const unit = equals === -1 ? "" : trimmed(header.slice(0, equals)).toLowerCase();
  if (unit !== "bytes") return /^[!-~]+$/.test(unit) ? whole : malformed(header);
  const specs = header.slice(equals + 1).split(",");
  const parts = specs.map((spec) => /^(\d*)-(\d*)$/.exec(trimmed(spec)));
  if (parts.some((part) => part === null || (part[1] === "" && part[2] === ""))) return malformed(header);
  const [only] = parts;
  if (parts.length > 1 || !only) return whole;

  const [, from = "", to = ""] = only;
  if (from === "") {
    const bytes = Math.min(Number(to), size);
    if (bytes === 0) return notSatisfiable(size);
    return { kind: "part", range: { first: size - bytes, last: size - 1 } };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return malformed(header);
  if (first >= size) return notSatisfiable(size);
  return { kind: "part", range: { first, last } };
}

/** Without the blanks and tabs around it (RFC 9110 section 5.6.3: nothing else is blank in a header). */
function trimmed(text: string): string {
  let [first, end] = [0, text.length];
  while (first < end && isBlank(text.charCodeAt(first))) first++;
  while (end > first && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(first, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function notSatisfiable(size: number): RangeRequest {
  return { kind: "not-satisfiable", detail: `the file has ${size} bytes` };
}

function malformed(header: string): RangeRequest {
  return { kind: "malformed", detail: explain(header) };
}

/** The scars: what broken Range headers were seen, and from whom. */
function explain(header: string): string {
  // Its formatter does not know the length modifier of 64-bit numbers and prints the conversion's letter.
  if (/=\s*l*[ud]\s*-\s*l*[ud]/.test(header)) {
    return "this build of iPXE cannot print 64-bit numbers in sanboot: use a newer iPXE, or its 64-bit build";
  }
  if (/=\s*-\d+-|-\s*-\d|=\s*-\d+\s*-/.test(header)) {
    return "a negative offset: this iPXE is a 32-bit build and its sanboot overflows; its 64-bit build does not";
  }
  return "not a range of bytes";
}
