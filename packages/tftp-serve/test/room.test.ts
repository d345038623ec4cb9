import { Socket } from "node:dgram";
import { expect, test, vi } from "vitest";
import { listen } from "../src/listener.ts";

async function bound(): Promise<void> {
  const result = await listen("127.0.0.1", 0, false, () => undefined);
  if (!result.ok) expect.fail(result.failures[0]?.code);
  await result.bound.close();
}

test("hundreds of requests may wait for their turn", async () => {
  using room = vi.spyOn(Socket.prototype, "setRecvBufferSize");
  await bound();
  const [[octets]] = room.mock.calls as [[number]];
  expect(octets).toBeGreaterThanOrEqual(1024 * 1024);
});

test("where the system gives no more room, the port is bound all the same", async () => {
  using _ = vi.spyOn(Socket.prototype, "setRecvBufferSize").mockImplementation(() => {
    throw new Error("ENOBUFS");
  });
  await bound();
});
