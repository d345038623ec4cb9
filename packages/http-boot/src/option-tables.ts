import { check, type OptionTable } from "@bootlace/boot-source";
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

/** The longest timer of Node.js. */
const longestTimer = 2 ** 31 - 1;

const changeableLimits = { maxConnections: check.integer(1), maxConnectionsPerClient: check.integer(1) };

const limitsTable: OptionTable<HttpBootLimits> = {
  ...changeableLimits,
  cacheSize: check.integer(0),
  requestTimeout: check.integer(1, longestTimer),
  idleLimit: check.integer(1, longestTimer),
  keepAliveTimeout: check.integer(1, longestTimer),
  lifetime: check.amount,
};

const common = {
  addresses: check.listOf(check.ipAddress),
  port: check.portOrFree,
  clients: check.listOf(check.addressOrSubnet),
  hosts: check.listOf(check.text),
};

export const optionsTable: OptionTable<HttpBootServerOptions> = {
  source: check.required(check.objectWith("open")),
  ...common,
  limits: check.optionsOf(limitsTable),
  isKnown: check.callback,
  holderOf: check.callback,
  unacknowledged: check.callback,
  onEvent: check.callback,
};

export const changesTable: OptionTable<HttpBootChanges> = {
  ...common,
  limits: check.optionsOf(changeableLimits, limitsTable),
};
