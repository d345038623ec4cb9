import type { Source } from "@bootlace/boot-source";
import { parseIpv4 } from "@bootlace/dhcp-core";
import type { ServedInterface } from "@bootlace/proxy-dhcp";
import { type Inspected, inspectingSource } from "../../boot-files/inspecting-source.ts";
import { namesakeFinder } from "../../boot-files/namesakes.ts";
import type { Config } from "../../config/schema.ts";
import type { ApplianceEvent, Network, OwnEvent } from "../../events/event.ts";
import type { NetworkInterfaces } from "../../net/interfaces.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface SurroundingsDeps {
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
  /** Passes an event on that no log line waits for. */
  readonly observe: (event: ApplianceEvent) => void;
}

/** Reports what a verdict needs besides the packets: the network around, and what the files hold that clients ask for. */
export interface SurroundingsService extends Service {
  /** The same source; what is asked of it is reported. */
  watched(source: Source): Source;
}

export function surroundingsService(first: Config, deps: SurroundingsDeps): SurroundingsService {
  const { now, networkInterfaces } = deps;
  const namesakesOf = namesakeFinder(now);
  let config = first;
  let served = noInterfaces;
  let running = false;
  let reported = "";

  const report = (event: OwnEvent) => deps.observe({ kind: "appliance", event });

  function reportNetwork(): void {
    if (!running) return;
    const network = networkOf(config, served, networkInterfaces());
    const text = JSON.stringify(network);
    if (text === reported) return;
    reported = text;
    report({ type: "network", time: now(), ...network });
  }

  async function lookForNamesakes(path: string): Promise<void> {
    const found = await namesakesOf(config.root, path);
    if (found.length > 0) report({ type: "namesakes", time: now(), path, found });
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
        onInspected: (inspected: Inspected) => report({ type: "inspected", time: now(), ...inspected }),
        onMissing: lookForNamesakes,
      }),
  };
}

/** Addresses that a configuration names by a host name are not among them: nothing is resolved here. */
function networkOf(config: Config, served: readonly ServedInterface[], interfaces: NetworkInterfaces): Network {
  const infos = Object.values(interfaces).flatMap((list = []) => list);
  const items = Object.values(config.menus).flatMap((menu) => menu.items);
  const servers = [...config.boot, ...items].flatMap(({ server }) => (server === undefined ? [] : [server]));
  return {
    addresses: infos.filter(({ family }) => family === "IPv4").map(({ address }) => address),
    macs: [...new Set(infos.flatMap(({ mac }) => (mac === undefined ? [] : [mac.toLowerCase()])))],
    served: served.map(({ name, address, netmask }) => ({ name, address, netmask })),
    subnets: config.subnets,
    fileServers: [...new Set(servers.filter((server) => parseIpv4(server) !== undefined))],
    httpPorts: httpPortsOf(config),
  };
}

function httpPortsOf({ http }: Config): readonly number[] {
  return http.enabled ? [http.port] : [];
}
