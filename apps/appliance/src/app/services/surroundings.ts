import { boundedMap, type Source } from "@bootlace/boot-source";
import type { ServedInterface } from "@bootlace/proxy-dhcp";
import { type Inspected, inspectingSource } from "../../boot-files/inspecting-source.ts";
import { namesakeFinder } from "../../boot-files/namesakes.ts";
import { hostOfBootFile } from "../../catalogue/file-role.ts";
import { isTried, otherMacNames, searchNameOf } from "../../catalogue/tries.ts";
import type { Config } from "../../config/schema.ts";
import type { ApplianceEvent, Network, OwnEvent, ServerResult } from "../../events/event.ts";
import { leaseGuard } from "../../log/lease-guard.ts";
import type { Log } from "../../log/log.ts";
import type { NetworkInterfaces } from "../../net/interfaces.ts";
import { askFileServer, type FileElsewhere } from "../../os/ask-file-server.ts";
import { listeningPorts } from "../../os/listening-ports.ts";
import type { SessionChange } from "../../telemetry/sessions-keeper.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface SurroundingsDeps {
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
  readonly onEvent: (event: OwnEvent) => void;
  readonly log: Log;
  /** Asks a file server that a rule names; over the network when absent. */
  readonly askServer?: ((wanted: FileElsewhere) => Promise<ServerResult>) | undefined;
  /** The folder below the root in which the names of whoever has this address count. */
  readonly rootOf: (address: string) => string | undefined;
  /** TCP ports on which programs of this machine listen; undefined where the system does not say. */
  readonly listeningPorts?: () => Promise<readonly number[] | undefined>;
}

/** Reports what a verdict needs besides the packets: this machine's addresses, what files hold and where, what others serve. */
export interface SurroundingsService extends Service {
  /** The same source; what it opens is looked at, and what it does not have is looked for elsewhere. */
  watched(source: Source): Source;
  /** Warns of an address of ours that is leased. */
  see(event: ApplianceEvent): void;
  /** Asks the server to which a boot was sent, once. */
  changed(change: SessionChange): void;
}

const mostAsked = 256;

export function surroundingsService(first: Config, deps: SurroundingsDeps): SurroundingsService {
  const { now, onEvent, askServer = askFileServer, log } = deps;
  const guard = leaseGuard();
  const namesakesOf = namesakeFinder(now);
  let known: Network | undefined;
  let reported = "";
  let running = false;
  let config = first;
  let served: readonly ServedInterface[] = noInterfaces;
  const asked = boundedMap<string, true>(mostAsked);
  let listening: readonly number[] | undefined;
  let looking = false;

  function reportNetwork(): void {
    if (!running) return;
    known = {
      ...networkOf(config, served, deps.networkInterfaces()),
      ...(listening === undefined ? {} : { listening }),
    };
    const text = JSON.stringify(known);
    if (text === reported) return;
    reported = text;
    onEvent({ type: "network", time: now(), ...known });
  }

  /** Another server of this machine may have the port to which a script leads. */
  async function lookAtPorts(): Promise<void> {
    if (looking) return;
    looking = true;
    listening = await (deps.listeningPorts ?? listeningPorts)().finally(() => {
      looking = false;
    });
    reportNetwork();
  }

  function inspected(found: Inspected): void {
    onEvent({ type: "inspected", time: now(), ...found });
    if (found.facts.needs?.some(({ host }) => host !== undefined) === true) void lookAtPorts();
  }

  async function lookForNamesakes(path: string): Promise<void> {
    const spellings = otherMacNames(path);
    if (spellings.length === 0 && (isTried(path) || searchNameOf(path)?.general === false)) return;
    const found = await namesakesOf(config.root, path, spellings);
    if (found.length > 0) onEvent({ type: "namesakes", time: now(), path, found });
  }

  async function ask(boot: string, wanted: FileElsewhere): Promise<void> {
    const result = await askServer(wanted);
    onEvent({ type: "server-asked", time: now(), boot, ...wanted, result });
  }

  return {
    name: "surroundings",
    async start() {
      running = true;
      reported = "";
      reportNetwork();
    },
    async stop() {
      running = false;
    },
    async adopt(next, interfaces) {
      config = next;
      served = interfaces;
      reportNetwork();
    },
    async follow(interfaces) {
      served = interfaces;
      reportNetwork();
    },
    endpoints: () => [],
    watched: (source) =>
      inspectingSource(source, {
        isOwnHost: (host) => served.some(({ address }) => address === host),
        ownHttpPorts: () => httpPortsOf(config),
        onInspected: inspected,
        rootOf: deps.rootOf,
        onRoot: (client, root) => onEvent({ type: "client-root", time: now(), client, root }),
        onMissing: lookForNamesakes,
      }),
    see(event) {
      const record = known === undefined ? undefined : guard(event, known);
      if (record !== undefined) log(record);
    },
    changed({ boot, verdict }) {
      if (verdict?.cause === "port-not-served" || verdict?.cause === "goes-on-at") void lookAtPorts();
      if (verdict?.cause !== "files-elsewhere" || asked.peek(boot.id) !== undefined) return;
      const { server, file } = verdict.facts as FileElsewhere;
      // Nobody but who wrote the configuration may have Bootlace send anything anywhere.
      if (!fileServersOf(config).includes(server)) return;
      asked.set(boot.id, true);
      void ask(boot.id, { server, file });
    },
  };
}

/** Addresses of the servers that rules name, in `server` or in a URL. */
export function urlRulesOf({ boot }: Pick<Config, "boot">): readonly string[] {
  return boot.flatMap(({ name, url, file, script, menu, ignore }, index) => {
    const others = [file, script, menu].some((each) => each !== undefined) || ignore === true;
    return url === undefined || others ? [] : [name ?? `rule ${index + 1}`];
  });
}

function fileServersOf({ boot }: Config): readonly string[] {
  const named = boot.flatMap(({ server, url }) => [server, url === undefined ? undefined : hostOfBootFile(url)]);
  return [...new Set(named.filter((host) => host !== undefined && /^\d+(\.\d+){3}$/.test(host)))] as string[];
}

function networkOf(config: Config, served: readonly ServedInterface[], present: NetworkInterfaces): Network {
  const infos = Object.values(present).flatMap((each) => each ?? []);
  const urlRules = urlRulesOf(config);
  return {
    addresses: infos.filter(({ family }) => family === "IPv4").map(({ address }) => address),
    macs: [...new Set(infos.flatMap(({ mac }) => (mac === undefined ? [] : [mac.toLowerCase()])))],
    served: served.map(({ name, address, netmask }) => ({ name, address, netmask })),
    subnets: config.subnets,
    fileServers: fileServersOf(config),
    ...(urlRules.length === 0 ? {} : { urlRules }),
    httpPorts: httpPortsOf(config),
  };
}

function httpPortsOf({ http }: Config): readonly number[] {
  return http.enabled ? [http.port] : [];
}
