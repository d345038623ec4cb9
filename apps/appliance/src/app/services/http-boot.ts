import { totalmem } from "node:os";
import type { Source } from "@bootlace/boot-source";
import { createHttpBootServer, type HttpBootChanges, type HttpBootEvent } from "@bootlace/http-boot";
import type { Config } from "../../config/schema.ts";
import { holderOf } from "../../os/port-holder.ts";
import { tcpQueues } from "../../os/tcp-queues.ts";
import { type FileService, fileService } from "./file-service.ts";

export interface HttpBootServiceDeps {
  readonly source: Source;
  readonly onEvent: (event: HttpBootEvent) => void;
  readonly create?: typeof createHttpBootServer | undefined;
}

/**
 * File contents kept in memory while machines boot: an eighth of the machine's memory, at most 512 MiB. A file in memory
 * costs half the CPU of one read for each client.
 */
function cacheSize(): number {
  return Math.min(512 * 1024 * 1024, Math.floor(totalmem() / 8));
}

/** The HTTP boot server as configured. */
export function httpBootService(first: Config, deps: HttpBootServiceDeps): FileService {
  const { source, onEvent, create = createHttpBootServer } = deps;
  return fileService<HttpBootChanges>(first, {
    name: "http",
    isEnabled: ({ http }) => http.enabled,
    changesOf({ http, subnets }, served) {
      const { port, maxConnections, maxConnectionsPerClient } = http;
      const addresses = served.map(({ address }) => address);
      return { addresses, port, clients: subnets, limits: { maxConnections, maxConnectionsPerClient } };
    },
    create(_config, changes) {
      const limits = { ...changes.limits, cacheSize: cacheSize() };
      return create({ source, ...changes, limits, unacknowledged: tcpQueues(), onEvent, holderOf });
    },
  });
}
