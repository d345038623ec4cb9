/** Reads a value that came out of JSON. Undefined: it is not one of these. Never throws. */
export type Read<T> = (value: unknown) => T | undefined;

/** A field that may be missing. */
interface OptionalField<T> {
  readonly optional: Read<T>;
}

type IsOptional<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? true : false;

/** How each field of `T` is read: the compiler finds the one that is missing here. */
export type Shape<T> = {
  readonly [K in keyof T]-?: IsOptional<T, K> extends true ? OptionalField<Exclude<T[K], undefined>> : Read<T[K]>;
};

export const text: Read<string> = (value) => (typeof value === "string" ? value : undefined);
/** Within the range of times (ECMA-262 §21.4.1.1), so that every number can be one. */
export const number: Read<number> = (value) =>
  typeof value === "number" && Math.abs(value) <= 8.64e15 ? value : undefined;
export const flag: Read<boolean> = (value) => (typeof value === "boolean" ? value : undefined);

export function optional<T>(read: Read<T>): OptionalField<T> {
  return { optional: read };
}

/** One of the names that are the keys of `names`. */
export function oneOf<T extends string>(names: Readonly<Record<T, unknown>>): Read<T> {
  return (value) => (typeof value === "string" && Object.hasOwn(names, value) ? (value as T) : undefined);
}

/** A list in which every item fits. */
export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value) => {
    const items = itemsOf(read)(value);
    return items?.length === (value as unknown[] | undefined)?.length ? items : undefined;
  };
}

/** The items of a list that fit; the others are left out. */
export function itemsOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    return value.map(read).filter((item) => item !== undefined);
  };
}

/** The fields of the shape, and no others. */
export function objectOf<T extends object>(shape: Shape<T>): Read<T> {
  const fields = Object.entries<Read<unknown> | OptionalField<unknown>>(shape);
  return (value) => {
    if (typeof value !== "object" || value === null) return undefined;
    const given = value as Readonly<Record<string, unknown>>;
    const found: Record<string, unknown> = {};
    for (const [name, how] of fields) {
      const isOptional = typeof how !== "function";
      if (isOptional && !Object.hasOwn(given, name)) continue;
      const read = (isOptional ? how.optional : how)(Object.hasOwn(given, name) ? given[name] : undefined);
      if (read === undefined) return undefined;
      found[name] = read;
    }
    return found as T;
  };
}
