import type { Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { descriptorOf } from "@bootlace/boot-source";
import type { Endpoint } from "./core/interfaces.ts";
import { isPlainDiscover } from "./core/plain-discover.ts";
import type { BindToDevice } from "./options.ts";
import { bind, closed } from "./sockets.ts";

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
  /** Has a socket for each of these, and none for others, on the port of the common socket. */
  follow(broadcasts: readonly Heard[], common: Socket): Promise<void>;
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
  /** Each of the interfaces that were asked for has its socket. */
  let covering = false;
  /** What the common socket does not hear. */
  let without = "";
  /** While the system changes sockets, what comes may be heard by the old ones, by the new ones, or by both. */
  let change: Change | undefined;
  /** Refused once for these interfaces: not tried again before they change. */
  let refused = "";
  let work: Promise<void> = Promise.resolve();

  /** An interface that comes back under its name is another one, and the socket of the old one is deaf. */
  function keysOf(broadcasts: readonly Heard[]): ReadonlyMap<string, Heard> {
    return new Map(broadcasts.map((heard) => [`${heard.device} ${indexOf(heard.device)} ${heard.address}`, heard]));
  }

  async function adopt(broadcasts: readonly Heard[], common: Socket): Promise<void> {
    const keys = keysOf(broadcasts);
    for (const [key, socket] of open) {
      if (keys.has(key)) continue;
      open.delete(key);
      await closed(socket);
    }
    const missing = [...keys].filter(([key]) => !open.has(key));
    const tried = missing.map(([key]) => key).join();
    const isRefused = bindToDevice === undefined || (missing.length > 0 && tried === refused);
    const made = isRefused ? [] : await bindAll(missing, common.address().port);
    const heard = [...open.keys(), ...made.map(({ key }) => key)];
    const complete = isComplete(keys, heard);
    const apart = complete ? addressesOf(keys, heard) : [];
    const meanwhile = changeOf(made);
    change = meanwhile;
    const done = await ask(complete ? made : [], common, apart);
    if (!done && without !== "") await ask([], common, []);
    change = undefined;
    covering = complete && done;
    refused = covering ? "" : tried;
    for (const { key, device, socket } of made) {
      socket.removeAllListeners("message");
      if (covering) listen(socket, device);
      else await closed(socket);
      if (covering) open.set(key, socket);
    }
    // The new sockets heard all interfaces up to some moment, as the common one does.
    if (covering) for (const { bytes, from } of meanwhile.missed()) receive(bytes, from, undefined);
  }

  /** What could be bound of these. */
  async function bindAll(missing: readonly (readonly [string, Heard])[], port: number): Promise<Made[]> {
    const made: Made[] = [];
    for (const [key, { device, address }] of missing) {
      const bound = await bind({ address, port }, true);
      if (bound.ok) made.push({ key, device, socket: bound.socket });
    }
    return made;
  }

  /** Has the system bind the sockets, and keep from the common one what they hear. */
  async function ask(made: readonly Made[], common: Socket, apart: readonly string[]): Promise<boolean> {
    const changes = made.length > 0 || apart.join() !== without;
    if (!changes) return true;
    const descriptor = descriptorOf(common);
    const sockets = made.map(({ socket, device }) => ({ descriptor: descriptorOf(socket) ?? -1, device }));
    if (bindToDevice === undefined || descriptor === undefined) return false;
    const done = await bindToDevice(sockets, { descriptor, without: apart });
    if (done) without = apart.join();
    return done;
  }

  function listen(socket: Socket, device: string): void {
    socket.on("error", () => {});
    socket.on("message", (bytes, { address, port }) => {
      const from = { address, port };
      change?.heard(bytes, from);
      if (covering) receive(bytes, from, device);
    });
  }

  return {
    follow(broadcasts, common) {
      work = work.then(() => adopt(broadcasts, common));
      return work;
    },
    heardByAll(bytes, from) {
      // A DISCOVER that no relay passed on was broadcast: the copy of what a device's socket has heard meanwhile, or not
      // meant for us.
      if (covering && isPlainDiscover(bytes)) return;
      change?.heard(bytes, from);
      receive(bytes, from, undefined);
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

/** What comes while sockets change hands. */
interface Change {
  /** A socket in use heard it. */
  heard(bytes: Uint8Array, from: Endpoint): void;
  /** What the new sockets alone heard, each once. */
  missed(): readonly Datagram[];
}

interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
}

/** It takes milliseconds. */
const mostMeanwhile = 1024;

function changeOf(made: readonly Made[]): Change {
  const known = new Set<string>();
  const held = new Map<string, Datagram>();
  const keyOf = (bytes: Uint8Array, { address, port }: Endpoint) =>
    `${address} ${port} ${Buffer.from(bytes).toString("latin1")}`;
  for (const { socket } of made) {
    socket.on("message", (bytes, { address, port }) => {
      const from = { address, port };
      if (held.size < mostMeanwhile) held.set(keyOf(bytes, from), { bytes, from });
    });
  }
  return {
    heard(bytes, from) {
      if (made.length > 0 && known.size < mostMeanwhile) known.add(keyOf(bytes, from));
    },
    missed: () => [...held].flatMap(([key, datagram]) => (known.has(key) ? [] : [datagram])),
  };
}

interface Made {
  readonly key: string;
  readonly device: string;
  readonly socket: Socket;
}

/** Whether all but those to the last address of a subnet are heard, and there are any. */
function isComplete(keys: ReadonlyMap<string, Heard>, heard: readonly string[]): boolean {
  const needed = [...keys].flatMap(([key, { directed }]) => (directed === true ? [] : [key]));
  return needed.length > 0 && needed.every((key) => heard.includes(key));
}

/** The addresses that sockets of interfaces hear, each once. */
function addressesOf(keys: ReadonlyMap<string, Heard>, heard: readonly string[]): string[] {
  return [...new Set(heard.flatMap((key) => keys.get(key)?.address ?? []))];
}

/** The number of a network interface; empty where the system does not say (sysfs of Linux). */
function indexOf(device: string): string {
  try {
    return readFileSync(`/sys/class/net/${device}/ifindex`, "latin1").trim();
  } catch {
    return "";
  }
}
