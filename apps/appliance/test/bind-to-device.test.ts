import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { expect, it, onTestFinished } from "vitest";
import { bindToDevice } from "../src/os/bind-to-device.ts";
import { loopbackName } from "./helpers/loopback.ts";

/** The number of a socket's file descriptor; Node.js has no public interface for it. */
function descriptorOf(socket: Socket): number {
  const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "state symbol");
  const { handle } = (socket as unknown as Record<symbol, { handle: { fd: number } }>)[state ?? Symbol()] ?? {};
  return handle?.fd ?? -1;
}

async function bound(): Promise<{ readonly socket: Socket; readonly descriptor: number; readonly heard: string[] }> {
  const socket = createSocket("udp4").bind(0, "0.0.0.0");
  onTestFinished(() => void socket.close());
  await once(socket, "listening");
  const heard: string[] = [];
  socket.on("message", (bytes) => heard.push(bytes.toString()));
  return { socket, descriptor: descriptorOf(socket), heard };
}

it("a socket that is bound to an interface hears no other", async () => {
  const other = Object.keys(networkInterfaces()).find((name) => name !== loopbackName);
  const [near, far] = [await bound(), await bound()];
  expect(await bindToDevice([{ descriptor: near.descriptor, device: loopbackName }])).toBe(true);
  const isBound = other !== undefined && (await bindToDevice([{ descriptor: far.descriptor, device: other }]));
  for (const { socket } of [far, near]) far.socket.send("hello", socket.address().port, "127.0.0.1");
  near.socket.send("hello", near.socket.address().port, "127.0.0.1");
  await expect.poll(() => near.heard.length).toBeGreaterThan(0);
  if (isBound) expect(far.heard).toEqual([]);
  else expect(other).toBeUndefined();
});

it("says so where there is no such interface, or no such program", async () => {
  const { descriptor } = await bound();
  expect(await bindToDevice([{ descriptor, device: "none such" }])).toBe(false);
  expect(await bindToDevice([{ descriptor, device: loopbackName }], "/nowhere/perl")).toBe(false);
});
