import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse, parseDocument } from "yaml";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { parseConfig } from "../src/config/parse.ts";
import { brokenConfigs } from "./broken-configs.ts";
import { docPages } from "./helpers/doc-pages.ts";

/** A validator that shares nothing with the schema's own library, as an editor has one. */
const accepts = new Ajv2020({ strict: true, allErrors: true }).compile(configJsonSchema());

/** What an editor can see: names of keys, types, words and ranges. */
const visible = new Set(["E003", "E010", "E011", "E012", "E013"]);

const examples = new URL("../examples/", import.meta.url);
const valid = [
  ...readdirSync(examples).map((name) => readFileSync(new URL(name, examples), "utf8")),
  ...docPages().flatMap(({ blocks }) =>
    blocks.flatMap(({ language, text }) => (language === "yaml" && parseConfig(text, "f").ok ? [text] : [])),
  ),
];

describe("the JSON Schema, in an editor", () => {
  it("accepts every config of the examples and of the pages", () => {
    expect(valid.length).toBeGreaterThan(5);
    for (const text of valid) {
      accepts(parse(text) ?? {});
      expect([text, accepts.errors ?? []]).toEqual([text, []]);
    }
  });

  it("underlines every fault of key, type, word and range, at the place that check names", () => {
    let seen = 0;
    for (const { name, text } of brokenConfigs) {
      const result = parseConfig(text, "f");
      if (result.ok || result.faults.some(({ code }) => !visible.has(code))) continue;
      const document = parseDocument(text, { logLevel: "error", merge: true });
      if (document.errors.length > 0) continue;
      // An empty section, a list or a text at the top: an editor sees these without a schema.
      const value: unknown = document.toJS();
      if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
      if (result.faults.some(({ problem, path }) => path === "" || problem === "the text is empty")) continue;
      seen++;
      accepts(value);
      const places = (accepts.errors ?? []).map(({ instancePath, params }) => {
        const { additionalProperty: key } = params as { additionalProperty?: string };
        return `${instancePath}${key === undefined ? "" : `/${key}`}`;
      });
      for (const { path } of result.faults) {
        const pointer = path === "" ? "" : `/${path.replaceAll(/\[(\d+)\]/g, ".$1").replaceAll(".", "/")}`;
        expect([name, pointer, places.some((place) => place.startsWith(pointer))]).toEqual([name, pointer, true]);
      }
    }
    expect(seen).toBeGreaterThan(15);
  });

  it("takes a key with nothing behind it as the program does", () => {
    const keys = Object.keys(configJsonSchema().properties ?? {});
    for (const key of keys) {
      const text = `${key}:\n`;
      expect([key, accepts(parse(text))]).toEqual([key, parseConfig(text, "f").ok]);
    }
    expect(keys.filter((key) => !accepts({ [key]: null }))).toEqual(["root"]);
  });

  it("describes each key, and completes words", () => {
    const { properties } = configJsonSchema();
    expect(properties?.log?.properties?.level?.enum).toContain("warn");
    expect(properties?.tftp?.properties?.port).toMatchObject({ minimum: 1, maximum: 65535, default: 69 });
  });
});
