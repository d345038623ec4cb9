import type { Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { copies } from "./copies.ts";
import type { Endpoint } from "./core/interfaces.ts";
import { isPlainDiscover } from "./core/plain-discover.ts";
import type { BindToDevice } from "./options.ts";
import { bind, closed, descriptorOf } from "./sockets.ts";

/** Broadcasts to one address that come in by one network interface. */
export interface Heard {
  readonly device: string;
  readonly address: string;
  /** To the last address of a subnet (RFC 919 section 7). Not every system has a route for it: then they are not heard. */
  readonly directed?: boolean;
}

/**
 * Sockets on the DHCP port that each hear the broadcasts of one network interface. They are bound to the broadcast address:
 * what is sent to an address of this machine stays with whoever has the port, which may be another DHCP server.
 */
export interface DeviceSockets {
  /** Has a socket for each of these, and none for others. */
  follow(broadcasts: readonly Heard[], port: number): Promise<void>;
  /** Something came to the common socket of all interfaces. */
  heardByAll(bytes: Uint8Array, from: Endpoint): void;
  close(): Promise<void>;
}

/**
 * As long as an interface has no socket of its own, the common socket alone is heard.
 * @param receive gets what comes, with the interface it came in by where that is known
 */
export function deviceSockets(
  bindToDevice: BindToDevice | undefined,
  receive: (bytes: Uint8Array, from: Endpoint, device: string | undefined) => void,
): DeviceSockets {
  let open = new Map<string, Socket>();
  let wanted: readonly Heard[] = [];
  /** Each of the interfaces that were asked for has its socket. */
  let covering = false;
  /** Refused once for these interfaces: not tried again before they change. */
  let refused = "";
  let work: Promise<void> = Promise.resolve();
  const isFirst = copies(() => performance.now());

  /** An interface that comes back under its name is another one, and the socket of the old one is deaf. */
  function keysOf(broadcasts: readonly Heard[]): ReadonlyMap<string, Heard> {
    return new Map(broadcasts.map((heard) => [`${heard.device} ${indexOf(heard.device)} ${heard.address}`, heard]));
  }

  async function change(broadcasts: readonly Heard[], port: number): Promise<void> {
    const keys = keysOf(broadcasts);
    for (const [key, socket] of open) {
      if (keys.has(key)) continue;
      open.delete(key);
      await closed(socket);
    }
    const missing = [...keys].filter(([key]) => !open.has(key));
    const tried = missing.map(([key]) => key).join();
    if (missing.length === 0 || bindToDevice === undefined || tried === refused) return;
    const made: { key: string; device: string; socket: Socket }[] = [];
    let complete = true;
    for (const [key, { device, address, directed }] of missing) {
      const bound = await bind({ address, port }, true);
      if (bound.ok) made.push({ key, device, socket: bound.socket });
      else if (directed !== true) complete = false;
    }
    const asked = made.flatMap(({ device, socket }) => {
      const descriptor = descriptorOf(socket);
      return descriptor === undefined ? [] : [{ descriptor, device }];
    });
    const done = complete && asked.length > 0 && asked.length === made.length && (await bindToDevice(asked));
    refused = done ? "" : tried;
    for (const { key, device, socket } of made) {
      if (!done) {
        await closed(socket);
        continue;
      }
      socket.on("error", () => {});
      socket.on("message", (bytes, { address: from, port: fromPort }) => {
        hear(bytes, { address: from, port: fromPort }, device);
      });
      open.set(key, socket);
    }
  }

  function hear(bytes: Uint8Array, from: Endpoint, device: string): void {
    if (!covering) return;
    // The common socket has a copy of all but of those.
    if (isPlainDiscover(bytes) || isFirst(bytes, from, device)) receive(bytes, from, device);
  }

  return {
    follow(broadcasts, port) {
      wanted = broadcasts;
      work = work.then(async () => {
        await change(broadcasts, port);
        const needed = [...keysOf(broadcasts)].flatMap(([key, { directed }]) => (directed === true ? [] : [key]));
        covering = broadcasts === wanted && needed.length > 0 && needed.every((key) => open.has(key));
      });
      return work;
    },
    heardByAll(bytes, from) {
      // A DISCOVER that no relay passed on was broadcast, and is nothing but the copy of what a device's socket has, or
      // came in by an interface that is not served.
      const isOurs = !covering || (!isPlainDiscover(bytes) && isFirst(bytes, from, undefined));
      if (isOurs) receive(bytes, from, undefined);
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
