import { describe, expect, expectTypeOf, test } from "vitest";
import * as library from "../src/index.ts";
import {
  content,
  createTftpServer,
  directory,
  type OpenResult,
  type Source,
  type TftpEvent,
  type TftpServer,
  type TftpServerOptions,
} from "../src/index.ts";

test("what the package exports", () => {
  expect(Object.keys(library).sort()).toEqual([
    "OptionError",
    "ServerStartError",
    "SourceChangedError",
    "clientFilter",
    "content",
    "createTftpServer",
    "defaultLimits",
    "directory",
    "notFound",
    "uploads",
  ]);
});

describe("types", () => {
  test("a source is all that is needed", () => {
    expectTypeOf<{ source: Source }>().toExtend<TftpServerOptions>();
    expectTypeOf<Record<never, never>>().not.toExtend<TftpServerOptions>();
    expectTypeOf(createTftpServer).returns.toEqualTypeOf<TftpServer>();
    expectTypeOf(createTftpServer({ source: directory(".") })).toExtend<AsyncDisposable>();
  });

  test("a source may answer at once or later", () => {
    expectTypeOf<(name: string) => OpenResult>().toExtend<Source["open"]>();
    expectTypeOf<() => Promise<OpenResult>>().toExtend<Source["open"]>();
    expectTypeOf(content("x")).toEqualTypeOf<OpenResult>();
  });

  test("the type of an event decides its fields", () => {
    type Of<T extends TftpEvent["type"]> = Extract<TftpEvent, { type: T }>;
    expectTypeOf<TftpEvent>().toHaveProperty("time").toEqualTypeOf<number>();
    expectTypeOf<Of<"done">["confirmed"]>().toEqualTypeOf<boolean>();
    expectTypeOf<Of<"aborted">["reason"]>().toExtend<string>();
    expectTypeOf<Of<"not-found">["code"]>().toEqualTypeOf<number>();
    expectTypeOf<Of<"refused">["code"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Of<"probe">>().not.toHaveProperty("reason");
  });
});
