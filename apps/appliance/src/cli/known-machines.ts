import type { ApiClients, ApiConfig } from "../api-model/types.ts";
import { loadConfig } from "../config/load.ts";
import { connectApi } from "./api-client.ts";
import type { Surroundings } from "./command.ts";

/** What needs no quotes in any shell, and cannot end a word of it. */
const plain = /^[\w.:-]+$/;

/**
 * Names of machines, and the MAC addresses that a running daemon has seen, for completion. Without a daemon the names are
 * those of the config file.
 */
export async function knownMachines(surroundings: Surroundings): Promise<readonly string[]> {
  const api = connectApi({ options: new Map(), positionals: [] }, surroundings);
  const config = api.ok ? await api.value.call<ApiConfig>("GET", "/api/v1/config") : api;
  const clients = api.ok && config.ok ? await api.value.call<ApiClients>("GET", "/api/v1/clients") : undefined;
  const hosts = config.ok ? Object.keys(config.value.effective.hosts ?? {}) : hostsOfFile(surroundings);
  const macs = clients?.ok ? clients.value.clients.map(({ mac }) => mac) : [];
  const words = [...hosts, ...macs].filter((word) => word !== undefined && plain.test(word));
  return [...new Set(words as string[])];
}

function hostsOfFile({ cwd, env }: Surroundings): readonly string[] {
  const loaded = loadConfig({ cwd, env, flags: [] });
  return loaded.ok ? Object.keys(loaded.loaded.config.hosts) : [];
}
