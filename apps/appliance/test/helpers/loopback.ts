import { networkInterfaces } from "node:os";
import { createAppliance } from "../../src/app/appliance.ts";
import type { ApplianceDeps } from "../../src/app/types.ts";
import type { LoadedConfig } from "../../src/config/load.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import { isWritten, type Level, type LogRecord } from "../../src/events/record.ts";
import { createLog } from "../../src/log/log.ts";
import type { NetworkInterfaces } from "../../src/net/interfaces.ts";

/** The names of the loopback interface here: `lo` on Linux. */
export const loopbackName =
  Object.entries(networkInterfaces()).find(([, list]) => list?.some(({ internal }) => internal))?.[0] ?? "lo";

function configOf(text: string): Config {
  const result = parseConfig(text, "test");
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.config;
}

/** A config that serves loopback on ports the system chooses, without the boot check: silence is easier to see. */
export function loopbackConfig(root: string, clientPort: number, more: Partial<Config> = {}): Config {
  const base = configOf("");
  return {
    ...base,
    interfaces: [loopbackName],
    root,
    dhcp: { ...base.dhcp, port: 0, pxePort: 0, clientPort },
    tftp: { ...base.tftp, port: 0 },
    http: { ...base.http, enabled: false },
    bootCheck: { enabled: false },
    admin: { ...base.admin, enabled: false },
    ...more,
  };
}

/** A config as if it had been read. */
export function loadedOf(config: Config): LoadedConfig {
  return { config, named: false, originOf: () => ({ kind: "default" }) };
}

/** An appliance whose clock stands still, whose log is kept, and whose interfaces and timers are in the test's hand. */
export function createTestAppliance(config: Config, deps: Partial<ApplianceDeps> = {}, level: Level = "info") {
  let text = "";
  let interfaces: NetworkInterfaces = networkInterfaces();
  const timers = new Set<() => void>();
  const records: LogRecord[] = [];
  let wake = () => {};
  const log = createLog({
    level,
    console: "pretty",
    colour: false,
    writeConsole: (part) => (text += part),
    now: () => 0,
    formatTime: () => "12:00:00",
  });
  const appliance = createAppliance(loadedOf(config), {
    log(record) {
      log(record);
      if (isWritten(record.level, level)) records.push(record);
      wake();
    },
    now: () => 1_000,
    networkInterfaces: () => interfaces,
    every: (_milliseconds, work) => {
      timers.add(work);
      return () => timers.delete(work);
    },
    ...deps,
  });
  return {
    appliance,
    records,
    text: () => text,
    /** The port of a service. */
    port: (service: string) => appliance.endpoints().find((endpoint) => endpoint.service === service)?.port ?? 0,
    setInterfaces(next: NetworkInterfaces) {
      interfaces = next;
      for (const work of timers) work();
    },
    /** Lets every timer go off once. */
    tick() {
      for (const work of timers) work();
    },
    /** The first record of an event, now or later. */
    async logged(event: string, matches: (record: LogRecord) => boolean = () => true): Promise<LogRecord> {
      for (;;) {
        const found = records.find((record) => record.event === event && matches(record));
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    [Symbol.asyncDispose]: () => appliance.stop(),
  };
}
