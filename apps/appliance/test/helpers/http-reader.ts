import { once } from "node:events";
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

/** An answer whose head has arrived; the body waits. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  body(): Promise<Buffer>;
  /** Resolves when the connection has ended. */
  closed(): Promise<void>;
}

/** An HTTP client of loopback, over one connection that is kept open. */
export function httpReader(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  async function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
    const sent = request({ agent, host: "127.0.0.1", port, path, method, headers }).end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const { socket } = answer;
    const ended = once(socket, "close");
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: async () => Buffer.concat(await answer.toArray()),
      closed: async () => void (await ended),
    };
  }

  return { ask, [Symbol.dispose]: () => agent.destroy() };
}
