import type { ServedInterface } from "@bootlace/proxy-dhcp";
import {
  createTftpServer,
  type Source,
  type TftpChanges,
  type TftpEvent,
  type TftpServer,
  TftpStartError,
} from "@bootlace/tftp-serve";
import type { Config } from "../../config/schema.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface TftpServiceDeps {
  readonly source: Source;
  readonly onEvent: (event: TftpEvent) => void;
  readonly create?: typeof createTftpServer | undefined;
}

export interface TftpService extends Service {
  /** Transfers now running. */
  active(): number;
}

/** Milliseconds that running transfers get at a stop. */
const drainAtStop = 3_000;
/** And after TFTP was switched off in the config: as long as a transfer may take. */
const drainAtReload = 900_000;

/** The TFTP server, as the config wants it. Transfers outlive a change of the config. */
export function tftpService(first: Config, deps: TftpServiceDeps): TftpService {
  let config = first;
  let served = noInterfaces;
  let server: TftpServer | undefined;
  /** Servers that take no more requests and still have transfers. */
  const ending = new Set<TftpServer>();

  function create(): TftpServer {
    const { clients = [], ...rest } = changesOf(config, served);
    return (deps.create ?? createTftpServer)({
      source: deps.source,
      ...rest,
      ...(clients.length > 0 ? { clients } : {}),
      singlePort: config.tftp.singlePort,
      segmentation: config.tftp.segmentation,
      settingsFor: () => ({ ignoreOptions: config.tftp.ignoreOptions }),
      onEvent: deps.onEvent,
    });
  }

  async function start(): Promise<void> {
    if (!config.tftp.enabled) return;
    const next = create();
    await next.start();
    server = next;
  }

  /** Gives the port up at once, and lets the transfers end. */
  async function retire(): Promise<void> {
    const last = server;
    server = undefined;
    if (last === undefined) return;
    ending.add(last);
    await last.configure({ addresses: [] });
    void last.stop({ drain: true, timeout: drainAtReload }).finally(() => ending.delete(last));
  }

  return {
    name: "tftp",
    independent: true,
    drains: true,
    start,
    async stop() {
      const all = [...ending, ...(server === undefined ? [] : [server])];
      server = undefined;
      await Promise.all(
        all.map((one) =>
          ending.has(one) ? one.stop({ drain: false }) : one.stop({ drain: true, timeout: drainAtStop }),
        ),
      );
    },
    async adopt(next, interfaces) {
      config = next;
      served = interfaces;
      if (!next.tftp.enabled) return retire();
      if (server === undefined) return start();
      const [failure, ...others] = await server.configure(changesOf(next, interfaces));
      if (failure !== undefined) throw new TftpStartError([failure, ...others]);
    },
    async follow(interfaces) {
      served = interfaces;
      await server?.setAddresses(interfaces.map(({ address }) => address));
    },
    endpoints: () =>
      (server?.endpoints() ?? []).map(({ address, port }) => ({ service: "tftp" as const, address, port })),
    active: () => [...ending, ...(server === undefined ? [] : [server])].reduce((sum, one) => sum + one.active(), 0),
  };
}

function changesOf({ tftp, subnets }: Config, served: readonly ServedInterface[]): TftpChanges {
  const { port, maxBlockSize, maxWindowSize, maxTransfers } = tftp;
  return {
    addresses: served.map(({ address }) => address),
    port,
    clients: subnets,
    limits: { maxBlockSize, maxWindowSize, maxTransfers },
  };
}
