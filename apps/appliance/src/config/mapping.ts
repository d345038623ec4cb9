export type Mapping = Readonly<Record<string, unknown>>;

/** True for a mapping as YAML or JSON give it. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The items of a list, or the single value used instead of a list. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
