import { type BindFailure, type BootServer, ServerStartError } from "@bootlace/boot-source";
import type { ServedInterface } from "@bootlace/proxy-dhcp";
import type { Config } from "../../config/schema.ts";
import { noInterfaces, type Service } from "./service.ts";

type FileServer<Changes> = BootServer<Changes, { readonly transfersActive: number }>;

export interface FileServiceKind<Changes> {
  readonly name: "tftp" | "http";
  /** An address that cannot be bound at a start is tried again by the server, and stops nothing else. */
  readonly startsUnbound?: boolean;
  isEnabled(config: Config): boolean;
  /** What of a config the running server can adopt, to serve on these interfaces. */
  changesOf(config: Config, served: readonly ServedInterface[]): Changes;
  create(config: Config, changes: Changes): FileServer<Changes>;
}

export interface FileService extends Service {
  /** Transfers running now. */
  active(): number;
}

/** Milliseconds for running transfers at a stop. */
const drainAtStop = 3_000;
/** Milliseconds for them after the server was disabled in the config: as long as a transfer may take. */
const drainAtReload = 900_000;

/** A server of boot files as configured. Transfers outlive a change of the config. */
export function fileService<Changes>(first: Config, kind: FileServiceKind<Changes>): FileService {
  const { name } = kind;
  let config = first;
  let served = noInterfaces;
  let server: FileServer<Changes> | undefined;
  /** Places that somebody else had when this began. */
  let unboundAtStart: ReadonlySet<string> = new Set();
  /** Servers that accept no more requests but still have transfers. */
  const ending = new Set<FileServer<Changes>>();

  function changesNow(): Changes {
    return kind.changesOf(config, served);
  }

  async function start(): Promise<readonly BindFailure[]> {
    if (!kind.isEnabled(config)) return [];
    const unbound = kind.startsUnbound === true;
    const next = kind.create(config, unbound ? kind.changesOf(config, []) : changesNow());
    await next.start();
    server = next;
    return unbound ? await next.configure(changesNow()) : [];
  }

  /** Closes the port at once, and lets the transfers end. */
  async function retire(): Promise<void> {
    const last = server;
    server = undefined;
    if (last === undefined) return;
    ending.add(last);
    await last.configure(kind.changesOf(config, []));
    void last.stop({ drain: true, timeout: drainAtReload }).finally(() => ending.delete(last));
  }

  return {
    name,
    independent: true,
    drains: true,
    async start() {
      unboundAtStart = new Set((await start()).map(placeOf));
    },
    async stop() {
      const last = server;
      server = undefined;
      await Promise.all([
        ...[...ending].map((one) => one.stop({ drain: false })),
        last?.stop({ drain: true, timeout: drainAtStop }),
      ]);
    },
    async adopt(next, interfaces) {
      config = next;
      served = interfaces;
      if (!kind.isEnabled(next)) return retire();
      const failures = await (server === undefined ? start() : server.configure(changesNow()));
      // What could not be bound before is tried again, and no fault of this config.
      const [failure, ...others] = failures.filter((one) => !unboundAtStart.has(placeOf(one)));
      if (failure !== undefined) throw new ServerStartError([failure, ...others]);
    },
    async follow(interfaces) {
      served = interfaces;
      await server?.configure(changesNow());
    },
    endpoints: () => (server?.addresses() ?? []).map(({ address, port }) => ({ service: name, address, port })),
    active: () =>
      [...ending, ...(server === undefined ? [] : [server])]
        .map((one) => one.statistics().transfersActive)
        .reduce((sum, active) => sum + active, 0),
  };
}

function placeOf({ address, port }: BindFailure): string {
  return `${address} ${port}`;
}
