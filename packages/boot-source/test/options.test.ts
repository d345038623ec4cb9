import { describe, expect, test } from "vitest";
import { check } from "../src/core/option-checks.ts";
import { checkChanges, checkOptions, OptionError, type OptionTable } from "../src/core/option-error.ts";

interface Options {
  readonly source: object;
  readonly port?: number;
  readonly clients?: readonly string[];
  readonly limits?: { readonly transfers?: number };
}

const table: OptionTable<Options> = {
  source: check.required(check.objectWith("open")),
  port: check.portOrFree,
  clients: check.listOf(check.addressOrSubnet),
  limits: check.optionsOf<NonNullable<Options["limits"]>>({ transfers: check.integer(1) }),
};
const source = { open() {} };

function faultOf(given: unknown): string {
  try {
    checkOptions("createServer", given as Options, table);
  } catch (error) {
    if (error instanceof OptionError) return `${error.option} | ${error.message}`;
    throw error;
  }
  return "none";
}

test("an option that cannot be changed is known, and what may stand in a list is said", () => {
  const changes = { port: check.portOrFree, limits: check.optionsOf<object>({}, { transfers: check.integer(1) }) };
  const change = (given: object) => () => checkChanges("Server.configure", given, changes, table);
  expect(change({ source })).toThrow(
    "Server.configure: option source cannot be changed while the server exists; only port, limits can",
  );
  expect(change({ sorce: source })).toThrow("option sorce is unknown; there are port, limits");
  expect(change({ limits: { transfers: 5 } })).toThrow("option limits.transfers cannot be changed");
  const list = check.listOf(check.text, "a list or a function");
  expect(() => list("x", { where: "f", option: "x" })).toThrow('must be a list or a function, not "x"');
});

describe("options", () => {
  test("good ones come back without those that are undefined", () => {
    const given = { source, port: 0, clients: ["10.0.0.0/8"], limits: { transfers: undefined } };
    expect(checkOptions("createServer", given as unknown as Options, table)).toEqual({
      source,
      port: 0,
      clients: ["10.0.0.0/8"],
      limits: {},
    });
    expect(Object.keys(checkOptions("f", { source, port: undefined } as unknown as Options, table))).toEqual([
      "source",
    ]);
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [5, "5"],
    [[], "a list"],
  ])("options must be an object: %j", (given, not) => {
    expect(faultOf(given)).toBe(`options | createServer: argument options must be an object, not ${not}`);
  });

  test.each([
    [{ source, port: 70_000 }, "port must be a port from 1 to 65535, or 0 for a free one, not 70000"],
    [{ source, port: "69" }, 'port must be a port from 1 to 65535, or 0 for a free one, not "69"'],
    [{ source, port: 6.9 }, "port must be a port from 1 to 65535, or 0 for a free one, not 6.9"],
    [{ source, prot: 69 }, "prot is unknown; there are source, port, clients, limits"],
    [{ source, clients: "10.0.0.1" }, 'clients must be a list, not "10.0.0.1"'],
    [
      { source, clients: ["10.0.0.1", "10/8"] },
      'clients[1] must be an address or a subnet such as 192.168.11.0/24, not "10/8"',
    ],
    [{ source, limits: 3 }, "limits must be an object, not 3"],
    [{ source, limits: { transfers: -1 } }, "limits.transfers must be a whole number, 1 or more, not -1"],
    [{ source, limits: { transfer: 1 } }, "limits.transfer is unknown; there are transfers"],
    [{}, "source is missing"],
    [{ source: { read() {} } }, "source must be an object with open(), not an object"],
  ])("%j is refused by name", (given, message) => {
    const [option = ""] = message.split(" ");
    expect(faultOf(given)).toBe(`${option} | createServer: option ${message}`);
  });

  test.each([
    [check.port, [1, 65_535], [0, -1, 65_536, Number.NaN, "1"]],
    [check.portOrFree, [0, 1, 65_535], [-1, 65_536]],
    [check.integer(2, 4), [2, 4], [1, 5, 2.5, Infinity, "3"]],
    [check.amount, [0, 0.5, Infinity], [-0.1, Number.NaN, "1"]],
    [check.flag, [true, false], [0, "true"]],
    [check.callback, [() => {}], [{}]],
    [check.text, ["", "x"], [1]],
    [check.oneOf("full", "pxe"), ["full"], ["none", 1]],
    [check.ipAddress, ["10.0.0.1", "::1", "fe80::1%eth0"], ["10.0.0", "host", 1]],
  ])("check %#", (one, good, bad) => {
    for (const value of good) expect(one(value, { where: "f", option: "x" })).toBe(value);
    for (const value of bad) expect(() => one(value, { where: "f", option: "x" })).toThrow(OptionError);
  });

  test("a name that every object has is not an option for that", () => {
    expect(faultOf({ source, toString: 1 })).toContain("toString is unknown");
    expect(faultOf(JSON.parse('{"__proto__": 1}'))).toContain("__proto__ is unknown");
  });
});
