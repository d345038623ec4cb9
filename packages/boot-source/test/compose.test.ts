import { describe, expect, test } from "vitest";
import { content } from "../src/content.ts";
import { firstOf, perClient } from "../src/core/compose.ts";
import { openSource } from "../src/core/open-source.ts";
import { notFound, type OpenResult, type Source, type SourceClient } from "../src/core/source.ts";

const client: SourceClient = { address: "192.0.2.7", port: 1024, localAddress: "192.0.2.1", localPort: 69 };

function source(files: Readonly<Record<string, string>>, asked: string[] = []): Source {
  return {
    open(name) {
      asked.push(name);
      const text = files[name];
      return text === undefined ? notFound() : content(text, text);
    },
  };
}

const later = (inner: Source): Source => ({ open: async (name, from) => inner.open(name, from) });

async function textOf(opened: OpenResult | Promise<OpenResult>): Promise<string> {
  const result = await opened;
  return result.ok ? String(result.file.version) : result.fault.reason;
}

describe("firstOf", () => {
  test.each([
    ["at once", (one: Source) => one],
    ["later", later],
  ])("gives the first file there is, from sources that answer %s", async (_, made) => {
    const all = firstOf(made(source({ a: "one" })), made(source({ a: "two", b: "three" })));
    expect(await textOf(all.open("a", client))).toBe("one");
    expect(await textOf(all.open("b", client))).toBe("three");
    expect(await textOf(all.open("c", client))).toBe("missing");
  });

  test("asks no further source once one has the file, or is in trouble", async () => {
    const asked: string[] = [];
    const trouble: Source = { open: () => notFound("permission-denied", "EACCES") };
    expect(await textOf(firstOf(source({ a: "one" }), source({}, asked)).open("a", client))).toBe("one");
    expect(await textOf(firstOf(trouble, source({ a: "two" }, asked)).open("a", client))).toBe("permission-denied");
    expect(await textOf(firstOf(later(trouble), source({ a: "two" }, asked)).open("a", client))).toBe(
      "permission-denied",
    );
    expect(asked).toEqual([]);
  });

  test("stays synchronous where its sources are", () => {
    expect("then" in firstOf(source({}), source({ a: "one" })).open("a", client)).toBe(false);
  });

  test("of nothing has nothing, and what a source throws is not hidden", async () => {
    expect(await textOf(firstOf().open("a", client))).toBe("missing");
    const throws: Source = {
      open() {
        throw new Error("a bug");
      },
    };
    expect(() => firstOf(throws, source({ a: "one" })).open("a", client)).toThrow("a bug");
  });
});

test("perClient gives each client its own source", async () => {
  const own = perClient(({ address }) => (address === client.address ? source({ a: "mine" }) : undefined));
  expect(await textOf(own.open("a", client))).toBe("mine");
  expect(await textOf(own.open("a", { ...client, address: "192.0.2.8" }))).toBe("missing");
});

describe("a source that gives no result", () => {
  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    ["a file", "text"],
    [{ ok: true }, "a result without a file that has size, read() and close()"],
    [{ ok: true, file: { size: -1, read() {}, close() {} } }, "a result without a file that has size"],
    [{ ok: false }, "an object"],
  ])("is at fault, and no other file takes the place: %j", async (given, instead) => {
    const silent = { open: () => given } as unknown as Source;
    const slow = { open: async () => given } as unknown as Source;
    const message = `open() gave ${instead}`;
    expect(() => openSource(silent, "a", client)).toThrow(message);
    expect(() => firstOf(silent, source({ a: "one" })).open("a", client)).toThrow(message);
    expect(() => perClient(() => silent).open("a", client)).toThrow(message);
    await expect(openSource(slow, "a", client)).rejects.toThrow(message);
    await expect(firstOf(slow, source({ a: "one" })).open("a", client)).rejects.toThrow(message);
  });
});

describe("what is no source is refused at once", () => {
  test.each<[string, () => unknown]>([
    ['firstOf: argument sources[0] must be an object with open(), not "/srv"', () => firstOf("/srv" as never)],
    ["firstOf: argument sources[0] must be an object with open(), not a list", () => firstOf([] as never)],
    [
      "firstOf: argument sources[1] must be an object with open(), not undefined",
      () => firstOf(source({}), undefined as never),
    ],
    ["perClient: argument choose must be a function, not undefined", () => perClient(undefined as never)],
    ["perClient: argument choose must be a function, not an object", () => perClient(new Map() as never)],
  ])("%s", (message, make) => {
    expect(make).toThrow(expect.objectContaining({ name: "OptionError", message }));
  });

  test("or, for one client, when it asks", () => {
    expect(() => perClient(() => "/srv" as never).open("a", client)).toThrow("choose() gave text instead of a source");
  });
});
