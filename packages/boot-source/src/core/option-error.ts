/** An option has a value that it cannot have, or there is no such option. */
export class OptionError extends RangeError {
  override readonly name = "OptionError";
  /** The option by its path: "port", "limits.maxTransfers". */
  readonly option: string;

  /**
   * @param where the function that was called: "createTftpServer"
   * @param reason what follows the name of the option: "must be a port from 1 to 65535, not 70000"
   */
  constructor(where: string, option: string, reason: string) {
    super(`${where}: option ${option} ${reason}`);
    this.option = option;
  }
}

/** Where a value stands: the function that was called, and the path of the option. */
export interface OptionPlace {
  readonly where: string;
  readonly option: string;
}

/**
 * Looks at the value of one option.
 * @returns the value to use
 * @throws OptionError for a value that the option cannot have
 */
export type OptionCheck = (value: unknown, place: OptionPlace) => unknown;

/** A check for each option. What has no row here is an unknown option. */
export type OptionTable<T extends object> = { readonly [K in keyof Required<T>]: OptionCheck };

/**
 * Checks the options that were given to `where`. An option that is `undefined` counts as left out.
 * @returns the same options without those that are `undefined`
 * @throws OptionError for a value out of range, for an option that does not exist, and for one that must be there
 */
export function checkOptions<T extends object>(where: string, given: T, table: OptionTable<T>): T {
  return checkTable(where, "", given, table) as T;
}

function checkTable(where: string, path: string, given: unknown, table: object): object {
  const whole = path === "" ? "object" : path;
  if (typeof given !== "object" || given === null) {
    throw new OptionError(where, whole, `must be an object, not ${shown(given)}`);
  }
  const checks = new Map<string, OptionCheck>(Object.entries(table));
  const values = new Map<string, unknown>(Object.entries(given));
  for (const name of values.keys()) {
    if (!checks.has(name)) {
      throw new OptionError(
        where,
        path + dotted(path) + name,
        `is unknown; there are ${[...checks.keys()].join(", ")}`,
      );
    }
  }
  const result: [string, unknown][] = [];
  for (const [name, check] of checks) {
    const value = values.get(name);
    const place = { where, option: path + dotted(path) + name };
    if (value !== undefined || mandatory.has(check)) result.push([name, check(value, place)]);
  }
  return Object.fromEntries(result);
}

function dotted(path: string): string {
  return path === "" ? "" : ".";
}

const mandatory = new WeakSet<OptionCheck>();

/** An option that must be there. */
export function required(check: OptionCheck): OptionCheck {
  const asked: OptionCheck = (value, place) => {
    if (value === undefined) throw new OptionError(place.where, place.option, "is missing");
    return check(value, place);
  };
  mandatory.add(asked);
  return asked;
}

/** A value as it stands in a message: short, and on one line. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/**
 * A check made of one question.
 * @param must what follows "must be" in the message
 */
export function mustBe(must: string, holds: (value: unknown) => boolean): OptionCheck {
  return (value, { where, option }) => {
    if (!holds(value)) throw new OptionError(where, option, `must be ${must}, not ${shown(value)}`);
    return value;
  };
}

/** Options inside an option. */
export function optionsOf<T extends object>(table: OptionTable<T>): OptionCheck {
  return (value, { where, option }) => checkTable(where, option, value, table);
}

/** A list whose items all pass `check`; the message names the item: "clients[2]". */
export function listOf(check: OptionCheck): OptionCheck {
  return (value, { where, option }) => {
    if (!Array.isArray(value)) throw new OptionError(where, option, `must be a list, not ${shown(value)}`);
    return value.map((item, index) => check(item, { where, option: `${option}[${index}]` }));
  };
}
