import { describe, expect, test } from "vitest";
import { openApi } from "../src/admin/openapi.ts";
import { adminRoutes } from "../src/admin/routes.ts";
import { admin } from "./helpers/admin.ts";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: {
    readonly content: Record<string, { schema: { properties?: object; additionalProperties?: boolean } }>;
  };
  readonly responses: Record<string, { readonly content?: object }>;
}
const document = openApi(adminRoutes, "1.2.3") as { readonly paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("the OpenAPI document", () => {
  test("is served as it is made, and has everything the API serves", async () => {
    const { server } = admin();
    const served = await server.inject("/api/v1/openapi.json");
    expect(served.json()).toEqual(JSON.parse(JSON.stringify(document)));
    const paths = [
      "status",
      "clients",
      "boots",
      "boots/{id}",
      "files",
      "images",
      "images/{id}",
      "config",
      "explain",
      "next",
      "next/{mac}",
      "reload",
      "events",
    ];
    for (const path of paths) expect(document.paths).toHaveProperty([`/api/v1/${path}`]);
    for (const path of ["/healthz", "/readyz", "/metrics"]) expect(document.paths).toHaveProperty([path]);
  });
  test("names each operation once, and each parameter of a path", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(operation.summary).toMatch(/\.$/);
    }
  });
  test("every operation it names is there, and nothing else answers", async () => {
    const { server } = admin();
    for (const { path, method, operation } of operations.filter(({ path }) => path !== "/api/v1/events")) {
      const body =
        operation.requestBody === undefined ? {} : { payload: {}, headers: { "content-type": "application/json" } };
      const reply = await server.inject({
        method: method.toUpperCase() as "GET",
        url: path.replace(/\{\w+\}/, "x"),
        ...body,
      });
      const known =
        [200, 204, 400].includes(reply.statusCode) || /boot-not-found|image-not-found|next-not-found/.test(reply.body);
      expect([path, method, known]).toEqual([path, method, true]);
    }
    expect((await server.inject({ method: "GET", url: "/api/v1/explain" })).statusCode).toBe(405);
  });
  test("requests are closed objects with a described schema", () => {
    for (const { operation } of operations) {
      const schema = operation.requestBody?.content["application/json"]?.schema;
      if (schema !== undefined) expect(schema.additionalProperties).toBe(false);
    }
  });
});
