import { listOf, mustBe, type OptionCheck, optionsOf, required } from "./option-error.ts";
import { networkOf, parseAddress } from "./subnet.ts";

const mostSafe = Number.MAX_SAFE_INTEGER;

/** A whole number from `least` to `most`; without `most`, as large as a number counts exactly. */
function integer(least: number, most = mostSafe): OptionCheck {
  const range = most === mostSafe ? `a whole number, ${least} or more` : `a whole number from ${least} to ${most}`;
  return mustBe(
    range,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** A number that need not be whole, 0 or more; `Infinity` stands for no bound. */
const amount: OptionCheck = mustBe("a number, 0 or more", (value) => typeof value === "number" && value >= 0);

/** A port of UDP or TCP that can be written into a packet. */
const port: OptionCheck = mustBe("a port from 1 to 65535", (value) => isPort(value) && value !== 0);

/** A port, or 0 where the system is to choose a free one. */
const portOrFree: OptionCheck = mustBe("a port from 1 to 65535, or 0 for a free one", isPort);

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;
}

const flag: OptionCheck = mustBe("true or false", (value) => typeof value === "boolean");

const callback: OptionCheck = mustBe("a function", (value) => typeof value === "function");

const text: OptionCheck = mustBe("text", (value) => typeof value === "string");

/** One of a few words. */
function oneOf(...values: readonly unknown[]): OptionCheck {
  return mustBe(values.map((value) => JSON.stringify(value)).join(" or "), (value) => values.includes(value));
}

/** An object that has these functions: a source, a sink. */
function objectWith(...methods: readonly string[]): OptionCheck {
  return mustBe(`an object with ${methods.map((name) => `${name}()`).join(", ")}`, (value) =>
    methods.every((name) => typeof (value as Record<string, unknown> | null | undefined)?.[name] === "function"),
  );
}

/** An IPv4 or IPv6 address. */
const ipAddress: OptionCheck = mustBe(
  "an IP address",
  (value) => typeof value === "string" && parseAddress(value) !== undefined,
);

/** An address, or a subnet as {@link networkOf} reads it. */
const addressOrSubnet: OptionCheck = mustBe(
  "an address or a subnet such as 192.168.11.0/24",
  (value) => typeof value === "string" && networkOf(value) !== undefined,
);

/** The checks of options, for the tables of `checkOptions`. */
export const check = {
  integer,
  amount,
  port,
  portOrFree,
  flag,
  callback,
  text,
  oneOf,
  objectWith,
  ipAddress,
  addressOrSubnet,
  listOf,
  mustBe,
  optionsOf,
  required,
} as const;
