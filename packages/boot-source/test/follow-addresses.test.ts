import { expect, test } from "vitest";
import { type BindFailure, type HolderOf, ServerStartError } from "../src/core/bind-failure.ts";
import { type AddressFollower, followAddresses } from "../src/core/follow-addresses.ts";

interface Place {
  readonly address: string;
  readonly port: number;
}

/** A system with these addresses taken, and what a server does on it. */
function system(
  taken: Record<string, string> = {},
  holderOf: HolderOf = async ({ address }) => `the holder of ${address}`,
) {
  const open = new Set<string>();
  const log: string[] = [];
  let busy = 0;
  const follower: AddressFollower<Place, Place> = followAddresses<Place, Place>({
    key: ({ address }) => address,
    async bind(place) {
      expect(++busy).toBe(1);
      await Promise.resolve();
      busy--;
      const code = taken[place.address];
      if (code === "bug") throw new TypeError("a bug");
      if (code !== undefined) return { ok: false, failures: [failureOf(place, code)] };
      open.add(place.address);
      return { ok: true, bound: place };
    },
    async unbind({ address }) {
      expect(++busy).toBe(1);
      await Promise.resolve();
      busy--;
      open.delete(address);
    },
    fits: (bound, wanted) => bound.port === wanted.port,
    onBound: ({ address, port }) => log.push(`+${address}:${port}`),
    onUnbound: ({ address, port }) => log.push(`-${address}:${port}`),
    onFailure: ({ code }, { address }) => log.push(`!${address} ${code}`),
    holderOf,
  });
  return { open, log, follower, taken };
}

function failureOf({ address, port }: Place, code: string): BindFailure {
  return { protocol: "udp", address, port, code };
}

const at = (...addresses: string[]): Place[] => addresses.map((address) => ({ address, port: 69 }));

test("it binds what is wanted, and follows the list", async () => {
  const { open, log, follower } = system();
  await follower.start(at("a", "b"));
  expect(await follower.follow(at("b", "c"))).toEqual([]);
  expect([...open]).toEqual(["b", "c"]);
  expect(follower.bound()).toEqual(at("b", "c"));
  expect(follower.get("c")).toEqual({ address: "c", port: 69 });
  await follower.close();
  expect(log).toEqual(["+a:69", "+b:69", "-a:69", "+c:69", "-b:69", "-c:69"]);
  expect(open.size).toBe(0);
});

test("an address that is named twice is bound once", async () => {
  const { log, follower } = system();
  await follower.start(at("a", "a"));
  expect(log).toEqual(["+a:69"]);
});

test.each([0, 1, 2])("a start whose place %i fails leaves nothing bound, and reports every failure", async (index) => {
  const { open, log, follower, taken } = system();
  const places = at("a", "b", "c");
  const failing = places[index]?.address ?? "";
  taken[failing] = "EADDRINUSE";
  const error = await follower.start(places).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ServerStartError);
  expect(error).toMatchObject({ failures: [{ address: failing, holder: `the holder of ${failing}` }] });
  expect([open.size, log, follower.bound()]).toEqual([0, [], []]);
  expect(await follower.follow(places)).toEqual([]);
  delete taken[failing];
  await follower.start(places);
  expect(open.size).toBe(3);
});

test("all failures are in the error, those from elsewhere first", async () => {
  const { follower } = system({ a: "EACCES", c: "EADDRNOTAVAIL" });
  const elsewhere = failureOf({ address: "0.0.0.0", port: 67 }, "EADDRINUSE");
  const error = await follower
    .start(at("a", "b", "c"), { failures: [elsewhere] })
    .catch((reason: ServerStartError) => reason.failures.map(({ code }) => code));
  expect(error).toEqual(["EADDRINUSE", "EACCES", "EADDRNOTAVAIL"]);
});

test("a failure that is tolerated is reported, and tried again", async () => {
  const { log, follower, taken } = system({ a: "EADDRNOTAVAIL" });
  await follower.start(at("a", "b"), { tolerates: ({ code }) => code === "EADDRNOTAVAIL" });
  expect(log).toEqual(["+b:69", "!a EADDRNOTAVAIL"]);
  delete taken.a;
  await follower.follow(at("a", "b"));
  expect(log.at(-1)).toBe("+a:69");
});

test("a failure is reported once, again when its code changes, and anew when it was gone", async () => {
  const { log, follower, taken } = system();
  await follower.start([]);
  taken.a = "EADDRINUSE";
  expect(await follower.follow(at("a"))).toEqual([failureOf({ address: "a", port: 69 }, "EADDRINUSE")]);
  expect(await follower.follow(at("a"))).toHaveLength(1);
  taken.a = "EACCES";
  await follower.follow(at("a"));
  expect(follower.failing().map(({ code }) => code)).toEqual(["EACCES"]);
  delete taken.a;
  await follower.follow(at("a"));
  expect(follower.failing()).toEqual([]);
  await follower.follow([]);
  taken.a = "EACCES";
  await follower.follow(at("a"));
  await follower.follow([]);
  expect(follower.failing()).toEqual([]);
  await follower.follow(at("a"));
  expect(log).toEqual(["!a EADDRINUSE", "!a EACCES", "+a:69", "-a:69", "!a EACCES", "!a EACCES"]);
});

test("what no longer fits is bound anew", async () => {
  const { log, follower } = system();
  await follower.start(at("a"));
  await follower.follow([{ address: "a", port: 70 }]);
  expect(log).toEqual(["+a:69", "-a:69", "+a:70"]);
});

test("changes do not overtake each other", async () => {
  const { open, follower } = system();
  const all = [follower.start(at("a")), follower.follow(at("b", "c")), follower.follow(at("c")), follower.close()];
  await Promise.all(all);
  expect(open.size).toBe(0);
});

test("before a start and after the end it does nothing", async () => {
  const { open, follower } = system();
  expect(await follower.follow(at("a"))).toEqual([]);
  await follower.close();
  await follower.start(at("a"));
  await follower.close();
  expect(await follower.follow(at("b"))).toEqual([]);
  expect(open.size).toBe(0);
});

test("an aborted start leaves nothing bound and rejects with the reason", async () => {
  const { open, log, follower } = system();
  const abort = new AbortController();
  const started = follower.start(at("a", "b"), { signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(started).rejects.toThrow("enough");
  expect([open.size, log]).toEqual([0, []]);
});

test("a bug in binding is thrown, and leaves nothing bound", async () => {
  const { open, follower } = system({ b: "bug" });
  await expect(follower.start(at("a", "b"))).rejects.toThrow(TypeError);
  expect(open.size).toBe(0);
});

test("an abort ends the search for the holder, and leaves nothing bound", async () => {
  const abort = new AbortController();
  const search = () => {
    abort.abort(new Error("changed my mind"));
    return new Promise<undefined>(() => {});
  };
  const { open, follower } = system({ b: "EADDRINUSE" }, search);
  await expect(follower.start(at("a", "b"), { signal: abort.signal })).rejects.toThrow("changed my mind");
  expect([...open]).toEqual([]);
});
