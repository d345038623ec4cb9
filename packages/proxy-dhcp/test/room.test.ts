import { createSocket, Socket } from "node:dgram";
import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { bind } from "../src/sockets.ts";

const anywhere = { address: "127.0.0.1", port: 0 };

async function room(): Promise<number> {
  const bound = await bind(anywhere, false);
  if (!bound.ok) throw new Error(bound.failure.code);
  const size = bound.socket.getRecvBufferSize();
  bound.socket.close();
  return size;
}

it("has more room for requests that wait than a socket has by itself", async () => {
  const usual = createSocket("udp4").bind(0, "127.0.0.1");
  await once(usual, "listening");
  const size = usual.getRecvBufferSize();
  usual.close();
  expect(await room()).toBeGreaterThan(size);
});

it("is bound where the system gives no more", async () => {
  using _ = vi.spyOn(Socket.prototype, "setRecvBufferSize").mockImplementation(() => {
    throw new Error("ENOBUFS");
  });
  expect(await room()).toBeGreaterThan(0);
});
