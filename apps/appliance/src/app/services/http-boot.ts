import type { Source } from "@bootlace/boot-source";
import { createHttpBootServer, type HttpBootChanges, type HttpBootEvent } from "@bootlace/http-boot";
import { hostOfBootFile } from "../../catalogue/file-role.ts";
import type { Config } from "../../config/schema.ts";
import { fileCacheSize, memoryOfThisMachine } from "../../os/memory.ts";
import { holderOf } from "../../os/port-holder.ts";
import { tcpQueues } from "../../os/tcp-queues.ts";
import { type FileService, fileService } from "./file-service.ts";

export interface HttpBootServiceDeps {
  readonly source: Source;
  readonly onEvent: (event: HttpBootEvent) => void;
  /** Whether the machine at this address is named in the config. */
  readonly isKnown: (address: string) => boolean;
  readonly create?: typeof createHttpBootServer | undefined;
}

/** The HTTP boot server as configured. */
export function httpBootService(first: Config, deps: HttpBootServiceDeps): FileService {
  const { source, onEvent, isKnown, create = createHttpBootServer } = deps;
  return fileService<HttpBootChanges>(first, {
    name: "http",
    startsUnbound: true,
    isEnabled: ({ http }) => http.enabled,
    changesOf(config, served) {
      const { port, maxConnections, maxConnectionsPerClient } = config.http;
      const addresses = served.map(({ address }) => address);
      const limits = { maxConnections, maxConnectionsPerClient };
      return { addresses, port, clients: config.subnets, hosts: hostsOf(config), limits };
    },
    create(_config, changes) {
      const limits = { ...changes.limits, cacheSize: fileCacheSize(memoryOfThisMachine()) };
      return create({ source, ...changes, limits, isKnown, unacknowledged: tcpQueues(), onEvent, holderOf });
    },
  });
}

/** Names by which clients may call this server: those allowed, and each that a rule or a menu names in a URL or as a server. */
function hostsOf({ http, boot, menus }: Config): readonly string[] {
  const servers = boot.flatMap(({ server }) => (server === undefined ? [] : [server]));
  return [...new Set([...http.allowedHosts, ...servers, ...textsIn([boot, menus]).flatMap(hostsInUrl)])];
}

function hostsInUrl(text: string): readonly string[] {
  const host = hostOfBootFile(text);
  return host === undefined || host === "" ? [] : [host];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
