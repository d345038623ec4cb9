import { beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { createGuard } from "../src/admin/guard.ts";
import { adminRoutes } from "../src/admin/routes.ts";
import * as schemas from "../src/api-model/schemas.ts";
import { admin } from "./helpers/admin.ts";
import { story } from "./helpers/story.ts";

const json = { "content-type": "application/json" };
const MAC = "52:54:00:12:34:56";

describe("every operation answers by its schema", () => {
  const { server, observe } = admin();
  beforeAll(() => {
    const played = story();
    played.discover().lease().pxeRequest().tftp("efi/bootx64.efi", "missing").tftp("b\u001b[31m", "missing").wait(3);
    for (const event of played.events) observe(event);
  });
  const bodies: Record<string, object> = {
    explain: { mac: MAC, arch: "x86-bios" },
    setNext: { mac: MAC, file: "x" },
    reload: {},
  };
  test.each(
    adminRoutes.filter(({ response }) => response !== undefined).map((route) => [route.operation, route] as const),
  )("%s", async (operation, { method, path, response }) => {
    const boots = (await server.inject("/api/v1/boots")).json<z.output<typeof schemas.bootsSchema>>();
    const id = boots.boots[0]?.id ?? "";
    const body = bodies[operation];
    const reply = await server.inject({
      method,
      url: path.replace("{id}", operation === "getImage" ? "debian-live" : id),
      ...(body ? { payload: body, headers: json } : {}),
    });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(reply.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    expect(response?.safeParse(reply.json()).error).toBeUndefined();
  });
  test("boots are reported with verdict and evidence, in list, by id and by client", async () => {
    const list = (await server.inject(`/api/v1/boots?client=${MAC.toUpperCase()}&limit=1`)).json();
    expect(list.boots[0]).toMatchObject({ mac: MAC, outcome: "failed", verdict: { id: "B10", confidence: "certain" } });
    const boot = schemas.bootSchema.parse((await server.inject(`/api/v1/boots/${list.boots[0].id}`)).json());
    expect(boot.steps.map(({ kind }) => kind)).toEqual([
      "discover",
      "offer",
      "lease",
      "pxe-request",
      "ack",
      "file",
      "file",
    ]);
    expect((await server.inject("/api/v1/boots?outcome=booted")).json().boots).toEqual([]);
    expect((await server.inject("/api/v1/boots?before=2020-01-01T00:00:00Z")).json().boots).toEqual([]);
    expect((await server.inject("/api/v1/clients")).json().clients[0]).toMatchObject({
      id: MAC,
      boots: 1,
      outcome: "failed",
    });
    expect((await server.inject("/api/v1/files")).json().notFound).toHaveLength(2);
  });
  test("what was set for the next boot can be taken back, once", async () => {
    await server.inject({ method: "POST", url: "/api/v1/next", payload: { mac: MAC, ignore: true }, headers: json });
    // Many clients set the type even without a body.
    const headers = { "content-type": "application/json" };
    const clear = () => server.inject({ method: "DELETE", url: `/api/v1/next/${MAC}`, headers });
    expect((await clear()).statusCode).toBe(204);
    expect(await clear()).toMatchObject({ statusCode: 404 });
  });
});

describe("problems are RFC 9457", () => {
  const broken = () => {
    throw new Error("secret inner reason");
  };
  const { server, errors } = admin({ more: { files: broken } });
  const expectProblem = async (request: Parameters<typeof server.inject>[0], status: number, code: string) => {
    const reply = await server.inject(request);
    expect(reply.statusCode).toBe(status);
    expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(schemas.problemSchema.parse(reply.json())).toMatchObject({ status, code });
    return reply;
  };
  const post = (url: string, payload: string | object, headers: object = json) => ({
    method: "POST" as const,
    url,
    payload,
    headers: { ...headers },
  });
  test("unknown paths, boots and architectures", async () => {
    await expectProblem("/api/v1/nothing", 404, "not-found");
    await expectProblem("/", 404, "not-found");
    await expectProblem("/api/v1/boots/none", 404, "boot-not-found");
    await expectProblem(post("/api/v1/explain", { mac: MAC, arch: "toaster" }), 422, "cannot-explain");
  });
  test("requests that do not fit: each fault with its path", async () => {
    const reply = await expectProblem(post("/api/v1/explain", { mac: 5, arch: "x86-bios", more: 1 }), 400, "invalid");
    expect(reply.json().issues.map(({ path }: { path: string }) => path)).toEqual(["mac", ""]);
    await expectProblem("/api/v1/boots?limit=0", 400, "invalid");
    await expectProblem("/api/v1/boots?limit=5&limit=6", 400, "invalid");
    await expectProblem("/api/v1/boots?colour=blue", 400, "invalid");
    await expectProblem(post("/api/v1/reload", "{"), 400, "bad-request");
    await expectProblem(post("/api/v1/reload", '{"__proto__": {"a": 1}}'), 400, "bad-request");
    await expectProblem(post("/api/v1/explain", { mac: "x".repeat(70_000) }), 413, "bad-request");
  });
  test("each fault is reported in words for people", async () => {
    const messages = async (query: string) => {
      const reply = await expectProblem(`/api/v1/boots?${query}`, 400, "invalid");
      return reply.json().issues.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`);
    };
    expect(await messages("limit=1&limit=2")).toEqual(["limit is given more than once"]);
    expect(await messages("limit=abc")).toEqual(["limit must be a whole number"]);
    expect(await messages("limit=1.5")).toEqual(["limit must be a whole number"]);
    expect(await messages("limit=0")).toEqual(["limit must be at least 1"]);
    expect(await messages("limit=1001")).toEqual(["limit must be at most 1000"]);
    const long = await expectProblem(post("/api/v1/explain", { mac: "x".repeat(1025) }), 400, "invalid");
    expect(long.json().issues).toEqual([{ path: "mac", message: "may have at most 1024 characters" }]);
    expect(await messages("before=noon")).toEqual(["before must be a time in UTC, such as 2026-11-22T12:00:00Z"]);
    expect(await messages("outcome=lost")).toEqual([`outcome must be one of ${schemas.outcomes.join(", ")}`]);
    expect(await messages("colour=blue")).toEqual([' unknown field "colour"']);
    const explain = await expectProblem(post("/api/v1/explain", { arch: [], item: 70_000 }), 400, "invalid");
    expect(explain.json().issues).toEqual([
      { path: "mac", message: "is missing" },
      { path: "arch", message: "must be text, or must be a whole number" },
      { path: "item", message: "must be at most 65535" },
    ]);
  });
  test("a URL that cannot be decoded, or is longer than a parameter may be", async () => {
    for (const [url, status] of [
      ["/api/v1/boots/%ff", 400],
      ["/%ff", 400],
      [`/api/v1/boots/${"x".repeat(101)}`, 414],
    ] as const) {
      const reply = await expectProblem(url, status, "bad-request");
      expect(reply.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    }
  });
  test("a method that a resource has not, with those that it has; HEAD is GET without body", async () => {
    const put = { payload: {}, headers: json };
    const refused = async (method: "PUT" | "DELETE" | "GET", url: string) =>
      (await expectProblem({ method, url, ...(method === "PUT" ? put : {}) }, 405, "method-not-allowed")).headers.allow;
    expect(await refused("PUT", "/healthz")).toBe("GET, HEAD");
    expect(await refused("DELETE", "/api/v1/next?x")).toBe("GET, HEAD, POST");
    expect(await refused("GET", `/api/v1/next/${MAC}`)).toBe("DELETE");
    expect(await refused("PUT", "/api/v1/openapi.json")).toBe("GET, HEAD");
    await expectProblem({ method: "PUT", url: "/api/v1/openapi-json", ...put }, 404, "not-found");
    for (const url of ["/healthz", "/readyz", "/metrics", "/api/v1/status", "/api/v1/events"]) {
      const reply = await server.inject({ method: "HEAD", url });
      expect([url, reply.statusCode, reply.body]).toEqual([url, 200, ""]);
    }
  });
  test("events that are not there", async () => {
    const { issues } = (await expectProblem("/api/v1/events?names=boot,bogus%1b", 400, "invalid")).json();
    const message = 'unknown event "bogus\\x1b". Allowed: log, boot, verdict, gap';
    expect(issues).toEqual([{ path: "names", message }]);
    await expectProblem("/api/v1/events?names=", 400, "invalid");
    await expectProblem("/api/v1/events?names=log&names=boot", 400, "invalid");
    await expectProblem("/api/v1/events?name=log", 400, "invalid");
  });
  test("a bug goes to the log, not to the caller", async () => {
    const reply = await expectProblem("/api/v1/files", 500, "internal");
    expect(reply.body).not.toContain("secret");
    expect(errors).toHaveLength(1);
  });
});

describe("who may ask", () => {
  const token = "0123456789abcdef0123";
  const guarded = admin({ token, allowedHosts: ["Boot.example"] }).server;
  const plain = admin().server;
  const status = async (
    server: typeof plain,
    headers: Record<string, string>,
    method = "GET",
    url = "/api/v1/status",
  ) =>
    (await server.inject({ method: method as "GET", url, headers, ...(method === "POST" ? { payload: "{}" } : {}) }))
      .statusCode;

  test("the Host header must be an address, localhost or an allowed name", async () => {
    for (const host of ["127.0.0.1:8067", "localhost", "LOCALHOST:1", "192.168.1.5", "[::1]:8067", "localhost."]) {
      expect([host, await status(plain, { host })]).toEqual([host, 200]);
    }
    for (const host of [
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "boot.example",
      "a b",
      "1.2.3",
    ]) {
      expect([host, await status(plain, { host })]).toEqual([host, host === "a b" ? 400 : 421]);
    }
    expect(await status(guarded, { host: "boot.EXAMPLE:80", authorization: `Bearer ${token}` })).toBe(200);
  });
  test("a target with a host of its own is for that host, whatever the Host header says", () => {
    const guard = createGuard({ allowedHosts: ["boot.example"] });
    const asked = (target: string) =>
      guard({ method: "GET", target, path: "/api/v1/status", headers: { host: "localhost" } })?.status;
    const targets = [
      "/api/v1/status",
      "http://127.0.0.1:8067/api/v1/status",
      "HTTP://boot.example/",
      "http:/evil.example/",
    ];
    expect(targets.map(asked)).toEqual([undefined, undefined, undefined, undefined]);
    expect(["http://evil.example/api/v1/status", "https://evil.example", "http://a@localhost/"].map(asked)).toEqual([
      421, 421, 400,
    ]);
  });
  test("a request without a Host header is none of HTTP/1.1", () => {
    const guard = createGuard({ allowedHosts: [] });
    expect(guard({ method: "GET", path: "/", headers: {} })).toMatchObject({ status: 400, code: "host-missing" });
    expect(guard({ method: "GET", path: "/", headers: { host: "" } })).toMatchObject({ status: 400 });
  });
  test("the token is asked for everywhere but at the health checks", async () => {
    for (const authorization of [
      "",
      "Bearer",
      "Bearer wrong",
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      token,
    ]) {
      expect([authorization, await status(guarded, { authorization })]).toEqual([authorization, 401]);
    }
    expect(await status(guarded, { authorization: `bearer ${token}` })).toBe(200);
    const without = await guarded.inject("/metrics");
    expect([without.statusCode, without.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect(await status(guarded, {}, "GET", "/api/v1/events")).toBe(401);
    for (const url of ["/healthz", "/readyz"]) expect(await status(guarded, {}, "GET", url)).toBe(200);
  });
  test("nothing is changed for a page of another origin, or without JSON", async () => {
    const reload = (headers: Record<string, string>) => status(plain, headers, "POST", "/api/v1/reload");
    expect(await reload(json)).toBe(200);
    expect(await reload({ ...json, origin: "http://localhost", host: "localhost" })).toBe(200);
    expect(await reload({ ...json, origin: "http://evil.example" })).toBe(403);
    expect(await reload({ ...json, origin: "null" })).toBe(403);
    expect(await reload({ ...json, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await reload({ ...json, "sec-fetch-site": "same-site" })).toBe(403);
    expect(await reload({ "content-type": "text/plain" })).toBe(415);
    expect(await reload({ "content-type": "application/x-www-form-urlencoded" })).toBe(415);
    expect(await reload({})).toBe(415);
    // What is missing comes first.
    for (const headers of [{}, { "content-type": "text/plain" }]) {
      expect(await status(plain, headers, "POST", "/api/v1/status")).toBe(405);
      expect(await status(plain, headers, "POST", "/healthz")).toBe(405);
      expect(await status(plain, headers, "POST", "/nothing")).toBe(404);
    }
    expect(await status(plain, { origin: "http://evil.example" }, "POST", "/api/v1/status")).toBe(403);
    expect(await status(plain, { origin: "http://evil.example" }, "DELETE", `/api/v1/next/${MAC}`)).toBe(403);
  });
  test("nothing is done for a page of another origin, whatever it asks", async () => {
    const urls = [...adminRoutes.filter(({ method }) => method === "GET").map(({ path }) => path), "/api/v1/events"];
    for (const url of [...urls, "/metrics", "/healthz", "/readyz", "/", "/nothing"]) {
      for (const site of ["cross-site", "same-site", "anything"]) {
        const headers = { "sec-fetch-site": site, "sec-fetch-mode": "no-cors" };
        expect([url, site, await status(plain, headers, "GET", url)]).toEqual([url, site, 403]);
      }
      expect([url, await status(plain, { origin: "http://evil.example" }, "GET", url)]).toEqual([url, 403]);
    }
    for (const site of ["none", "same-origin"]) expect(await status(plain, { "sec-fetch-site": site })).toBe(200);
    const reply = await plain.inject("/api/v1/status");
    expect(reply.headers["cross-origin-resource-policy"]).toBe("same-origin");
  });
  test("no header invites other origins", async () => {
    const reply = await plain.inject({ url: "/api/v1/status", headers: { origin: "http://evil.example" } });
    expect(Object.keys(reply.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect((await plain.inject({ method: "OPTIONS", url: "/api/v1/reload" })).statusCode).toBe(405);
  });
});

describe("health", () => {
  test("ready, and not ready with reasons", async () => {
    expect((await admin().server.inject("/readyz")).json()).toEqual({ ready: true, reasons: [] });
    const reasons = ["tftp: no address is served"];
    const reply = await admin({ more: { readiness: () => ({ ready: false, reasons }) } }).server.inject("/readyz");
    expect([reply.statusCode, reply.json()]).toEqual([503, { ready: false, reasons }]);
  });
});
