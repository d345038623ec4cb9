import { describe, expect, it } from "vitest";
import { rootPage, wantsPage } from "../src/admin/root-page.ts";
import { admin } from "./helpers/admin.ts";

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const host = { host: "127.0.0.1" };

function server(token?: string) {
  return admin(token === undefined ? {} : { token }).server;
}

describe("the root of the API", () => {
  it.each([undefined, "a secret of many characters"])(
    "shows a browser what this is, with the token %j",
    async (token) => {
      const reply = await server(token).inject({ url: "/", headers: { ...host, accept: browser } });
      expect([reply.statusCode, reply.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      expect(reply.body).toContain("administration API of Bootlace 1.2.3");
      const policy = String(reply.headers["content-security-policy"]);
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /);
      expect(reply.headers["x-content-type-options"]).toBe("nosniff");
      expect(reply.body).not.toMatch(/<script|javascript:|\son\w+=/i);
    },
  );

  it("is none for programs", async () => {
    for (const accept of ["*/*", "application/json", undefined]) {
      const headers = accept === undefined ? host : { ...host, accept };
      expect((await server().inject({ url: "/", headers })).statusCode).toBe(404);
    }
    expect(
      (await server().inject({ method: "POST", url: "/", headers: { ...host, accept: browser } })).statusCode,
    ).not.toBe(200);
  });

  it("is not shown under a name that is not ours", async () => {
    expect((await server().inject({ url: "/", headers: { host: "evil.example", accept: browser } })).statusCode).toBe(
      421,
    );
  });
});

it("what is put into the page is escaped", () => {
  expect(rootPage(`<b>"&'`)).toContain("Bootlace &lt;b&gt;&quot;&amp;&#39;,");
});

it.each([
  [browser, true],
  ["text/html", true],
  ["application/json, TEXT/HTML;q=0.1", true],
  ["text/htmlx", false],
  ["*/*", false],
  [undefined, false],
])("Accept: %s wants a page: %s", (accept, wants) => expect(wantsPage(accept)).toBe(wants));
