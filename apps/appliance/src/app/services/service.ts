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
 * or ApplianceStartError when the outside world says no.
 */
export interface Service extends Part {
  /**
   * Makes the running service fit another config: sockets that stay the same stay open, work under way goes on to its
   * end. After a throw it may be half changed; then it gets the old config again.
   */
  adopt(config: Config, served: readonly ServedInterface[]): Promise<void>;
  /** Addresses came or went. */
  follow(served: readonly ServedInterface[]): Promise<void>;
  endpoints(): readonly ServiceEndpoint[];
}

/** The appliance cannot start, or cannot change, for a reason outside of it. The message is one line. */
export class ApplianceStartError extends Error {
  override readonly name = "ApplianceStartError";
}

/** What a service may use before anybody told it which addresses there are. */
export const noInterfaces: readonly ServedInterface[] = [];
