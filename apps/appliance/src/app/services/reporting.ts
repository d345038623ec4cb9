import type { TftpEventType } from "@bootlace/tftp-serve";
import type { Config } from "../../config/schema.ts";
import { type ApplianceEvent, timeOf } from "../../events/event.ts";
import type { LogRecord } from "../../events/record.ts";
import { createConfigSearches } from "../../log/config-search.ts";
import { dhcpRecords } from "../../log/dhcp-log.ts";
import { httpRecord } from "../../log/http-log.ts";
import type { Log } from "../../log/log.ts";
import { createLogLimit } from "../../log/log-limit.ts";
import { createLongTransfers } from "../../log/long-transfers.ts";
import { type Machine, type MachineHint, withMachine } from "../../log/machine.ts";
import { createNameTails } from "../../log/name-tail.ts";
import { unboundPort, unboundRecord } from "../../log/port-log.ts";
import { tftpRecord } from "../../log/tftp-log.ts";
import { createThrottle } from "../../log/throttle.ts";
import { findPortHolder } from "../../os/port-holder.ts";
import { type PortFailure, protocolOf } from "../../os/privileges.ts";
import { createBacklog } from "../../telemetry/backlog.ts";
import type { SessionChange } from "../../telemetry/sessions-keeper.ts";
import { createSinks } from "../../telemetry/sinks.ts";
import { sinkRecord } from "../../telemetry/trouble-log.ts";
import type { ApplianceDeps } from "../types.ts";
import { type ObservingService, observingService } from "./observing.ts";

/** The path of all events to the log and to live readers. */
export interface Reporting {
  readonly observing: ObservingService;
  /** A log line without an event. Earlier events are logged before it. */
  readonly log: Log;
  report(event: ApplianceEvent): void;
  /** Logs how much the log limit suppressed. */
  reportHeldBack(): void;
}

export function createReporting(
  first: Config,
  deps: Pick<ApplianceDeps, "log" | "flushLog" | "now" | "every" | "later" | "onEvent"> & {
    readonly machineOf: (hint: MachineHint) => Machine;
    readonly onBoot?: (change: SessionChange) => void;
    readonly dhcpServerOf?: (address: string) => string | undefined;
  },
): Reporting {
  const { now } = deps;
  const limit = createLogLimit(first.log.level, now);
  const passes = createThrottle(60_000);
  const searches = createConfigSearches();
  const longTransfers = createLongTransfers();
  const nameTails = createNameTails(deps.dhcpServerOf ?? (() => undefined));
  const sinks = createSinks<ApplianceEvent>({ now, onTrouble: (trouble) => write(sinkRecord(trouble)) });
  const backlog = createBacklog(sinks.push, now, deps.later);
  const observing = observingService(first, {
    log: write,
    flushLog: deps.flushLog,
    now,
    every: deps.every,
    settle: backlog.settle,
    subscribe: sinks.subscribe,
    ...(deps.onBoot === undefined ? {} : { onBoot: deps.onBoot }),
    onTick: (time) => backlog.push({ kind: "appliance", event: { type: "tick", time } }, time, false),
  });

  function write(record: LogRecord, time?: number): void {
    const passed = limit.pass(record);
    if (passed === undefined) return;
    const reported = withMachine(passed, deps.machineOf);
    deps.log(reported, time);
    observing.logged(reported, time);
  }

  function log(record: LogRecord): void {
    backlog.settle();
    write(record);
  }

  function recordsOf(happened: ApplianceEvent): readonly LogRecord[] {
    const { kind, event } = happened;
    const long = longTransfers.take(happened);
    if (kind === "appliance") return event.type === "tick" ? [...searches.silent(event.time), ...long] : [];
    if (kind === "dhcp") return dhcpRecords(event, passes);
    const record = kind === "tftp" ? tftpRecord(event, passes) : httpRecord(event, passes);
    const tail = kind === "tftp" ? nameTails(event) : [];
    return record === undefined ? tail : [...tail, ...searches.fold(record, timeOf(happened))];
  }

  /** Finding the holder of the port means searching /proc; the rest of the log does not wait for it. */
  async function tellUnbound(event: ApplianceEvent, failure: PortFailure): Promise<void> {
    const { service, address, port, code } = failure;
    const holder = code === "EADDRINUSE" ? await findPortHolder(address, port, protocolOf(service)) : undefined;
    write(unboundRecord(event, failure, holder), timeOf(event));
  }

  sinks.subscribe({
    name: "log",
    take(event) {
      const failure = unboundPort(event);
      if (failure !== undefined) void tellUnbound(event, failure);
      for (const record of recordsOf(event)) write(record, timeOf(event));
    },
  });
  if (deps.onEvent !== undefined) sinks.subscribe({ name: "onEvent", take: withoutTicks(deps.onEvent) });

  return {
    observing,
    log,
    report(event) {
      const ofTransfers = event.kind === "tftp" && !ofServer.has(event.event.type);
      backlog.push(event, timeOf(event), ofTransfers);
    },
    reportHeldBack() {
      const record = limit.heldBack();
      // A sum has no fixed place among single steps; processing everything left by a flood first would delay clients.
      if (record !== undefined) write(record);
    },
  };
}

/** Events of the TFTP server itself. */
const ofServer: ReadonlySet<TftpEventType> = new Set(["listening", "unlistening", "listen-failed", "stopped"]);

/** A tick of time is not an event for subscribers. */
function withoutTicks(take: NonNullable<ApplianceDeps["onEvent"]>): NonNullable<ApplianceDeps["onEvent"]> {
  return (event) => (event.kind === "appliance" && event.event.type === "tick" ? undefined : take(event));
}
