import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eventNames } from "../src/admin/events.ts";
import { openApi } from "../src/admin/openapi.ts";
import { adminRoutes } from "../src/admin/routes.ts";
import { imageSummaryView } from "../src/api-model/image-views.ts";
import { problemCodes } from "../src/api-model/problem-codes.ts";
import { outcomes } from "../src/api-model/schemas.ts";
import { parseConfig } from "../src/config/parse.ts";
import { settings } from "../src/config/settings.ts";
import { sampleImages } from "./helpers/sample-images.ts";

const page = (name: string) => readFileSync(new URL(`../../../docs/reference/${name}`, import.meta.url), "utf8");
const api = page("api.md");

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Record<string, { schema: { properties?: object; required?: string[] } }> };
}
const { paths } = openApi(adminRoutes, "1") as { readonly paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);

/** The cells of the rows below the header of a table, without the marks of code. */
function table(text: string, header: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  expect(start).toBeGreaterThan(-1);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith("| "));
  return rows.slice(0, end === -1 ? undefined : end).map((line) => line.slice(2, -2).split(" | "));
}

const bare = (cell = "") => cell.replaceAll("`", "");

describe("docs/reference/api.md", () => {
  test("has each operation of the OpenAPI document once, with its summary, and no other", () => {
    const rows = table(api, "operation | what it does").map(([name, what]) => [bare(name), what]);
    expect(rows).toEqual(operations.map(([name, { summary }]) => [name, summary]));
  });

  test("has each parameter of a query", () => {
    const rows = table(api, "parameter").map(([name, of, meaning]) => [bare(name), bare(of), meaning]);
    const real = operations.flatMap(([of, { parameters = [] }]) =>
      parameters.filter((one) => one.in === "query").map(({ name, description }) => [name, of, description]),
    );
    expect(rows).toEqual(real);
  });

  test("has each outcome, and each event of the stream", () => {
    const listed = /An outcome is one of ([^.]+)\./.exec(api)?.[1] ?? "";
    expect(listed.match(/\w+/g)).toEqual([...outcomes]);
    expect(table(api, "event | when | data").map(([name]) => bare(name))).toEqual(Object.keys(eventNames));
  });

  test("has the keys of each request", () => {
    const rows = table(api, "operation | keys").map(([name, keys]) => [bare(name), bare(keys).split(", ")]);
    const real = operations.flatMap(([name, { requestBody }]) => {
      const { properties = {} } = requestBody?.content["application/json"]?.schema ?? {};
      return Object.keys(properties).length === 0 ? [] : [[name, Object.keys(properties)]];
    });
    expect(rows).toEqual(real);
    for (const [, { requestBody }] of operations) {
      const { properties = {}, required } = requestBody?.content["application/json"]?.schema ?? {};
      if (Object.keys(properties).length > 0) expect(required).toEqual(["mac"]);
    }
  });

  test("has each problem with its meaning", () => {
    const rows = table(api, "code").map(([code, meaning]) => [bare(code), meaning]);
    expect(Object.fromEntries(rows)).toEqual(problemCodes);
    expect(rows).toHaveLength(Object.keys(problemCodes).length);
  });
});

test("docs/reference/api.md shows an image as the API does", () => {
  const [, text = ""] = /```json\n([\s\S]*?)```/.exec(api.slice(api.indexOf("### Disc images"))) ?? [];
  const short = sampleImages.find(({ id }) => id === "short");
  expect(short && imageSummaryView(short)).toEqual(JSON.parse(text));
});

test("docs/reference/ports.md has every port of the config, with its default", () => {
  const parsed = parseConfig("", "f");
  if (!parsed.ok) throw new Error("the defaults are no config");
  const { dhcp, tftp, http, admin } = parsed.config;
  const rows = table(page("ports.md"), "port").map(([port, protocol, setting]) => [
    bare(setting),
    Number(bare(port)),
    protocol,
  ]);
  expect(rows).toEqual([
    ["dhcp.port", dhcp.port, "UDP"],
    ["dhcp.pxePort", dhcp.pxePort, "UDP"],
    ["tftp.port", tftp.port, "UDP"],
    ["http.port", http.port, "TCP"],
    ["admin.port", admin.port, "TCP"],
  ]);
  const all = settings
    .map(({ path }) => path.join("."))
    .filter((key) => /port$/i.test(key) && key !== "tftp.singlePort");
  // The client's own port is none that Bootlace listens on.
  expect(all.filter((key) => key !== "dhcp.clientPort").sort()).toEqual(rows.map(([key]) => key).sort());
});
