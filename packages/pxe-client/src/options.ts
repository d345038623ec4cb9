import { parseIpv4, parseMac } from "@bootlace/dhcp-core";
import type { Clock } from "./clock.ts";
import type { Outcome } from "./core/boot.ts";
import type { Endpoint } from "./core/message.ts";
import { type Model, type ModelName, modelNames, type Purpose } from "./core/model.ts";
import type { ReasonCode, Verdict } from "./core/reasons.ts";
import type { DhcpPort } from "./dhcp-port.ts";

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

/** An option that cannot be: `option` is its name. */
export class PxeClientOptionError extends RangeError {
  override readonly name = "PxeClientOptionError";
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option}: ${message}`);
    this.option = option;
  }
}

const isPort = (least: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= 65_535;
const isUnsigned = (most: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isIpv4 = (value: unknown) => parseIpv4(value as string) !== undefined;
const isObject = (value: unknown) => typeof value === "object" && value !== null;
const isFunction = (value: unknown) => typeof value === "function";
const isBoolean = (value: unknown) => typeof value === "boolean";
const isModel = (value: unknown) => isObject(value) || modelNames.includes(value as ModelName);

type Check = readonly [holds: (value: unknown) => boolean, expected: string];

const CHECKS: Readonly<Record<keyof PxeClientOptions, Check>> = {
  model: [isModel, `one of ${modelNames.join(", ")}, or a model`],
  mac: [(value) => parseMac(value as string) !== undefined, "a MAC address"],
  machine: [(value) => value instanceof Uint8Array && value.length === 17, "17 bytes"],
  architecture: [isUnsigned(0xffff), "an integer from 0 to 65535"],
  xid: [isUnsigned(0xffff_ffff), "an integer from 0 to 4294967295"],
  dhcp: [isObject, "an open DHCP port"],
  broadcast: [isIpv4, "an IPv4 address"],
  local: [isIpv4, "an IPv4 address"],
  ports: [isObject, "port numbers by name"],
  waitOut: [isBoolean, "true or false"],
  menuEntry: [isUnsigned(255), "an integer from 0 to 255"],
  fetch: [isBoolean, "true or false"],
  deadline: [(value) => typeof value === "number" && value > 0 && value < 2 ** 31, "milliseconds above 0"],
  clock: [isObject, "a clock"],
  onEvent: [isFunction, "a function"],
  onData: [isFunction, "a function"],
};

const PORT_CHECKS: Readonly<Record<keyof ClientPorts, Check>> = {
  client: [isPort(0), "a port from 0 to 65535"],
  server: [isPort(1), "a port from 1 to 65535"],
  pxe: [isPort(1), "a port from 1 to 65535"],
  pxeClient: [isPort(0), "a port from 0 to 65535"],
  tftp: [isPort(1), "a port from 1 to 65535"],
};

function checkAll(where: string, given: object, checks: Readonly<Record<string, Check>>): void {
  for (const [key, value] of Object.entries(given)) {
    const name = `${where}${key}`;
    if (!Object.hasOwn(checks, key)) throw new PxeClientOptionError(name, "unknown option");
    const check = checks[key];
    if (value !== undefined && check?.[0](value) === false) throw new PxeClientOptionError(name, `must be ${check[1]}`);
  }
}

/** Throws a {@link PxeClientOptionError} that names the first option that cannot be. */
export function checkOptions(options: PxeClientOptions): void {
  checkAll("", options, CHECKS);
  for (const key of ["model", "mac"] as const) {
    if (options[key] === undefined) throw new PxeClientOptionError(key, `must be ${CHECKS[key][1]}`);
  }
  checkAll("ports.", options.ports ?? {}, PORT_CHECKS);
}
