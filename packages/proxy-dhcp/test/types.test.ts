import { describe, expectTypeOf, it } from "vitest";
import type * as api from "../src/index.ts";
import { createProxyDhcp, decide, handle, identify } from "../src/index.ts";

describe("types", () => {
  it("choose alone is enough", () => {
    expectTypeOf(createProxyDhcp).toBeCallableWith({ choose: () => ({ kind: "boot", file: "x" }) });
    expectTypeOf(createProxyDhcp).returns.toEqualTypeOf<api.ProxyDhcp>();
    expectTypeOf<api.ProxyDhcp>().toExtend<AsyncDisposable>();
    // @ts-expect-error a plan says whether it boots or ignores
    expectTypeOf(createProxyDhcp).toBeCallableWith({ choose: () => ({ file: "x" }) });
    // @ts-expect-error silence has a reason
    expectTypeOf(createProxyDhcp).toBeCallableWith({ choose: () => ({ kind: "ignore" }) });
  });

  it("a decision narrows by its kind", () => {
    type Silence = Extract<api.Decision, { kind: "ignore" }>;
    expectTypeOf<Silence["reason"]>().toEqualTypeOf<api.IgnoreReason>();
    expectTypeOf<Extract<api.Decision, { kind: "offer" }>>().toEqualTypeOf<never>();
    expectTypeOf<Exclude<api.Decision, { kind: "ignore" }>>().toEqualTypeOf<api.Answer>();
    expectTypeOf<api.Answer["kind"]>().toEqualTypeOf<"offer" | "ack">();
    expectTypeOf(decide).returns.toEqualTypeOf<api.Decision>();
  });

  it("an event narrows by its type", () => {
    type Packet = Extract<api.ProxyDhcpEvent, { type: "packet" }>;
    expectTypeOf<Packet>().toEqualTypeOf<api.PacketEvent>();
    expectTypeOf<Packet["client"]>().toEqualTypeOf<api.BootClient | undefined>();
    expectTypeOf<api.ProxyDhcpEvent["time"]>().toEqualTypeOf<number>();
    expectTypeOf<api.ProxyDhcpEvent["type"]>().toEqualTypeOf<
      "packet" | "undecodable" | "limited" | "listening" | "unlistening" | "listen-failed" | "send-failed" | "stopped"
    >();
  });

  it("nothing that comes in can be changed", () => {
    expectTypeOf(identify).returns.toEqualTypeOf<api.Identification>();
    expectTypeOf(handle).returns.toEqualTypeOf<api.Outcome>();
    expectTypeOf<api.BootClient>().toEqualTypeOf<Readonly<api.BootClient>>();
    expectTypeOf<api.BootClient["firmware"]>().toEqualTypeOf<
      "bios" | "uefi" | "uefi-http" | "ipxe" | "raspberry-pi" | "u-boot" | "other"
    >();
    expectTypeOf<api.NotBootReason>().toExtend<api.IgnoreReason>();
    expectTypeOf<api.ReplyForm>().toEqualTypeOf<"direct" | "server" | "menu">();
  });
});
