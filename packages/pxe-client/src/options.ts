import { parseMac } from "@bootlace/dhcp-core";
import type { Clock } from "./clock.ts";
import type { Outcome } from "./core/boot.ts";
import type { Endpoint } from "./core/message.ts";
import { type Model, type ModelName, modelNames, type Purpose } from "./core/model.ts";
import type { ReasonCode, Verdict } from "./core/reasons.ts";
import type { DhcpPort } from "./dhcp-port.ts";
import * as check from "./option-checks.ts";
import { type Checks, checkAll } from "./option-error.ts";

/** The ports of the protocols; others for tests without privileges. Models see the real ones in any case. */
export interface ClientPorts {
  /** 68. 0 lets the system choose; not used with `dhcp`. */
  readonly client: number;
  /** 67. */
  readonly server: number;
  /** 4011, on the server and, for firmware that asks from there, on the client (0 there: the system chooses). */
  readonly pxe: number;
  readonly pxeClient: number;
  /** 69. */
  readonly tftp: number;
}

export interface PxeClientOptions {
  /** The firmware. */
  readonly model: ModelName | Model;
  /** As `52:54:00:12:34:56`. */
  readonly mac: string;
  /** The 17 bytes of option 97; made from the MAC address when absent. */
  readonly machine?: Uint8Array;
  /** Option 93; the model's own when absent. */
  readonly architecture?: number;
  /** Transaction ID of the first DISCOVER; random when absent. */
  readonly xid?: number;
  /** A shared port 68; one of its own for each boot when absent. */
  readonly dhcp?: DhcpPort;
  /** Where DISCOVER and REQUEST go; 255.255.255.255 when absent. */
  readonly broadcast?: string;
  /**
   * An address of this machine to send everything from, instead of the leased one, which it may not have. Without it a
   * broadcast leaves by the default route.
   */
  readonly local?: string;
  readonly ports?: Partial<ClientPorts>;
  /** Collect offers as long as the firmware does (edk2: 4 s); false: go on as soon as the offers suffice. True when absent. */
  readonly waitOut?: boolean;
  /** Entry of a boot menu, from 0; the first when absent. */
  readonly menuEntry?: number;
  /** Fetch the boot file; true when absent. */
  readonly fetch?: boolean;
  /** Milliseconds for a whole boot; no limit when absent. */
  readonly deadline?: number;
  readonly clock?: Clock;
  /** Everything that happens. Exceptions of the function are not caught. */
  readonly onEvent?: (event: PxeClientEvent) => void;
  /** The bytes of the boot file and their offset in it. Throwing ends the boot with what is thrown. */
  readonly onData?: (bytes: Uint8Array, offset: number) => void | Promise<void>;
}

/** A file that is fetched. */
export interface FileRequest {
  readonly by: "tftp" | "http";
  readonly server: string;
  readonly file: string;
}

/** What happened. `time` is the clock's, in milliseconds. */
export type PxeClientEvent =
  | {
      readonly type: "sent";
      readonly time: number;
      readonly purpose: Purpose;
      readonly attempt: number;
      readonly to: Endpoint;
    }
  | {
      readonly type: "verdict";
      readonly time: number;
      readonly purpose: Purpose;
      readonly from: Endpoint;
      readonly verdict: Verdict;
    }
  /** The system did not send it, and said why, such as `ENETUNREACH`. It is repeated like a lost one. */
  | {
      readonly type: "send-failed";
      readonly time: number;
      readonly purpose: Purpose;
      readonly to: Endpoint;
      readonly code: string;
    }
  | { readonly type: "leased"; readonly time: number; readonly address: string; readonly server: string }
  | { readonly type: "refused"; readonly time: number; readonly server: string }
  | ({ readonly type: "fetching"; readonly time: number } & FileRequest)
  | ({ readonly type: "fetched"; readonly time: number; readonly bytes: number } & FileRequest)
  | ({
      readonly type: "fetch-failed";
      readonly time: number;
      readonly code: ReasonCode;
      readonly text: string;
    } & FileRequest)
  | { readonly type: "ended"; readonly time: number; readonly outcome: Outcome };

const isModel = (value: unknown) =>
  modelNames.includes(value as ModelName) ||
  (check.isObject(value) && check.isObject((value as { readonly voice?: unknown }).voice));

const CHECKS: Checks<PxeClientOptions> = {
  model: [isModel, `one of ${modelNames.join(", ")}, or a model`],
  mac: [(value) => typeof value === "string" && parseMac(value) !== undefined, "a MAC address"],
  machine: [(value) => value instanceof Uint8Array && value.length === 17, "17 bytes"],
  architecture: check.integer(0, 0xffff),
  xid: check.integer(0, 0xffff_ffff),
  dhcp: check.objectWith("an open DHCP port", "listen", "send", "close"),
  broadcast: check.ipv4,
  local: check.ipv4,
  ports: [check.isObject, "port numbers by name"],
  waitOut: check.flag,
  menuEntry: check.integer(0, 255),
  fetch: check.flag,
  deadline: check.milliseconds,
  clock: check.clock,
  onEvent: check.callback,
  onData: check.callback,
};

const PORT_CHECKS: Checks<ClientPorts> = {
  client: check.portOrFree,
  server: check.port,
  pxe: check.port,
  pxeClient: check.portOrFree,
  tftp: check.port,
};

/** Throws a PxeClientOptionError that names the first option that cannot be. */
export function checkOptions(options: PxeClientOptions): void {
  checkAll<PxeClientOptions>(options, CHECKS, { needed: ["model", "mac"] });
  checkAll<ClientPorts>(options.ports ?? {}, PORT_CHECKS, { within: "ports." });
}
