import type { ServedInterface } from "@bootlace/proxy-dhcp";
import type { Config } from "../../config/schema.ts";
import type { Part } from "../order.ts";

export interface ServiceEndpoint {
  readonly service: "dhcp" | "pxe" | "tftp" | "http" | "admin";
  readonly address: string;
  readonly port: number;
}

/**
 * A part of the appliance that follows the config and the interfaces. `start` and `adopt` throw ServerStartError
 * or ApplianceStartError when the system refuses.
 */
export interface Service extends Part {
  /**
   * Changes the running service to another config: unchanged sockets stay open, work under way continues to its
   * end. After a throw it may be half changed; then it gets the old config again.
   */
  adopt(config: Config, served: readonly ServedInterface[]): Promise<void>;
  /** Addresses were added or removed. */
  follow(served: readonly ServedInterface[]): Promise<void>;
  endpoints(): readonly ServiceEndpoint[];
}

/** The appliance cannot start, or cannot change, for an external reason. The message is one line. */
export class ApplianceStartError extends Error {
  override readonly name = "ApplianceStartError";
}

/** None, before the first look at the system. */
export const noInterfaces: readonly ServedInterface[] = [];

/** Its place among the endpoints that people see. */
export function endpointRank({ service }: ServiceEndpoint): number {
  return serviceOrder.indexOf(service);
}

const serviceOrder: readonly ServiceEndpoint["service"][] = ["dhcp", "pxe", "tftp", "http", "admin"];
