import type { HttpBootEvent, HttpBootRequest } from "@bootlace/http-boot";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../src/config/parse.ts";
import type { ApplianceEvent } from "../src/events/event.ts";
import type { OneTimeBoots } from "../src/policy/one-time-boot.ts";
import { createPolicy } from "../src/policy/policy.ts";

const mac = "52:54:00:12:34:56";

/** A policy with one machine that has begun its one-time boot. */
function waiting(macOf: (address: string) => string | undefined = () => mac, config = "") {
  const parsed = parseConfig(config, "f");
  if (!parsed.ok) throw new Error("expected the defaults");
  const kept: OneTimeBoots[] = [];
  const policy = createPolicy(parsed.config, {
    now: () => 5,
    macOf,
    keepOneTimeBoots: (state) => void kept.push(state),
  });
  policy.adoptOneTimeBoots(new Map([[mac, { mac, action: { file: "a/b.efi" }, setAt: 1, takenAt: 2, visible: true }]]));
  return { fixture: policy, kept, waits: () => policy.next.list().length === 1 };
}

const client = { address: "10.0.0.7", port: 1, localAddress: "10.0.0.1", localPort: 8069 };

function request(fields: Partial<HttpBootRequest> = {}): HttpBootRequest {
  return {
    id: 1,
    time: 0,
    client,
    method: "GET",
    target: "/a/b.efi",
    file: "a/b.efi",
    userAgent: undefined,
    mac: undefined,
    ...fields,
  };
}

function done(fields: Partial<Extract<HttpBootEvent, { type: "done" }>> = {}): ApplianceEvent {
  const event = {
    type: "done",
    time: 1,
    request: request(),
    status: 200,
    confirmed: true,
    bytes: 9,
    size: 9,
    range: undefined,
    ms: 1,
  } as const;
  return { kind: "http", event: { ...event, ...fields } };
}

describe("a one-time boot whose file goes out by HTTP", () => {
  it.each([
    ["a GET of the whole file", done()],
    ["the last range of it", done({ status: 206, range: { first: 5, last: 8 } })],
    ["a GET that names the machine itself", done({ request: request({ mac }) })],
    ["a GET from its address that names another machine", done({ request: request({ mac: "52:54:00:00:00:01" }) })],
    [
      "the news that there is no such file",
      {
        kind: "http",
        event: {
          type: "refused",
          time: 1,
          client,
          request: request(),
          reason: "missing",
          status: 404,
          detail: undefined,
        },
      } as ApplianceEvent,
    ],
  ])("ends with %s", (_name, event) => {
    const { fixture: policy, kept, waits } = waiting();
    policy.see(event);
    expect([waits(), kept]).toEqual([false, [new Map()]]);
  });

  it.each([
    ["a HEAD", done({ request: request({ method: "HEAD" }), bytes: 0 })],
    ["a range in the middle", done({ status: 206, range: { first: 0, last: 4 } })],
    ["another file", done({ request: request({ file: "a/c.efi" }) })],
  ])("does not end with %s", (_name, event) => {
    const { fixture: policy, kept, waits } = waiting();
    policy.see(event);
    expect([waits(), kept]).toEqual([true, []]);
  });

  it("does not end with what another machine fetches, whomever it names in the URL", () => {
    const neighbour = "52:54:00:00:00:01";
    const missing = { type: "refused", time: 1, client, reason: "missing", status: 404, detail: undefined } as const;
    for (const claimed of [mac, neighbour, undefined]) {
      for (const event of [
        done({ request: request({ mac: claimed }) }),
        { kind: "http", event: { ...missing, request: request({ mac: claimed }) } } as ApplianceEvent,
      ]) {
        const { fixture: policy, kept, waits } = waiting(() => neighbour);
        policy.see(event);
        expect([claimed, waits(), kept]).toEqual([claimed, true, []]);
      }
    }
  });

  it("ends with what another card of the same host fetches, where the URL names the card", () => {
    const card = "52:54:00:00:00:02";
    const { fixture: policy, waits } = waiting(() => card, `hosts: { pc: { mac: ["${mac}", "${card}"] } }\n`);
    policy.see(done({ request: request({ mac }) }));
    expect(waits()).toBe(false);
  });

  it("ends also when nobody knows whose address it was, as long as one machine waits for that file", () => {
    const { fixture: policy, waits } = waiting(() => undefined);
    policy.see(done());
    expect(waits()).toBe(false);
  });
});
