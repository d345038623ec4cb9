import {
  addressOrSubnet,
  amount,
  callback,
  integer,
  ipAddress,
  listOf,
  objectWith,
  type OptionTable,
  optionsOf,
  portOrFree,
  required,
} from "@bootlace/boot-source";
import type { HttpBootChanges, HttpBootLimits, HttpBootServerOptions } from "./server-options.ts";

export const defaultLimits: HttpBootLimits = {
  maxConnections: 1024,
  maxConnectionsPerClient: 64,
  cacheSize: 32 * 1024 * 1024,
  requestTimeout: 10_000,
  idleLimit: 60_000,
  keepAliveTimeout: 30_000,
  lifetime: 900_000,
};

/** The longest that a timer of Node.js waits. */
const longestTimer = 2 ** 31 - 1;

const changeableLimits = { maxConnections: integer(1), maxConnectionsPerClient: integer(1) };

const limitsTable: OptionTable<HttpBootLimits> = {
  ...changeableLimits,
  cacheSize: integer(0),
  requestTimeout: integer(1, longestTimer),
  idleLimit: integer(1, longestTimer),
  keepAliveTimeout: integer(1, longestTimer),
  lifetime: amount,
};

const common = { addresses: listOf(ipAddress), port: portOrFree, clients: listOf(addressOrSubnet) };

export const optionsTable: OptionTable<HttpBootServerOptions> = {
  source: required(objectWith("open")),
  ...common,
  limits: optionsOf(limitsTable),
  holderOf: callback,
  onEvent: callback,
};

export const changesTable: OptionTable<HttpBootChanges> = { ...common, limits: optionsOf(changeableLimits) };
