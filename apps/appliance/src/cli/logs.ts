import { setTimeout as delay } from "node:timers/promises";
import { quote } from "@bootlace/dhcp-core";
import type { ApiLogEntry } from "../api-model/types.ts";
import { inertText } from "../catalogue/inert-text.ts";
import { hintOf } from "../config/faults.ts";
import { nearest } from "../config/nearest.ts";
import { isWritten, type Level, type LogRecord, levels } from "../events/record.ts";
import { clockTime, localTime, prettyLines } from "../log/pretty.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { stopSignal } from "../os/signals.ts";
import { type Api, type ApiFailure, apiOptions, connectApi, failWith } from "./api-client.ts";
import { type Command, lastValue, type Surroundings } from "./command.ts";
import { readEvents } from "./event-source.ts";
import { type Machine, machineNamed } from "./machine.ts";
import { printError, printJson } from "./output.ts";
import { terminalOf } from "./terminal.ts";

export const logs: Command = {
  name: "logs",
  summary: "Show the log of the running daemon",
  options: [
    { name: "follow", short: "f", description: "Follow the log until interrupted." },
    { name: "mac", short: "m", value: "MAC|NAME", description: "Only lines about this machine; NAME as in hosts." },
    { name: "level", value: "LEVEL", description: `Least important level: ${levels.join(", ")}. Default: info` },
    { name: "json", description: "Print one JSON document per line." },
    ...apiOptions,
  ],
  examples: [
    ["bootlace logs", "show the latest lines"],
    ["bootlace logs -f --mac 52:54:00:12:34:56", "follow one machine"],
    ["bootlace logs --level debug", "show the options of every packet too"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const named = lastValue(args, "mac");
    const asked = lastValue(args, "level") ?? "info";
    const level = levels.find((one) => one === asked);
    if (level === undefined) {
      const message = `--level ${quote(asked)} is not a level`;
      const suggestion = nearest(asked, levels);
      const allowed = `Allowed: ${levels.join(", ")}`;
      const hint = hintOf(suggestion === undefined ? { allowed } : { allowed, suggestion }) ?? allowed;
      printError(surroundings, "logs", { code: "usage", message, hint }, json);
      return exitCodes.usage;
    }
    const api = connectApi(args, surroundings);
    if (!api.ok) return failWith(api, "logs", json, surroundings);
    const meant = named === undefined ? undefined : await machineNamed(api.value, named, "--mac ", false);
    if (meant?.ok === false) return failWith(meant, "logs", json, surroundings);
    const machine = meant?.machine;
    const show = (entry: ApiLogEntry) => {
      if (isWritten(entry.level, level) && isAbout(entry, machine)) print(entry, level, json, surroundings);
    };
    return args.options.has("follow")
      ? follow(api.value, show, json, surroundings)
      : showKept(api.value, show, json, surroundings);
  },
};

/** A machine may have got its name, or another one, since the line was written. */
function isAbout({ fields = {} }: ApiLogEntry, machine: Machine | undefined): boolean {
  if (machine === undefined || (machine.host !== undefined && fields.host === machine.host)) return true;
  const mac = String(fields.mac ?? "");
  return machine.ids.some((id) => mac.startsWith(id));
}

const pause = 1000;

/** Requests everything that is kept: no stream has this id. */
const fromTheBeginning = "0-0";

async function showKept(
  api: Api,
  show: (entry: ApiLogEntry) => void,
  json: boolean,
  surroundings: Surroundings,
): Promise<number> {
  const ending = new AbortController();
  const result = await watch(api, fromTheBeginning, ending.signal, show, () => ending.abort());
  return result.failure === undefined ? exitCodes.ok : failWith(result.failure, "logs", json, surroundings);
}

/** Resumes a broken stream where it broke; reports that the daemon is gone, and waits for it. */
async function follow(
  api: Api,
  show: (entry: ApiLogEntry) => void,
  json: boolean,
  surroundings: Surroundings,
): Promise<number> {
  const ending = new AbortController();
  using stopping = stopSignal(surroundings.signals, surroundings.exitAtOnce);
  void stopping.received.then(() => ending.abort());
  let last = fromTheBeginning;
  let seen = false;
  let reported = false;
  while (!ending.signal.aborted) {
    const { failure, last: reached } = await watch(api, last, ending.signal, show);
    const gone = failure?.error.code === "unreachable";
    if (failure !== undefined && !(seen && gone)) return failWith(failure, "logs", json, surroundings);
    if (gone && !reported) surroundings.err(`bootlace logs: ${inertText(failure.error.message)}; waiting for it\n`);
    reported = gone;
    seen = true;
    // Without the pause, a stream that breaks before its first event would be requested in a tight loop.
    if (reached === last) await delay(pause, undefined, { signal: ending.signal }).catch(() => {});
    last = reached;
  }
  return exitCodes.ok;
}

interface Watched {
  /** Id of the last event read. */
  readonly last: string;
  readonly failure?: ApiFailure;
}

/** @param onCaughtUp called when all that was kept has been read */
async function watch(
  api: Api,
  after: string,
  signal: AbortSignal,
  show: (entry: ApiLogEntry) => void,
  onCaughtUp: () => void = () => {},
): Promise<Watched> {
  let last = after;
  const opened = await api.openEvents("/api/v1/events?names=log", { "last-event-id": after }, signal);
  if (!opened.ok) return signal.aborted ? { last } : { last, failure: opened };
  try {
    for await (const part of readEvents(opened.value.body ?? new ReadableStream())) {
      if ("comment" in part) {
        if (part.comment === "up to date") onCaughtUp();
        continue;
      }
      last = part.id;
      if (part.name === "log") show(JSON.parse(part.data) as ApiLogEntry);
    }
  } catch (error) {
    if (!signal.aborted && error instanceof SyntaxError) throw error;
  }
  return { last };
}

function print(entry: ApiLogEntry, level: Level, json: boolean, surroundings: Surroundings): void {
  if (json) {
    printJson(surroundings, { ...entry });
    return;
  }
  const { colour, columns } = terminalOf(surroundings);
  const formatTime = columns === undefined ? localTime : clockTime;
  const form = { time: formatTime(Date.parse(entry.at)), colour, level };
  surroundings.out(prettyLines(recordOf(entry), columns === undefined ? form : { ...form, columns: columns() }));
}

/** These are shown in quotes. */
const quotedLater: ReadonlySet<string> = new Set(["file", "target", "bootFile", "rule", "host"]);

/** The record that the entry was made from, without terminal control characters. */
function recordOf({ message, brief, details, fields, ...entry }: ApiLogEntry): LogRecord {
  const inert = Object.entries(fields ?? {}).map(([name, value]) => [
    name,
    typeof value === "string" && !quotedLater.has(name) ? inertText(value) : value,
  ]);
  return {
    ...entry,
    message: inertText(message),
    fields: Object.fromEntries(inert),
    ...(brief === undefined ? {} : { brief: inertText(brief) }),
    ...(details === undefined ? {} : { details: details.map(inertText) }),
  } as LogRecord;
}
