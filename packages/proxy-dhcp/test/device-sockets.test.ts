import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { directedBroadcast } from "../src/core/interfaces.ts";
import { isPlainDiscover } from "../src/core/plain-discover.ts";
import { deviceSockets } from "../src/device-sockets.ts";
import type { BindToDevice } from "../src/options.ts";
import { octetsOf, requestWith, type } from "./support.ts";

const discover = octetsOf(requestWith());
const relayed = octetsOf(requestWith({ giaddr: "10.0.0.1" }));
const request = octetsOf(requestWith({ options: { 53: type.request } }));
/** The loopback network has a broadcast address of its own. */
const everybody = "127.255.255.255";
const lo = { device: "lo", address: everybody };

/** Sockets of interfaces beside a common one, which hears nothing that is sent to the addresses it was asked to leave out. */
async function ears(bindToDevice: BindToDevice) {
  const heard: string[] = [];
  const names = new Map([discover, relayed, request].map((bytes, at) => [Buffer.from(bytes).toString("hex"), at]));
  let apart: readonly string[] = [];
  let last = "";
  const system: BindToDevice = async (each, asked) => {
    const done = await bindToDevice(each, asked);
    if (done) apart = asked.without;
    return done;
  };
  const sockets = deviceSockets(system, (bytes, _, device) =>
    heard.push(`${names.get(Buffer.from(bytes).toString("hex"))} ${device}`),
  );
  const common = createSocket({ type: "udp4", reuseAddr: true }).bind(0, "0.0.0.0");
  await once(common, "listening");
  const { port } = common.address();
  let copies = 0;
  common.on("message", (bytes, from) => {
    copies++;
    if (!apart.includes(last)) sockets.heardByAll(bytes, from);
  });
  const sender = createSocket("udp4").bind(0, "127.0.0.1");
  await once(sender, "listening");
  sender.setBroadcast(true);
  onTestFinished(async () => {
    await sockets.close();
    common.close();
    sender.close();
  });
  return {
    heard,
    port,
    common,
    sockets,
    /** Sends, and waits until the common socket has it. */
    async send(bytes: Uint8Array, to: string) {
      const before = copies;
      last = to;
      sender.send(bytes, port, to);
      await expect.poll(() => copies).toBe(before + 1);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe("sockets of network interfaces", () => {
  it("hear broadcasts, each once, with the interface; the common socket hears what was sent to an address", async () => {
    const asked: string[] = [];
    const { heard, common, sockets, send } = await ears(async (each, { without }) => {
      asked.push(`${each.map(({ device }) => device)} without ${without}`);
      return true;
    });
    await sockets.follow([lo], common);
    await sockets.follow([lo, lo], common);
    expect(asked).toEqual([`lo without ${everybody}`]);
    await send(discover, everybody);
    await expect.poll(() => heard).toEqual(["0 lo"]);
    await send(relayed, "127.0.0.1");
    await send(request, "127.0.0.1");
    expect(heard).toEqual(["0 lo", "1 undefined", "2 undefined"]);
    // As what came in by an interface that is not served: no other socket has it.
    await send(discover, "127.0.0.1");
    expect(heard).toHaveLength(3);
    await send(relayed, everybody);
    await expect.poll(() => heard.length).toBe(4);
    await send(discover, everybody);
    await expect.poll(() => heard.length).toBe(5);
    expect(heard.filter((each) => each.startsWith("1"))).toHaveLength(2);
  });

  it("are nothing where the system binds them to no interface: the common socket hears all", async () => {
    let asked = 0;
    const { heard, common, sockets, send } = await ears(async () => ++asked < 0);
    await sockets.follow([lo], common);
    await sockets.follow([lo], common);
    expect(asked).toBe(1);
    await send(discover, everybody);
    await send(discover, "127.0.0.1");
    expect(heard).toEqual(["0 undefined", "0 undefined"]);
  });

  it("are closed with their interfaces, and the common socket hears all again", async () => {
    const { heard, common, sockets, send } = await ears(async () => true);
    await sockets.follow([lo], common);
    await sockets.follow([], common);
    await send(discover, everybody);
    expect(heard).toEqual(["0 undefined"]);
  });

  it("lose nothing while the system changes them, whichever socket hears it", async () => {
    const gate = Promise.withResolvers<boolean>();
    const { heard, port, common, sockets, send } = await ears(() => gate.promise);
    const following = sockets.follow([lo], common);
    // Heard by both, and then by the new one alone.
    await send(discover, everybody);
    common.removeAllListeners("message");
    const sender = createSocket("udp4").bind(0, "127.0.0.1");
    await once(sender, "listening");
    onTestFinished(() => void sender.close());
    sender.setBroadcast(true);
    const witness = createSocket({ type: "udp4", reuseAddr: true }).bind(port, everybody);
    await once(witness, "listening");
    onTestFinished(() => void witness.close());
    sender.send(relayed, port, everybody);
    await once(witness, "message");
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(["0 undefined"]);
    gate.resolve(true);
    await following;
    expect(heard).toEqual(["0 undefined", "1 undefined"]);
  });

  it("of which one cannot be bound are none, and the common socket hears all again", async () => {
    const { heard, common, sockets, send } = await ears(async () => true);
    const later = { device: "later", address: "240.0.0.1" };
    await sockets.follow([lo], common);
    await sockets.follow([lo, later], common);
    await send(relayed, everybody);
    expect(heard).toEqual(["1 undefined"]);
    await sockets.follow([lo], common);
    await send(relayed, everybody);
    await expect.poll(() => heard).toEqual(["1 undefined", "1 lo"]);
  });

  it("hear each of a flood once, though the common socket is read much later", async () => {
    const { heard, common, sockets, send } = await ears(async () => true);
    await sockets.follow([lo], common);
    for (let times = 0; times < 5; times++) await send(relayed, everybody);
    await expect.poll(() => heard).toEqual(Array(5).fill("1 lo"));
  });
});

it("a DISCOVER that no relay passed on is known by its bytes, and nothing else is taken for one", () => {
  expect([discover, relayed, request].map(isPlainDiscover)).toEqual([true, false, false]);
  for (const length of [0, 27, 240, 241, 242]) expect(isPlainDiscover(discover.subarray(0, length))).toBe(false);
  expect(isPlainDiscover(new Uint8Array(1500))).toBe(false);
});

describe("broadcasts to the last address of a subnet", () => {
  it("are heard beside the others, and are no loss where they cannot be", async () => {
    const { heard, port, common, sockets, send } = await ears(async () => true);
    // 127.1.2.3 is an address of loopback, and 240.0.0.1 none of this machine.
    const directed = { device: "lo", address: "127.1.2.3", directed: true };
    await sockets.follow([lo, directed, { ...directed, address: "240.0.0.1" }], common);
    await send(discover, everybody);
    await expect.poll(() => heard).toEqual(["0 lo"]);
    const sender = createSocket("udp4");
    onTestFinished(() => void sender.close());
    sender.send(discover, port, "127.1.2.3");
    await expect.poll(() => heard).toEqual(["0 lo", "0 lo"]);
  });

  it.each([
    ["192.168.11.109", "255.255.255.0", "192.168.11.255"],
    ["10.1.2.3", "255.0.0.0", "10.255.255.255"],
    ["10.1.2.3", "255.255.255.254", undefined],
    ["10.1.2.3", "255.255.255.255", undefined],
  ])("%s %s: %s", (address, netmask, last) => {
    expect(directedBroadcast({ name: "eth0", address, netmask })).toBe(last);
  });
});
