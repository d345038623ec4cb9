import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";

/** What every server can do, as far as it is the same for all. */
export interface ContractServer extends AsyncDisposable {
  start(options?: { readonly signal?: AbortSignal }): Promise<void>;
  stop(options?: { readonly drain?: boolean; readonly timeout?: number }): Promise<void>;
  configure(changes: never): Promise<readonly object[]>;
  addresses(): readonly { readonly address: string; readonly port: number }[];
}

export interface ContractOptions {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly holderOf: (failure: { readonly protocol: string }) => Promise<string>;
  readonly onEvent: (event: { readonly type: string; readonly time: number }) => void;
}

/** A port that somebody else has, at this address alone, until it is disposed of. */
export async function taken(protocol: "udp" | "tcp", address: string, port = 0) {
  const holder = protocol === "udp" ? createSocket("udp4") : createServer();
  if ("listen" in holder) holder.listen(port, address);
  else holder.bind(port, address);
  await once(holder, "listening");
  return {
    port: (holder.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      holder.close();
      await once(holder, "close");
    },
  };
}

/** A port that nobody has at this address. */
export async function freePort(protocol: "udp" | "tcp", address: string): Promise<number> {
  await using holder = await taken(protocol, address);
  return holder.port;
}

/**
 * Runs the tests of what all servers promise alike.
 * @param create makes a server that listens on one port of each address
 * @param changesTo what `configure` takes to move a server to these addresses
 * @param fixed an option of the server that cannot be changed
 */
export function describeServerContract(
  protocol: "udp" | "tcp",
  create: (options: ContractOptions) => ContractServer,
  {
    changesTo = (addresses) => ({ addresses }),
    fixed,
  }: { readonly changesTo?: (addresses: readonly string[]) => object; readonly fixed: readonly [string, object] },
): void {
  const [one, two, three] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] as const;
  /** TEST-NET-1 (RFC 5737), which no machine has. */
  const nowhere = "192.0.2.1";

  function server(addresses: readonly string[] = [one], port = 0) {
    const types: string[] = [];
    const holderOf = async (failure: { readonly protocol: string }) => `${failure.protocol} program (pid 7)`;
    return { types, server: create({ addresses, port, holderOf, onEvent: ({ type }) => void types.push(type) }) };
  }

  async function expectFree(port: number, ...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      await using _ = await taken(protocol, address, port);
    }
  }

  describe("the contract: a start", () => {
    test("while it runs does nothing", async () => {
      const { server: running, types } = server();
      await using _ = running;
      await Promise.all([running.start(), running.start()]);
      const before = running.addresses();
      await running.start();
      expect(running.addresses()).toEqual(before);
      expect(types).toEqual(["listening"]);
    });

    test("after a stop listens again", async () => {
      const { server: running, types } = server();
      await using _ = running;
      for (let n = 0; n < 2; n++) {
        await running.start();
        expect(running.addresses()).toHaveLength(1);
        await running.stop();
      }
      expect(types).toEqual(["listening", "unlistening", "stopped", "listening", "unlistening", "stopped"]);
    });

    test.each([[[two, three, one]], [[one, two, three]], [[two, one, three]]])(
      "that finds a port taken leaves nothing bound, and a stop after it is safe: %j",
      async (addresses) => {
        const port = await freePort(protocol, one);
        const { server: failing, types } = server(addresses, port);
        {
          await using _ = await taken(protocol, one, port);
          const failure = { protocol, address: one, port, code: "EADDRINUSE", holder: `${protocol} program (pid 7)` };
          const error = await failing.start().catch((reason: unknown) => reason);
          expect(error).toMatchObject({ name: "ServerStartError", code: "EADDRINUSE", address: one, port });
          expect(error).toMatchObject({ failures: [failure] });
          expect(String(error)).toContain(
            `cannot bind ${protocol.toUpperCase()} ${one} port ${port}: EADDRINUSE, held by ${failure.holder}`,
          );
          await expectFree(port, two, three);
          await failing.stop();
          await failing.stop({ drain: true });
          expect([failing.addresses(), types]).toEqual([[], []]);
        }
        await failing.start();
        expect(failing.addresses().map(({ address }) => address)).toEqual(addresses);
        await failing.stop();
        await expectFree(port, ...addresses);
      },
    );

    test("names every address that cannot be bound", async () => {
      await using holder = await taken(protocol, one);
      const { server: failing } = server([one, two, nowhere], holder.port);
      await expect(failing.start()).rejects.toMatchObject({
        failures: [
          { address: one, code: "EADDRINUSE" },
          { address: nowhere, code: "EADDRNOTAVAIL" },
        ],
      });
      expect(failing.addresses()).toEqual([]);
      await expectFree(holder.port, two);
    });
  });

  describe("the contract: an option of start or stop", () => {
    test.each<[string, unknown]>([
      ["signal", { signal: new AbortController() }],
      ["signal", { signal: "x" }],
      ["signal", { signal: null }],
      ["singal", { singal: undefined }],
      ["options", new AbortController().signal],
      ["options", null],
    ])("%s of a start that cannot be rejects by name, with nothing bound: %j", async (option, options) => {
      const port = await freePort(protocol, one);
      const { server: refused, types } = server([one], port);
      await expect(refused.start(options as never)).rejects.toMatchObject({ name: "OptionError", option });
      expect([refused.addresses(), types]).toEqual([[], []]);
      await expectFree(port, one);
    });

    test.each<[string, unknown]>([
      ["timeout", { drain: true, timeout: "10s" }],
      ["timeout", { drain: true, timeout: -5 }],
      ["timeout", { drain: true, timeout: Number.NaN }],
      ["timeout", { drain: true, timeout: 2 ** 31 }],
      ["drain", { drain: "yes" }],
      ["timeot", { timeot: 5 }],
      ["options", null],
      ["options", "x"],
    ])("%s of a stop that cannot be rejects by name, and the server goes on: %j", async (option, options) => {
      const { server: running } = server();
      await using _ = running;
      await running.start();
      const before = running.addresses();
      await expect(running.stop(options as never)).rejects.toMatchObject({ name: "OptionError", option });
      expect(running.addresses()).toEqual(before);
    });
  });

  describe("the contract: a change", () => {
    test.each<[string, readonly unknown[]]>([
      ["before a start", []],
      ["while it stops", ["listening", "unlistening", "stopped"]],
      ["while it starts and is to stop", ["listening", "unlistening", "stopped"]],
    ])("%s is for the next start, without an event", async (when, before) => {
      const { server: changed, types } = server([one]);
      await using _ = changed;
      const first = when === "before a start" ? undefined : changed.start();
      if (when === "while it stops") await first;
      const stopped = changed.stop({ drain: true });
      expect(await changed.configure(changesTo([two]) as never)).toEqual([]);
      await Promise.all([first, stopped]);
      expect([changed.addresses(), types]).toEqual([[], before]);
      await changed.start();
      expect(changed.addresses()).toMatchObject([{ address: two }]);
    });

    test("to an address that is taken names the failure, with its holder", async () => {
      await using holder = await taken(protocol, two);
      const { server: changed, types } = server([], holder.port);
      await using _ = changed;
      await changed.start();
      expect(await changed.configure(changesTo([two]) as never)).toMatchObject([
        { protocol, address: two, port: holder.port, code: "EADDRINUSE", holder: `${protocol} program (pid 7)` },
      ]);
      expect(types).toEqual(["listen-failed"]);
    });

    test("of an option that cannot change says so, and names the server", async () => {
      const { server: changed } = server();
      const [option, changes] = fixed;
      const error = await changed.configure(changes as never).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "OptionError", option });
      expect(String(error)).toMatch(
        new RegExp(`^OptionError: \\w+\\.configure: option ${option} cannot be changed while the server exists; only `),
      );
    });
  });

  describe("the contract: an abort", () => {
    test.each<[string, (controller: AbortController) => void]>([
      ["before the start", (controller) => controller.abort(new Error("changed my mind"))],
      [
        "while it binds",
        (controller) => void Promise.resolve().then(() => controller.abort(new Error("changed my mind"))),
      ],
    ])("%s rejects with its reason and leaves nothing bound", async (_name, abort) => {
      const port = await freePort(protocol, one);
      const controller = new AbortController();
      const { server: aborted, types } = server([one], port);
      abort(controller);
      await expect(aborted.start({ signal: controller.signal })).rejects.toThrow("changed my mind");
      expect([aborted.addresses(), types]).toEqual([[], []]);
      await expectFree(port, one);
      await aborted.stop();
    });

    test("later stops the server", async () => {
      const port = await freePort(protocol, one);
      const controller = new AbortController();
      const { server: running, types } = server([one], port);
      await running.start({ signal: controller.signal });
      controller.abort();
      await running.stop();
      expect([running.addresses(), types]).toEqual([[], ["listening", "unlistening", "stopped"]]);
      await expectFree(port, one);
    });
  });

  describe("the contract: a stop", () => {
    test("is safe before the start, and twice", async () => {
      const { server: running, types } = server();
      await running.stop();
      await running.stop({ drain: true });
      await running.start();
      await Promise.all([running.stop(), running.stop({ drain: true })]);
      await running.stop();
      expect(types).toEqual(["listening", "unlistening", "stopped"]);
    });

    test("that comes while it starts leaves nothing bound", async () => {
      const port = await freePort(protocol, one);
      const { server: running } = server([one], port);
      await Promise.all([running.start(), running.stop()]);
      expect(running.addresses()).toEqual([]);
      await expectFree(port, one);
    });

    test("comes at the end of `await using`", async () => {
      const port = await freePort(protocol, one);
      {
        await using running = server([one], port).server;
        await running.start();
        expect(running.addresses()).toHaveLength(1);
      }
      await expectFree(port, one);
    });
  });
}
