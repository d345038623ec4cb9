import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { hostName, namesOfMachine } from "../src/core/hosts.ts";
import { bootFolder } from "./boot-folder.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const root = bootFolder({ "page.html": "<p>", small: "small file" });

describe("the name in a Host header", () => {
  it.each([
    ["192.168.11.109", "192.168.11.109"],
    ["192.168.11.109:8069", "192.168.11.109"],
    ["192.168.11.109:", "192.168.11.109"],
    ["[fd00::1]:8069", "fd00::1"],
    ["[fd00::1]", "fd00::1"],
    ["fd00::1", "fd00::1"],
    ["Boot.Example.:80", "boot.example"],
    ["boot", "boot"],
    ["boot:http", undefined],
    ["[fd00::1", undefined],
    ["x".repeat(301), undefined],
  ])("%j is %j", (header, name) => expect(hostName(header)).toBe(name));

  it("may be any that a machine has on its LAN, and none of the internet", () => {
    const names = namesOfMachine("Pi.example.org");
    expect(names).toEqual(expect.arrayContaining(["localhost", "pi.example.org", "pi", "pi.local", "pi.lan"]));
    expect(names).not.toContain("pi.evil.example");
  });
});

async function statusOf(port: number, headers: readonly string[], version = "1.1") {
  using client = await rawClient(port);
  client.send(`GET /small HTTP/${version}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`);
  const { status, body } = await client.answer();
  return { status, text: body.toString() };
}

describe("a request", () => {
  it.each([
    ["127.0.0.1"],
    ["127.0.0.1:8069"],
    // Behind NAT, or published by a container, the address is not ours.
    ["203.0.113.5:80"],
    ["localhost"],
    [hostname()],
    [`${hostname().split(".")[0]}.local:80`],
    ["boot.example.lan"],
    [""],
  ])("for the host %j is answered", async (host) => {
    await using test = await httpServer(root, { hosts: ["boot.example.lan"] });
    expect(await statusOf(test.port(), [`Host: ${host}`])).toEqual({ status: 200, text: "small file" });
  });

  it.each([["evil.example"], ["evil.example:8069"], ["127.0.0.1.evil.example"], ["boot.example.lan.evil.example"]])(
    "for the host %j is refused: a page whose name leads here could be asking",
    async (host) => {
      await using test = await httpServer(root, { hosts: ["boot.example.lan"] });
      const { status, text } = await statusOf(test.port(), [`Host: ${host}`]);
      expect([status, text]).toEqual([421, expect.stringContaining("this name is not one of the server")]);
      expect(test.events.at(-1)).toMatchObject({ type: "refused", reason: "host-not-allowed", status: 421 });
    },
  );

  it("with two Host headers is malformed, whatever they say", async () => {
    await using test = await httpServer(root);
    expect((await statusOf(test.port(), ["Host: 127.0.0.1", "Host: 127.0.0.1"])).status).toBe(400);
    expect((await statusOf(test.port(), ["Host: 127.0.0.1", "hOsT: evil.example"], "1.0")).status).toBe(400);
  });

  it("of HTTP/1.0 needs no Host header; one of HTTP/1.1 does", async () => {
    await using test = await httpServer(root);
    expect((await statusOf(test.port(), [], "1.0")).status).toBe(200);
    expect((await statusOf(test.port(), [])).status).toBe(400);
    expect(test.events.at(-1)).toMatchObject({ type: "refused", reason: "malformed", status: 400 });
  });

  it.each([["100-continue"], ["evil"]])("with the expectation %s is answered, counted and reported", async (value) => {
    await using test = await httpServer(root);
    expect((await statusOf(test.port(), ["Host: 127.0.0.1", `Expect: ${value}`])).status).toBe(200);
    expect((await test.reported("done")).status).toBe(200);
    expect((await statusOf(test.port(), ["Host: evil.example", `Expect: ${value}`])).status).toBe(421);
  });

  it("is answered with the names in force", async () => {
    await using test = await httpServer(root);
    expect((await statusOf(test.port(), ["Host: boot.example"])).status).toBe(421);
    await test.server.configure({ hosts: ["Boot.Example"] });
    expect((await statusOf(test.port(), ["Host: boot.example"])).status).toBe(200);
  });

  it("gets an answer that no browser may guess the type of", async () => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    for (const target of ["/page.html", "/none", "http://example.net/"]) {
      expect((await client.get(target)).headers["x-content-type-options"]).toBe("nosniff");
    }
    client.send("nonsense\r\n\r\n");
    expect((await client.answer()).headers["x-content-type-options"]).toBe("nosniff");
  });
});
