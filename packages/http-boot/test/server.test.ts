import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { ServerStartError, type Source } from "@bootlace/boot-source";
import { describe, expect, it } from "vitest";
import { bootFolder, pattern } from "./boot-folder.ts";
import { httpServer, rawClient } from "./raw-client.ts";

const large = pattern(20 * 1024 * 1024 + 5);
const root = bootFolder({ small: "small file", large, "efi/BOOTX64.EFI": "" });

describe("a name that is no file", () => {
  it.each([
    ["/none", 404, "missing"],
    ["/", 404, "is-directory"],
    ["/efi", 404, "is-directory"],
    ["/efi/", 404, "missing"],
    ["/small/x", 404, "missing"],
    ["/../secret", 404, "outside-root"],
    ["/%2e%2e/secret", 404, "outside-root"],
    ["/efi/..%2f..%2fsecret", 404, "outside-root"],
    ["/efi/..%5c..%5csecret", 404, "outside-root"],
    ["/..\\secret", 404, "outside-root"],
    ["/link", 404, "outside-root"],
    ["/%ff", 400, "bad-path"],
    ["/a%00", 400, "bad-path"],
    ["/%252e%252e/secret", 404, "missing"],
    ["http://example.net/small", 421, "other-host"],
    [`/${"x".repeat(3000)}`, 414, "target-too-long"],
  ])("%s is %i, and never a redirect", async (target, status, reason) => {
    await using test = await httpServer(root);
    using client = await rawClient(test.port());
    const answer = await client.get(target);
    expect([answer.status, answer.headers.location]).toEqual([status, undefined]);
    expect(test.events.at(-1)).toMatchObject({ type: "refused", status, reason });
  });
});

describe("a file that changes under way", () => {
  it("breaks the connection: the client can see it, and no byte of another state is sent", async () => {
    writeFileSync(join(root, "changing"), large);
    await using test = await httpServer(root, { limits: { cacheSize: 1024 * 1024 } });
    using client = await rawClient(test.port());
    client.request("/changing");
    await once(client.socket, "data");
    client.socket.pause();
    truncateSync(join(root, "changing"), 1000);
    client.socket.resume();
    const aborted = await test.reported("aborted");
    expect(aborted.reason).toBe("file-changed");
    await expect(client.answer()).rejects.toThrow(/the connection ended/);
  });
});

describe("ten transfers", () => {
  const get = (port: number, onHead: () => void) =>
    new Promise<Buffer>((resolve, reject) => {
      const asking = request({ port, host: "127.0.0.1", path: "/large", agent: false }, (answer) => {
        const parts: Buffer[] = [];
        onHead();
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => resolve(Buffer.concat(parts)));
        answer.on("error", reject);
      });
      asking.on("error", reject);
      asking.end();
    });

  it("survive their address being taken away and another port, byte for byte; new requests find the new one", async () => {
    await using test = await httpServer(root, { limits: { maxConnections: 20, maxConnectionsPerClient: 20 } });
    const before = test.port();
    let heads = 0;
    let begun = () => {};
    const all = new Promise<void>((resolve) => {
      begun = () => void (++heads === 10 && resolve());
    });
    const running = Array.from({ length: 10 }, () => get(before, begun));
    await all;
    using idle = await rawClient(before);
    await idle.get("/small");
    await test.server.configure({ addresses: [] });
    await idle.closed();
    expect(test.server.addresses()).toEqual([]);
    await expect(rawClient(before)).rejects.toThrow("ECONNREFUSED");
    await test.server.configure({ addresses: ["127.0.0.1"] });
    await test.server.configure({ limits: { maxConnections: 1, maxConnectionsPerClient: 1 } });
    for (const body of await Promise.all(running)) expect(body.equals(large)).toBe(true);
    using client = await rawClient(test.port());
    expect((await client.get("/small")).body.toString()).toBe("small file");
  });

  it("are let end by a stop that drains, and broken by one that does not", async () => {
    const test = await httpServer(root);
    const one = get(test.port(), () => {});
    await test.reported("start");
    await test.server.stop({ drain: true });
    expect((await one).equals(large)).toBe(true);

    await using again = await httpServer(root);
    using client = await rawClient(again.port());
    client.socket.pause();
    client.request("/large");
    await again.reported("start");
    await again.server.stop();
    expect(again.events.filter(({ type }) => type === "aborted")).toMatchObject([{ reason: "stopped" }]);
    expect(again.events.slice(-2).map(({ type }) => type)).toEqual(["aborted", "stopped"]);
  });
});

describe("addresses", () => {
  it("that cannot be bound make the start fail: all are reported, and nothing stays bound", async () => {
    await using taken = await httpServer(root);
    const port = taken.port();
    const failing = httpServer(root, { addresses: ["127.0.0.2", "127.0.0.1"], port });
    await expect(failing).rejects.toBeInstanceOf(ServerStartError);
    await expect(failing).rejects.toThrow(`cannot bind TCP 127.0.0.1 port ${port}: EADDRINUSE`);
    await using other = await httpServer(root, { addresses: ["127.0.0.2"], port });
    const failures = await other.server.configure({
      addresses: ["127.0.0.2", "127.0.0.1"],
      port,
    });
    expect(failures).toEqual([{ protocol: "tcp", address: "127.0.0.1", port, code: "EADDRINUSE" }]);
    expect(other.events.at(-1)).toMatchObject({ type: "listen-failed", code: "EADDRINUSE" });
    expect(other.server.addresses()).toEqual([{ address: "127.0.0.2", port }]);
  });

  it("are reported as they come and go", async () => {
    const source: Source = { open: () => ({ ok: false, fault: { reason: "missing" } }) };
    const test = await httpServer(source, { addresses: [] });
    await test.server.configure({ addresses: ["127.0.0.1", "127.0.0.1"] });
    await test.server.configure({ addresses: [] });
    await test.server.stop();
    expect(test.events.map(({ type }) => type)).toEqual(["listening", "unlistening", "stopped"]);
  });
});
