import { setImmediate } from "node:timers/promises";
import type { HttpBootServerOptions } from "../src/index.ts";
import { queuesOf } from "./queues.ts";
import { httpServer, rawClient } from "./raw-client.ts";

/**
 * A server of a folder that looks at its connections, and how often it has.
 * @param missing bytes that looks find without acknowledgement; what there is when absent
 */
export async function lookingServer(root: string, missing?: number, more: Partial<HttpBootServerOptions> = {}) {
  let looks = 0;
  let wake = () => {};
  const test = await httpServer(root, {
    unacknowledged(connections) {
      looks++;
      wake();
      return connections.map((connection) => missing ?? queuesOf(connection)?.unacknowledged);
    },
    ...more,
  });
  return {
    ...test,
    looks: () => looks,
    /** Resolves when it has looked so many times more. */
    async looked(times: number) {
      for (const until = looks + times; looks < until; ) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await setImmediate();
    },
    /** Bytes that the client's system has acknowledged, headers included, when it takes no more of them. */
    async receivedBy(client: RawClient): Promise<number> {
      for (;;) {
        const before = receivedBy(client);
        await this.looked(3);
        if (receivedBy(client) === before) return before;
      }
    },
    ends: () => test.events.filter(({ type }) => type === "done" || type === "aborted"),
    [Symbol.asyncDispose]: () => test.server.stop(),
  };
}

type RawClient = Awaited<ReturnType<typeof rawClient>>;

/** A client that asks and reads nothing. */
export async function idleReader(port: number): Promise<RawClient> {
  const client = await rawClient(port);
  client.socket.pause();
  return client;
}

/** Bytes that the client's system has acknowledged, headers included. */
export function receivedBy({ socket }: RawClient): number {
  const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
  const ends = { address: remoteAddress, port: remotePort, localAddress, localPort };
  return socket.bytesRead + (queuesOf(ends)?.unread ?? Number.NaN);
}
