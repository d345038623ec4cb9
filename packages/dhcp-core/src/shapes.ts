// What the types promise and callers without types break. No type guards: they would make list items `any`.

/** Not a list and not octets: something whose fields can be asked for. */
export function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

export function isList(value: unknown): boolean {
  return Array.isArray(value);
}

export function isOctets(value: unknown): boolean {
  return value instanceof Uint8Array;
}
