import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { descriptorOf } from "@bootlace/boot-source";
import { expect, it, onTestFinished } from "vitest";
import { bindToDevice } from "../src/os/bind-to-device.ts";
import { loopbackName } from "./helpers/loopback.ts";

interface Ear {
  readonly socket: Socket;
  readonly descriptor: number;
  readonly heard: string[];
}

async function bound(): Promise<Ear> {
  const socket = createSocket("udp4").bind(0, "0.0.0.0");
  onTestFinished(() => void socket.close());
  await once(socket, "listening");
  const heard: string[] = [];
  socket.on("message", (bytes) => heard.push(bytes.toString()));
  return { socket, descriptor: descriptorOf(socket) ?? expect.unreachable(), heard };
}

const all = ({ descriptor }: Ear) => ({ descriptor, without: [] });

it("a socket that is bound to an interface hears no other", async () => {
  const other = Object.keys(networkInterfaces()).find((name) => name !== loopbackName);
  const [near, far, common] = [await bound(), await bound(), await bound()];
  const { descriptor } = near;
  expect(await bindToDevice([{ descriptor, device: loopbackName }], all(common))).toBe(true);
  const isBound =
    other !== undefined && (await bindToDevice([{ descriptor: far.descriptor, device: other }], all(common)));
  for (const { socket } of [far, near]) far.socket.send("hello", socket.address().port, "127.0.0.1");
  near.socket.send("hello", near.socket.address().port, "127.0.0.1");
  await expect.poll(() => near.heard.length).toBeGreaterThan(0);
  if (isBound) expect(far.heard).toEqual([]);
  else expect(other).toBeUndefined();
});

it("the common socket does not hear what is sent to the addresses of others, until they are gone", async () => {
  const common = await bound();
  const { port } = common.socket.address();
  const send = (...to: readonly string[]) => {
    for (const address of to) common.socket.send(address, port, address);
  };
  expect(await bindToDevice([], { ...all(common), without: ["127.1.2.3", "127.255.255.255"] })).toBe(true);
  send("127.1.2.3", "127.1.2.4");
  await expect.poll(() => common.heard).toEqual(["127.1.2.4"]);
  expect(await bindToDevice([], all(common))).toBe(true);
  send("127.1.2.3");
  await expect.poll(() => common.heard).toEqual(["127.1.2.4", "127.1.2.3"]);
});

it("says so where there is no such interface, or no such program", async () => {
  const common = await bound();
  const { descriptor } = common;
  expect(await bindToDevice([{ descriptor, device: "none such" }], all(common))).toBe(false);
  expect(await bindToDevice([{ descriptor, device: loopbackName }], all(common), "/nowhere/perl")).toBe(false);
});
