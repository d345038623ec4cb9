/** An option has a value that it cannot have, or there is no such option. */
export class OptionError extends RangeError {
  override readonly name = "OptionError";
  /** The option by its path: "port", "limits.maxTransfers". */
  readonly option: string;

  /**
   * @param where the function that was called: "createTftpServer"
   * @param reason what follows the name of the option: "must be a port from 1 to 65535, not 70000"
   * @param word "argument" where the value stands by itself, and not in an object of options
   */
  constructor(where: string, option: string, reason: string, word: "option" | "argument" = "option") {
    super(`${where}: ${word} ${option} ${reason}`);
    this.option = option;
  }
}

/** Where a value stands: the function that was called, and the path of the option. */
export interface OptionPlace {
  readonly where: string;
  readonly option: string;
  readonly word?: "option" | "argument";
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

/**
 * Checks what is to change of a server that exists.
 * @param where "TftpServer.configure"
 * @param all the table of all options of the server: what only has a row there cannot be changed
 * @throws OptionError as {@link checkOptions} does
 */
export function checkChanges<T extends object>(where: string, given: T, table: OptionTable<T>, all: object): T {
  return checkTable(where, "", given, table, all) as T;
}

function checkTable(where: string, path: string, given: unknown, table: object, all: object = table): object {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const reason = `must be an object, not ${shown(given)}`;
    throw path === "" ? new OptionError(where, "options", reason, "argument") : new OptionError(where, path, reason);
  }
  const checks = new Map<string, OptionCheck>(Object.entries(table));
  const values = new Map<string, unknown>(Object.entries(given));
  for (const name of values.keys()) {
    if (checks.has(name)) continue;
    const names = [...checks.keys()].join(", ");
    const reason = Object.hasOwn(all, name)
      ? `cannot be changed while the server exists; only ${names} can`
      : `is unknown; there are ${names}`;
    throw new OptionError(where, path + dotted(path) + name, reason);
  }
  const result: [string, unknown][] = [];
  for (const [name, check] of checks) {
    const value = values.get(name);
    const place = { where, option: path + dotted(path) + name };
    if (value !== undefined || mandatory.has(check)) result.push([name, check(value, place)]);
  }
  return Object.fromEntries(result);
}

/**
 * Checks one argument of a function, as {@link checkOptions} does an option.
 * @throws OptionError, which names the argument
 */
export function checkArgument(where: string, name: string, value: unknown, check: OptionCheck): void {
  check(value, { where, option: name, word: "argument" });
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
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return kindOf(value);
}

/** What a value is, for people; numbers, true and false as they are. */
export function kindOf(value: unknown): string {
  if (typeof value === "string") return "text";
  if (value instanceof Promise) return "a promise";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/**
 * A check made of one question.
 * @param must what follows "must be" in the message
 */
export function mustBe(must: string, holds: (value: unknown) => boolean): OptionCheck {
  return (value, { where, option, word }) => {
    if (!holds(value)) throw new OptionError(where, option, `must be ${must}, not ${shown(value)}`, word);
    return value;
  };
}

/**
 * Options inside an option.
 * @param all as for {@link checkChanges}, where not all of them can be changed
 */
export function optionsOf<T extends object>(table: OptionTable<T>, all: object = table): OptionCheck {
  return (value, { where, option }) => checkTable(where, option, value, table, all);
}

/**
 * A list whose items all pass `check`; the message names the item: "clients[2]".
 * @param must what follows "must be" where something else than a list is allowed, too
 */
export function listOf(check: OptionCheck, must = "a list"): OptionCheck {
  return (value, place) => {
    const { where, option, word } = place;
    if (!Array.isArray(value)) throw new OptionError(where, option, `must be ${must}, not ${shown(value)}`, word);
    return value.map((item, index) => check(item, { ...place, option: `${option}[${index}]` }));
  };
}
