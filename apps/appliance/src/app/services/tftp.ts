import { createTftpServer, type Source, type TftpChanges, type TftpEvent } from "@bootlace/tftp-serve";
import type { Config } from "../../config/schema.ts";
import { broadcastsOf } from "../../net/broadcasts.ts";
import { memoryOfThisMachine, transferCacheSize } from "../../os/memory.ts";
import { holderOf } from "../../os/port-holder.ts";
import { type FileService, fileService } from "./file-service.ts";

export interface TftpServiceDeps {
  readonly source: Source;
  readonly onEvent: (event: TftpEvent) => void;
  /** Whether an address is that of a machine on the LAN. */
  readonly isNeighbour?: ((address: string) => boolean) | undefined;
  readonly create?: typeof createTftpServer | undefined;
}

/** The TFTP server as configured. */
export function tftpService(
  first: Config,
  { source, onEvent, isNeighbour, create = createTftpServer }: TftpServiceDeps,
): FileService {
  return fileService<TftpChanges>(first, {
    name: "tftp",
    isEnabled: ({ tftp }) => tftp.enabled,
    changesOf({ tftp, subnets }, served) {
      const { port, maxBlockSize, maxWindowSize, maxTransfers, ignoreOptions } = tftp;
      return {
        addresses: served.map(({ address }) => address),
        broadcasts: broadcastsOf(served),
        port,
        clients: subnets,
        limits: { maxBlockSize, maxWindowSize, maxTransfers, cacheSize: transferCacheSize(memoryOfThisMachine()) },
        settingsFor: () => ({ ignoreOptions }),
      };
    },
    create({ tftp: { singlePort, segmentation } }, changes) {
      return create({ source, ...changes, singlePort, segmentation, isNeighbour, onEvent, holderOf });
    },
  });
}
