import { describe, expect, test } from "vitest";

/** An option that is wrong, by the path that the error is to name, and the options that have it. */
export type WrongOption = readonly [option: string, options: object];

/** What is wrong for every server that listens on one port of several addresses. */
const wrongEverywhere: readonly WrongOption[] = [
  ["port", { port: 70_000 }],
  ["port", { port: -1 }],
  ["port", { port: 80.5 }],
  ["port", { port: "80" }],
  ["addresses", { addresses: "127.0.0.1" }],
  ["addresses[1]", { addresses: ["127.0.0.1", "localhost"] }],
  ["clients[0]", { clients: ["192.168.11.0/33"] }],
  ["clients[1]", { clients: ["10.0.0.0/8", "somewhere"] }],
  ["limits.lifetimes", { limits: { lifetimes: 1 } }],
  ["adresses", { adresses: ["127.0.0.1"] }],
];

/**
 * Runs the tests of options that are wrong.
 * @param where the function that makes the server
 * @param create calls it with good options and these
 * @param wrong of this server alone
 */
export function describeWrongOptions(
  where: string,
  create: (options: object) => unknown,
  wrong: readonly WrongOption[],
): void {
  describe("an option that is wrong", () => {
    const all = [
      ...wrongEverywhere,
      ["holderOf", { holderOf: "lsof" }],
      ["onEvent", { onEvent: {} }],
      ...wrong,
    ] as const;
    test.each(all)("%s is named when the server is created: %j", (option, options) => {
      const error = thrownBy(() => create(options));
      expect(error).toMatchObject({ name: "OptionError", option });
      expect(String(error)).toContain(`${where}: option ${option} `);
    });
  });
}

/**
 * Runs the tests of changes that are wrong.
 * @param start starts a server, and stops it when the test is over
 * @param wrong of this server alone: what is wrong, and what cannot change
 */
export function describeWrongChanges(
  start: () => Promise<{ configure(changes: object): Promise<unknown>; addresses(): readonly object[] }>,
  wrong: readonly WrongOption[],
): void {
  describe("a change that is wrong", () => {
    const all = [...wrongEverywhere, ["holderOf", { holderOf: () => undefined }], ...wrong] as const;
    test.each(all)("%s is named by configure, and nothing changes: %j", async (option, changes) => {
      const server = await start();
      const before = server.addresses();
      const wrongly = server.configure({ addresses: [], ...changes });
      await expect(wrongly).rejects.toMatchObject({ name: "OptionError", option });
      expect(server.addresses()).toEqual(before);
    });
  });
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
