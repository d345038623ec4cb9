import { boundedMap } from "@bootlace/boot-source";
import type { ServedInterface } from "@bootlace/proxy-dhcp";
import { namesakesIn } from "../../boot-files/namesakes.ts";
import { hostOfBootFile, plainName } from "../../catalogue/file-role.ts";
import { isTried, searchNameOf } from "../../catalogue/tries.ts";
import type { Config } from "../../config/schema.ts";
import type { ApplianceEvent, Network, OwnEvent, ServerResult } from "../../events/event.ts";
import { leaseGuard } from "../../log/lease-guard.ts";
import type { Log } from "../../log/log.ts";
import type { NetworkInterfaces } from "../../net/interfaces.ts";
import type { FileElsewhere } from "../../os/ask-file-server.ts";
import type { SessionChange } from "../../telemetry/sessions-keeper.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface SurroundingsDeps {
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
  readonly onEvent: (event: OwnEvent) => void;
  readonly log: Log;
  readonly askServer: (wanted: FileElsewhere) => Promise<ServerResult>;
}

/** Tells the sessions what is known besides the packets: this machine's addresses, where files lie, what others serve. */
export interface SurroundingsService extends Service {
  /** Looks where a file lies that was asked for in vain; warns of an address of ours that is leased. */
  see(event: ApplianceEvent): void;
  /** Asks the server to which a boot was sent, once. */
  changed(change: SessionChange): void;
}

const mostAsked = 256;

export function surroundingsService(first: Config, deps: SurroundingsDeps): SurroundingsService {
  const { now, onEvent, askServer, log } = deps;
  const guard = leaseGuard();
  const network = () => networkOf(config, served, deps.networkInterfaces());
  let known: Network | undefined;
  let config = first;
  let served: readonly ServedInterface[] = noInterfaces;
  const namesakes = namesakesIn(() => config.root, now);
  const asked = boundedMap<string, true>(mostAsked);

  function tellNetwork(): void {
    known = network();
    onEvent({ type: "network", time: now(), ...known });
  }

  async function lookFor(file: string): Promise<void> {
    const found = await namesakes.of(plainName(file));
    if (found.length > 0) onEvent({ type: "namesakes", time: now(), path: plainName(file), found });
  }

  async function ask(boot: string, wanted: FileElsewhere): Promise<void> {
    const result = await askServer(wanted);
    onEvent({ type: "server-asked", time: now(), boot, ...wanted, result });
  }

  return {
    name: "surroundings",
    async start() {
      tellNetwork();
    },
    async stop() {},
    async adopt(next, interfaces) {
      config = next;
      served = interfaces;
      tellNetwork();
    },
    async follow(interfaces) {
      served = interfaces;
      tellNetwork();
    },
    endpoints: () => [],
    see(event) {
      const record = known === undefined ? undefined : guard(event, known);
      if (record !== undefined) log(record);
      const file = missingFileOf(event);
      if (file === undefined || isTried(file) || searchNameOf(file)?.general === false) return;
      void lookFor(file);
    },
    changed({ boot, verdict }) {
      if (verdict?.cause !== "files-elsewhere" || asked.peek(boot.id) !== undefined) return;
      const { server, file } = verdict.facts as FileElsewhere;
      // Nobody but who wrote the configuration may have Bootlace send anything anywhere.
      if (!fileServersOf(config).includes(server)) return;
      asked.set(boot.id, true);
      void ask(boot.id, { server, file });
    },
  };
}

function missingFileOf({ kind, event }: ApplianceEvent): string | undefined {
  if (kind === "tftp" && event.type === "not-found" && event.reason === "missing") return event.file;
  if (kind === "http" && event.type === "refused" && event.reason === "missing") return event.request?.file;
  return undefined;
}

/** Addresses of the servers that rules name, in `server` or in a URL. */
function fileServersOf({ boot }: Config): readonly string[] {
  const named = boot.flatMap(({ server, url }) => [server, url === undefined ? undefined : hostOfBootFile(url)]);
  return [...new Set(named.filter((host) => host !== undefined && /^\d+(\.\d+){3}$/.test(host)))] as string[];
}

function networkOf(config: Config, served: readonly ServedInterface[], present: NetworkInterfaces): Network {
  const infos = Object.values(present).flatMap((each) => each ?? []);
  return {
    addresses: infos.filter(({ family }) => family === "IPv4").map(({ address }) => address),
    macs: [...new Set(infos.flatMap(({ mac }) => (mac === undefined ? [] : [mac])))],
    served: served.map(({ name, address, netmask }) => ({ name, address, netmask })),
    subnets: config.subnets,
    fileServers: fileServersOf(config),
    httpPorts: config.http.enabled ? [config.http.port] : [],
  };
}
