import { followAddresses } from "@bootlace/boot-source";
import type { TftpEvent } from "./core/events.ts";
import { decodeRequest } from "./core/packet.ts";
import { type Listener, listen } from "./listener.ts";
import type { BroadcastAddress } from "./server-options.ts";

export interface BroadcastsDeps {
  isAllowed(address: string): boolean;
  emit(event: TftpEvent): void;
  /** Unix time in milliseconds. */
  now(): number;
}

/** Ears without a mouth: hears requests to broadcast addresses, and reports them. */
export interface Broadcasts {
  start(): Promise<void>;
  /** @param port on which the server listens; undefined: nowhere */
  follow(wanted: readonly BroadcastAddress[], port: number | undefined): Promise<void>;
  close(): Promise<void>;
}

interface Place extends BroadcastAddress {
  readonly port: number;
}

export function broadcasts({ isAllowed, emit, now }: BroadcastsDeps): Broadcasts {
  const instead = new Map<string, string>();
  const places = followAddresses<Place, Listener>({
    key: ({ address }) => address,
    bind: ({ address, port }) =>
      listen(address, port, true, (_listener, packet, from) => {
        const decoded = decodeRequest(packet);
        if (!decoded.ok || !isAllowed(from.address)) return;
        const client = { address: from.address, port: from.port, localAddress: address, localPort: port };
        const { file } = decoded.request;
        const detail = instead.get(address);
        emit({ type: "refused", time: now(), client, file, reason: "broadcast", code: undefined, detail });
      }),
    unbind: (listener) => listener.close(),
    fits: ({ endpoint }, { port }) => endpoint.port === port,
  });

  return {
    start: () => places.start([]),
    async follow(wanted, port) {
      for (const { address, instead: own } of wanted) instead.set(address, own);
      await places.follow(port === undefined ? [] : wanted.map((place) => ({ ...place, port })));
    },
    close: places.close,
  };
}
