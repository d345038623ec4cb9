import type { ServedInterface } from "@bootlace/proxy-dhcp";
import type { Config } from "../../config/schema.ts";
import type { OwnEvent } from "../../events/event.ts";
import { createOverhearing, type Overhearing } from "../../os/overhear.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface OverhearingDeps {
  readonly now: () => number;
  readonly onEvent: (event: OwnEvent) => void;
}

/** Listens to other DHCP servers while this machine answers boot clients. A failure does not prevent the start. */
export function overhearingService(first: Config, { now, onEvent }: OverhearingDeps): Service {
  let config = first;
  let served: readonly ServedInterface[] = noInterfaces;
  let overhearing: Overhearing | undefined;

  async function start(): Promise<void> {
    const { enabled, clientPort: port } = config.dhcp;
    if (!enabled) return;
    overhearing = createOverhearing({ port, own: () => served.map(({ address }) => address), now, onEvent });
    await overhearing.start();
  }

  async function stop(): Promise<void> {
    const last = overhearing;
    overhearing = undefined;
    await last?.stop();
  }

  return {
    name: "overhearing",
    start,
    stop,
    async adopt(next, interfaces) {
      const { enabled, clientPort } = next.dhcp;
      const same = enabled === config.dhcp.enabled && clientPort === config.dhcp.clientPort;
      config = next;
      served = interfaces;
      if (same) return;
      await stop();
      await start();
    },
    async follow(interfaces) {
      served = interfaces;
    },
    endpoints: () => [],
  };
}
