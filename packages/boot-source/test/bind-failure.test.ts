import { expect, test } from "vitest";
import { boundedHolder } from "../src/bounded-holder.ts";
import { type BindFailure, ServerStartError, withAdvice, withHolders } from "../src/core/bind-failure.ts";

const taken: BindFailure = { protocol: "udp", address: "10.0.0.1", port: 69, code: "EADDRINUSE" };
const denied: BindFailure = { protocol: "tcp", address: "10.0.0.2", port: 80, code: "EACCES" };

test("the message of a failed start has a clause for each failure", () => {
  const error = new ServerStartError([{ ...taken, holder: "dnsmasq (pid 812)", advice: "Stop it" }, denied]);
  expect(error.message).toBe(
    "cannot bind UDP 10.0.0.1 port 69: EADDRINUSE, held by dnsmasq (pid 812). Stop it; " +
      "cannot bind TCP 10.0.0.2 port 80: EACCES",
  );
  expect(error).toMatchObject({ name: "ServerStartError", code: "EADDRINUSE", address: "10.0.0.1", port: 69 });
  expect(error.failures).toHaveLength(2);
});

test("a holder is looked for where a port is in use, and nowhere else", async () => {
  const asked: BindFailure[] = [];
  const found = await withHolders([taken, denied, { ...taken, holder: "known" }], async (failure) => {
    asked.push(failure);
    return "atftpd (pid 7)";
  });
  expect(asked).toEqual([taken]);
  expect(found.map(({ holder }) => holder)).toEqual(["atftpd (pid 7)", undefined, "known"]);
});

test("a search for the holder that fails finds nobody", async () => {
  expect(await withHolders([taken], () => Promise.reject(new Error("no /proc")))).toEqual([taken]);
  expect(await withHolders([taken], undefined)).toEqual([taken]);
});

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("no /proc");
    },
  ],
  ["gives a number", () => 812],
  ["rejects", () => Promise.reject(new Error("no /proc"))],
  ["never answers", () => new Promise(() => {})],
])("a search that %s finds nobody", async (_, search) => {
  expect(await withHolders([taken], boundedHolder(search as never, 1))).toEqual([taken]);
});

test("a search within its time finds the holder, also one that answers at once", async () => {
  const found = [{ ...taken, holder: "atftpd" }];
  expect(
    await withHolders(
      [taken],
      boundedHolder(async () => "atftpd"),
    ),
  ).toEqual(found);
  expect(await withHolders([taken], (() => "atftpd") as never)).toEqual(found);
});

test("what can be done is said where the code leaves no doubt", () => {
  expect(withAdvice(denied).advice).toBe("Run the program with CAP_NET_BIND_SERVICE, or choose a port above 1023");
  expect(withAdvice({ ...denied, port: 8080 })).not.toHaveProperty("advice");
  expect(withAdvice({ ...taken, code: "EADDRNOTAVAIL" }).advice).toBe("No interface of this machine has this address");
  expect(withAdvice({ ...denied, advice: "Ask the owner" }).advice).toBe("Ask the owner");
  expect(withAdvice(taken)).toEqual(taken);
});
