/** An option that cannot be: `option` is its name. */
export class PxeClientOptionError extends RangeError {
  override readonly name = "PxeClientOptionError";
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option}: ${message}`);
    this.option = option;
  }
}

export type Check = readonly [holds: (value: unknown) => boolean, expected: string];

/** A check for each option. What has no row here is an unknown option. */
export type Checks<Options> = Readonly<Record<keyof Options & string, Check>>;

/**
 * Throws a {@link PxeClientOptionError} that names the first option that cannot be. An option that is `undefined` counts as
 * left out.
 * @param within what stands before the names: "ports."
 * @param needed must be there
 */
export function checkAll<Options>(
  given: unknown,
  checks: Checks<Options>,
  {
    within = "",
    needed = [],
  }: { readonly within?: string; readonly needed?: readonly (keyof Options & string)[] } = {},
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new PxeClientOptionError(within === "" ? "options" : within.slice(0, -1), "must be an object");
  }
  const rows = new Map<string, Check>(Object.entries(checks));
  const values = new Map<string, unknown>(Object.entries(given));
  for (const [key, value] of values) {
    const check = rows.get(key);
    if (check === undefined) {
      throw new PxeClientOptionError(`${within}${key}`, `unknown option; there are ${[...rows.keys()].join(", ")}`);
    }
    if (value !== undefined && !check[0](value)) {
      throw new PxeClientOptionError(`${within}${key}`, `must be ${check[1]}`);
    }
  }
  for (const key of needed) {
    if (values.get(key) === undefined) throw new PxeClientOptionError(`${within}${key}`, `must be ${checks[key][1]}`);
  }
}
