/// <reference lib="esnext.disposable" preserve="true" />
import { parseMac } from "@bootlace/dhcp-core";
import type { Endpoint, Received } from "./core/message.ts";
import * as check from "./option-checks.ts";
import { checkAll } from "./option-error.ts";
import { openUdp } from "./udp.ts";

export interface DhcpPortOptions {
  /** Local address; every one when absent. */
  readonly address?: string;
  /** 68 when absent; 0 lets the system choose. */
  readonly port?: number;
}

/** The clients' port 68. Thousands of clients may share one: a client hears only what carries its hardware address. */
export interface DhcpPort {
  /** The bound port. */
  readonly port: number;
  /** @returns a function that ends the listening */
  listen(mac: string, hear: (received: Received) => void): () => void;
  /** @param failed gets the system's error when the datagram did not leave: `ENETUNREACH` without a route for broadcasts */
  send(bytes: Uint8Array, to: Endpoint, failed?: (error: Error) => void): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The largest receive buffer that Linux allows without further privileges: a crowd hears everybody's broadcasts. */
const RECEIVE_BUFFER = 212_992;

/** The hardware address of a DHCP message as a key; undefined for what is too short to be one. */
function keyIn(bytes: Buffer): string | undefined {
  return bytes.length < 240 ? undefined : bytes.toString("latin1", 28, 34);
}

/** Opens it. Rejects with the system's error: `EACCES` without CAP_NET_BIND_SERVICE, `EADDRINUSE`; with PxeClientOptionError for an option that cannot be. */
export async function openDhcpPort(options: DhcpPortOptions = {}): Promise<DhcpPort> {
  checkAll<DhcpPortOptions>(options, { address: check.ipv4, port: check.portOrFree });
  const { address = "0.0.0.0", port = 68 } = options;
  const listeners = new Map<string, (received: Received) => void>();
  const socket = await openUdp(address, port, (bytes, { address: from, port: sourcePort }) => {
    const key = keyIn(bytes);
    if (key !== undefined) listeners.get(key)?.({ bytes, source: { address: from, port: sourcePort } });
  });
  socket.setBroadcast(true);
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise<void>((resolve) => socket.close(resolve));
    return closed;
  };
  return {
    port: socket.address().port,
    listen(mac, hear) {
      const key = Buffer.from(parseMac(mac) ?? []).toString("latin1");
      listeners.set(key, hear);
      return () => {
        if (listeners.get(key) === hear) listeners.delete(key);
      };
    },
    send(bytes, to, failed) {
      if (closed === undefined) socket.send(bytes, to.port, to.address, (error) => error && failed?.(error));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
