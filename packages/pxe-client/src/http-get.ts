import { request } from "node:http";
import * as check from "./option-checks.ts";
import { type Checks, checkAll } from "./option-error.ts";
import type { Signal } from "./signal.ts";
import type { Fetched } from "./tftp-get.ts";

export interface HttpGetOptions {
  /** An `http:` URL. Redirects are not followed: edk2 does not. */
  readonly url: string;
  /** The client's own address; the system's choice when absent. */
  readonly local?: string;
  readonly method?: "GET" | "HEAD";
  readonly signal?: Signal | undefined;
  /** Milliseconds without anything from the server before it gives up; 6000 when absent. */
  readonly patience?: number;
  /** Bytes of the body and their offset in it; more is read once the promise has resolved. Throwing ends the transfer. */
  readonly onData?: (bytes: Uint8Array, offset: number) => void | Promise<void>;
}

const CHECKS: Checks<HttpGetOptions> = {
  url: [isHttpUrl, "an http: URL"],
  local: check.ipv4,
  method: [(value) => value === "GET" || value === "HEAD", "GET or HEAD"],
  signal: check.signal,
  patience: check.milliseconds,
  onData: check.callback,
};

function isHttpUrl(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && new URL(value).protocol === "http:";
}

/**
 * Gets one file by HTTP/1.1 on a connection of its own. Any status but 200 is an `error` with that code; a connection
 * that is refused, reset, cut short or silent is `gave-up`. Rejects with `signal.reason` when it is aborted, and with what
 * `onData` throws, with the system's error when `local` is not an address of this machine, and with PxeClientOptionError
 * for an option that cannot be.
 */
export async function httpGet(options: HttpGetOptions): Promise<Fetched> {
  checkAll(options, CHECKS, { needed: ["url"] });
  const { url, local, method = "GET", signal, patience = 6000, onData } = options;
  signal?.throwIfAborted();
  const thrown: { readonly error: unknown }[] = [];
  const fetched = await new Promise<Fetched>((resolve) => {
    const gaveUp = (error: Error) => resolve({ kind: "gave-up", text: error.message });
    const address = local === undefined ? {} : { localAddress: local };
    const asked = request(
      url,
      { ...address, ...(signal ? { signal: signal as AbortSignal } : {}), method, agent: false },
      (reply) => {
        let offset = 0;
        const read = async () => {
          for await (const bytes of reply) {
            try {
              await onData?.(bytes, offset);
            } catch (error) {
              thrown.push({ error });
              throw error;
            }
            offset += bytes.length;
          }
        };
        if (reply.statusCode !== 200) {
          resolve({ kind: "error", code: reply.statusCode ?? 0, text: reply.statusMessage ?? "" });
          asked.destroy();
          return;
        }
        read().then(() => resolve({ kind: "whole", bytes: offset }), gaveUp);
      },
    );
    asked.setTimeout(patience, () => asked.destroy(new Error(`no data for ${patience} ms`)));
    asked.on("error", (error: NodeJS.ErrnoException) => {
      // That is no server that cannot be reached, but an address that is not of this machine.
      if (error.syscall === "bind") thrown.push({ error });
      gaveUp(error);
    });
    asked.end();
  });
  signal?.throwIfAborted();
  if (thrown[0] !== undefined) throw thrown[0].error;
  return fetched;
}
