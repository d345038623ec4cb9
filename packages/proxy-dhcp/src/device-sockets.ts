import type { Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { copies } from "./copies.ts";
import { type Endpoint, UNSPECIFIED } from "./core/interfaces.ts";
import type { BindToDevice } from "./options.ts";
import { bind, closed, descriptorOf } from "./sockets.ts";

/** Sockets on the DHCP port that each hear one network interface. */
export interface DeviceSockets {
  /** Has a socket for each of these interfaces, and none for others. */
  follow(devices: readonly string[], port: number): Promise<void>;
  /** Something came to the common socket of all interfaces. */
  heardByAll(bytes: Uint8Array, from: Endpoint): void;
  close(): Promise<void>;
}

/**
 * While an interface has no socket of its own, the common socket serves as well: then what comes to one of them is heard
 * once, though the system may hand it to several.
 * @param receive gets what comes, with the interface it came in by where that is known
 */
export function deviceSockets(
  bindToDevice: BindToDevice | undefined,
  receive: (bytes: Uint8Array, from: Endpoint, device: string | undefined) => void,
): DeviceSockets {
  let open = new Map<string, Socket>();
  let wanted: readonly string[] = [];
  /** Each of the interfaces that were asked for has its socket. */
  let covering = false;
  const isFirst = copies(() => performance.now());
  /** Refused once for these interfaces: not tried again before they change. */
  let refused = "";
  let work: Promise<void> = Promise.resolve();

  /** An interface that comes back under its name is another one, and the socket of the old one is deaf. */
  function keysOf(devices: readonly string[]): ReadonlyMap<string, string> {
    return new Map([...new Set(devices)].map((device) => [`${device} ${indexOf(device)}`, device]));
  }

  async function change(devices: readonly string[], port: number): Promise<void> {
    const keys = keysOf(devices);
    for (const [key, socket] of open) {
      if (keys.has(key)) continue;
      open.delete(key);
      await closed(socket);
    }
    const missing = [...keys].filter(([key]) => !open.has(key));
    const tried = missing.map(([key]) => key).join();
    if (missing.length === 0 || bindToDevice === undefined || tried === refused) return;
    const made: { key: string; device: string; socket: Socket; ready: { device: string | undefined } }[] = [];
    for (const [key, device] of missing) {
      const ready = { device: undefined as string | undefined };
      const bound = await bind({ address: UNSPECIFIED, port }, true, (bytes, { address, port: from }) => {
        hear(bytes, { address, port: from }, ready.device, ready);
      });
      if (bound.ok) made.push({ key, device, socket: bound.socket, ready });
    }
    const asked = made.flatMap(({ device, socket }) => {
      const descriptor = descriptorOf(socket);
      return descriptor === undefined ? [] : [{ descriptor, device }];
    });
    const done = asked.length === missing.length && (await bindToDevice(asked));
    refused = done ? "" : tried;
    for (const { key, device, socket, ready } of made) {
      if (!done) {
        await closed(socket);
        continue;
      }
      socket.on("error", () => {});
      ready.device = device;
      open.set(key, socket);
    }
  }

  function hear(bytes: Uint8Array, from: Endpoint, device: string | undefined, socket: unknown): void {
    if (covering ? device !== undefined : isFirst(bytes, from, socket)) receive(bytes, from, device);
  }

  return {
    follow(devices, port) {
      wanted = devices;
      work = work.then(async () => {
        await change(devices, port);
        covering =
          devices === wanted && devices.length > 0 && [...keysOf(devices).keys()].every((key) => open.has(key));
      });
      return work;
    },
    heardByAll(bytes, from) {
      if (bindToDevice === undefined) receive(bytes, from, undefined);
      else hear(bytes, from, undefined, undefined);
    },
    async close() {
      await work;
      covering = false;
      const all = [...open.values()];
      open = new Map();
      await Promise.all(all.map(closed));
    },
  };
}

/** The number of a network interface; empty where the system does not say (sysfs of Linux). */
function indexOf(device: string): string {
  try {
    return readFileSync(`/sys/class/net/${device}/ifindex`, "latin1").trim();
  } catch {
    return "";
  }
}
