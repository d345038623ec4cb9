import { boundedHolder } from "./bounded-holder.ts";
import { clientFilter } from "./client-filter.ts";
import type { AddressEvent, BoundAddress } from "./core/address-events.ts";
import type { BindFailure, HolderOf } from "./core/bind-failure.ts";
import { type BindResult, type FollowStart, followAddresses } from "./core/follow-addresses.ts";
import { ownAddresses } from "./own-addresses.ts";

/** Where a server listens, and whom it serves. */
export interface AddressChanges {
  /** Without them: every IPv4 address of this machine. Empty: none, until a change gives some. */
  readonly addresses?: readonly string[] | undefined;
  readonly port?: number | undefined;
  /** Addresses and subnets. Empty: those that {@link clientFilter} allows by itself. */
  readonly clients?: readonly string[] | undefined;
}

export interface ServedAddressesDeps<Listener> {
  readonly options: AddressChanges & { readonly holderOf?: HolderOf | undefined };
  /** The port where the options name none. */
  readonly usualPort: number;
  bind(address: string, port: number): Promise<BindResult<Listener>>;
  unbind(listener: Listener): void | Promise<void>;
  /** Before the event `listening`. Not called for a start that fails. */
  onBound?(listener: Listener): void;
  emit(event: AddressEvent): void;
  /** Unix time in milliseconds. */
  now(): number;
}

interface Place<Listener> {
  readonly listener: Listener;
  /** The port that was asked for; 0 when the system chose, and nobody has asked for that port since. */
  wantedPort: number;
}

/** The listeners of a server on its addresses, which it follows as they come and go. */
export interface ServedAddresses {
  /** As `start` of {@link followAddresses}. */
  start(options: FollowStart): Promise<void>;
  /** Looks again: at the addresses and subnets of this machine, and at what could not be bound. To be called every few seconds. */
  refresh(): void;
  /**
   * @param isForNow false: the change is for the next start
   * @returns the addresses that could not be bound
   */
  change(changes: AddressChanges, isForNow: boolean): Promise<readonly BindFailure[]>;
  close(): Promise<void>;
  bound(): readonly BoundAddress[];
  /** @param address that of a client */
  allows(address: string): boolean;
}

/** What servers that listen on one port of several addresses share. */
export function servedAddresses<Listener extends { readonly endpoint: BoundAddress }>(
  deps: ServedAddressesDeps<Listener>,
): ServedAddresses {
  const { emit, now } = deps;
  let { port = deps.usualPort, addresses, clients = [] } = deps.options;
  let filter = filterNow();

  const places = followAddresses<BoundAddress, Place<Listener>>({
    key: ({ address }) => address,
    async bind(wanted) {
      const result = await deps.bind(wanted.address, wanted.port);
      return result.ok ? { ok: true, bound: { listener: result.bound, wantedPort: wanted.port } } : result;
    },
    unbind: ({ listener }) => deps.unbind(listener),
    fits: ({ wantedPort }, wanted) => wanted.port === wantedPort,
    onBound({ listener }) {
      deps.onBound?.(listener);
      emit({ type: "listening", time: now(), ...listener.endpoint });
    },
    onUnbound: ({ listener }) => emit({ type: "unlistening", time: now(), ...listener.endpoint }),
    onFailure: ({ address, port, code }) => emit({ type: "listen-failed", time: now(), address, port, code }),
    holderOf: boundedHolder(deps.options.holderOf),
  });

  function filterNow() {
    return clientFilter(clients.length === 0 ? undefined : clients);
  }

  function wantedNow(): readonly BoundAddress[] {
    return (addresses ?? ownAddresses()).map((address) => ({ address, port }));
  }

  return {
    start: (options) => places.start(wantedNow(), options),
    refresh() {
      if (clients.length === 0) filter = filterNow();
      void places.follow(wantedNow());
    },
    async change(changes, isForNow) {
      addresses = changes.addresses ?? addresses;
      port = changes.port ?? port;
      clients = changes.clients ?? clients;
      filter = filterNow();
      if (!isForNow) return [];
      for (const place of places.bound()) if (place.listener.endpoint.port === port) place.wantedPort = port;
      return places.explained(await places.follow(wantedNow()));
    },
    close: places.close,
    bound: () => places.bound().map(({ listener }) => listener.endpoint),
    allows: (address) => filter.allows(address),
  };
}
