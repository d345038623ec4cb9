import { describe, expect, it } from "vitest";
import type { HttpBootEvent, HttpBootRequest } from "../src/core/events.ts";
import { reporter } from "../src/core/report.ts";

function requestOf(address: string): HttpBootRequest {
  const client = { address, port: 1, localAddress: "127.0.0.1", localPort: 8069 };
  return { id: 1, time: 0, client, method: "GET", target: "/a", file: "a", userAgent: undefined, mac: undefined };
}

const done = (address: string, bytes = 10): HttpBootEvent => {
  const request = requestOf(address);
  return { type: "done", time: 0, request, confirmed: true, status: 200, bytes, size: bytes, range: undefined, ms: 0 };
};
const refused = (address: string): HttpBootEvent => {
  const request = requestOf(address);
  return {
    type: "refused",
    time: 0,
    client: request.client,
    request,
    reason: "missing",
    status: 404,
    detail: undefined,
  };
};

function setUp() {
  const reported: HttpBootEvent[] = [];
  const clock = { ms: 0 };
  const { report, flush } = reporter(
    (event) => void reported.push(event),
    100,
    () => 1_000_000 + clock.ms,
    () => clock.ms,
  );
  const many = (times: number, event: HttpBootEvent) => {
    for (let i = 0; i < times; i++) report(event);
  };
  return { reported, clock, report, flush, many };
}

describe("the report of requests", () => {
  it("reports a boot of a thousand files one by one, and then a hundred a second", () => {
    const { reported, clock, flush, many } = setUp();
    many(1000, done("a"));
    expect(reported).toHaveLength(1000);
    many(50, done("a"));
    many(5, refused("a"));
    expect(reported).toHaveLength(1000);
    flush();
    expect(reported.splice(0).at(-1)).toEqual({
      type: "further",
      time: 1_000_000,
      address: "a",
      requests: 55,
      bytes: 500,
      statuses: new Map([
        [200, 50],
        [404, 5],
      ]),
    });
    clock.ms = 500;
    many(60, done("a"));
    flush();
    flush();
    expect(reported.map(({ type }) => type).filter((type) => type === "done")).toHaveLength(50);
    expect(reported.at(-1)).toMatchObject({ type: "further", requests: 10, bytes: 100 });
    clock.ms = 100_000;
    reported.length = 0;
    many(1001, done("a"));
    expect(reported).toHaveLength(1000);
  });

  it("counts each client by itself", () => {
    const { reported, many, flush } = setUp();
    many(2000, done("a"));
    many(3, done("b"));
    flush();
    expect(reported.filter((event) => event.type === "done" && event.request.client.address === "b")).toHaveLength(3);
    expect(reported.filter(({ type }) => type === "further")).toHaveLength(1);
  });

  it("reports large answers and everything else always, and forgets no request of random clients", () => {
    const { reported, many, report, flush } = setUp();
    many(1100, done("a"));
    reported.length = 0;
    report(done("a", 101));
    report({ type: "listening", time: 0, address: "127.0.0.1", port: 1 });
    expect(reported.map(({ type }) => type)).toEqual(["done", "listening"]);
    for (let i = 0; i < 3000; i++) report(done(`client ${i}`));
    flush();
    expect(reported.filter(({ type }) => type === "further")).toMatchObject([{ address: "a", requests: 100 }]);
    expect(reported).toHaveLength(2 + 1 + 3000);
  });
});
