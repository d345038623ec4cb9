import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../src/cli/command.ts";
import { schemaCommand } from "../src/cli/schema.ts";
import { configFaultCodes } from "../src/config/faults.ts";
import { configJsonSchema, type JsonSchema } from "../src/config/json-schema.ts";
import { parseConfig } from "../src/config/parse.ts";
import { settings } from "../src/config/settings.ts";

const docs = (name: string) => readFileSync(join(import.meta.dirname, "../../../docs", name), "utf8");

async function printed(...switches: string[]): Promise<string> {
  let text = "";
  const options = new Map(switches.map((name) => [name, [""]]));
  await schemaCommand.run({ options, positionals: [] }, {
    out: (part: string) => (text += part),
  } as unknown as Surroundings);
  return text;
}

describe("docs/config.md", () => {
  it("is what bootlace schema --markdown prints", async () => {
    expect(docs("config.md")).toBe(await printed("markdown"));
  });

  it("has every setting", () => {
    for (const { path } of settings) expect(docs("config.md")).toContain(`| \`${path.at(-1)}\` |`);
  });
});

describe("docs/config-errors.md", () => {
  it("has a heading for every code, and none besides", () => {
    const headings = [...docs("config-errors.md").matchAll(/^## (E\d+): (.*)$/gm)].map(([, code, text]) => [
      code,
      text,
    ]);
    expect(headings).toEqual(Object.entries(configFaultCodes));
  });
});

describe("the JSON Schema", () => {
  it("is what bootlace schema prints, and describes every key", async () => {
    expect(JSON.parse(await printed())).toEqual(configJsonSchema());
    expect(configJsonSchema().additionalProperties).toBe(false);
  });

  it("has as defaults what an empty file gives", () => {
    const parsed = parseConfig("", "f");
    if (!parsed.ok) throw new Error("expected a config");
    const compare = (schema: JsonSchema, value: unknown, path: string): number =>
      Object.entries(schema.properties ?? {}).reduce((count, [key, inner]) => {
        const found = (value as Record<string, unknown>)[key];
        if (inner.properties !== undefined) return count + compare(inner, found, `${path}${key}.`);
        if (inner.default !== undefined) expect([path + key, found]).toEqual([path + key, inner.default]);
        return count + 1;
      }, 0);
    expect(compare(configJsonSchema(), parsed.config, "")).toBeGreaterThan(25);
  });
});
