import { check, type OptionTable } from "@bootlace/boot-source";
import type { BroadcastAddress, TftpChanges, TftpLimits, TftpServerOptions } from "./server-options.ts";

export const defaultLimits: TftpLimits = {
  maxBlockSize: 1468,
  maxWindowSize: 16,
  maxTransfers: 1024,
  maxTransfersPerClient: 64,
  unacknowledgedPerSecond: 500,
  unacknowledgedPerSecondPerClient: 10,
  errorsPerSecond: 500,
  errorsPerSecondPerClient: 100,
  cacheSize: 32 * 1024 * 1024,
  idleLimit: 30_000,
  lifetime: 900_000,
};

/** At a rate of 0 nobody would ever be served. */
const rate = check.mustBe("a number above 0", (value) => Number.isFinite(value) && Number(value) > 0);

export const changesTable: OptionTable<TftpChanges> = {
  addresses: check.listOf(check.ipAddress),
  broadcasts: check.listOf(
    check.optionsOf<BroadcastAddress>({
      address: check.required(check.ipAddress),
      instead: check.required(check.ipAddress),
    }),
  ),
  port: check.portOrFree,
  clients: check.listOf(check.addressOrSubnet),
  limits: check.optionsOf<TftpLimits>({
    // RFC 2348 has 8 to 65464; a limit below the 512 of RFC 1350 would limit nothing.
    maxBlockSize: check.integer(512, 65_464),
    maxWindowSize: check.integer(1, 65_535),
    maxTransfers: check.integer(1),
    maxTransfersPerClient: check.integer(1),
    unacknowledgedPerSecond: rate,
    unacknowledgedPerSecondPerClient: rate,
    errorsPerSecond: rate,
    errorsPerSecondPerClient: rate,
    cacheSize: check.integer(0),
    idleLimit: check.amount,
    lifetime: check.amount,
  }),
  settingsFor: check.callback,
};

export const optionsTable: OptionTable<TftpServerOptions> = {
  source: check.required(check.objectWith("open")),
  ...changesTable,
  singlePort: check.flag,
  segmentation: check.flag,
  sink: check.objectWith("create"),
  mtuOf: check.callback,
  isNeighbour: check.callback,
  progressInterval: check.amount,
  holderOf: check.callback,
  onEvent: check.callback,
};
