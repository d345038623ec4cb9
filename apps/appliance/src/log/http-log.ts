import { quote } from "@bootlace/dhcp-core";
import type { ByteRange, HttpBootEvent, HttpBootRequest } from "@bootlace/http-boot";
import { textOf } from "../catalogue/reasons/reason.ts";
import { detailText, reasons } from "../catalogue/reasons/table.ts";
import type { EventCode } from "../events/codes.ts";
import type { Level, LogRecord } from "../events/record.ts";

type Of<T extends HttpBootEvent["type"]> = Extract<HttpBootEvent, { type: T }>;
type Passes = (key: string, now: number) => boolean;

/** The log record of an event of the HTTP boot server; undefined when there is none. */
export function httpRecord(event: HttpBootEvent, passes: Passes): LogRecord | undefined {
  switch (event.type) {
    case "listening":
      return plain("info", "http.listening", `listening on ${event.address} port ${event.port}`, local(event));
    case "unlistening":
      return plain("debug", "http.unlistening", `no longer on ${event.address} port ${event.port}`, local(event));
    case "listen-failed":
      // Logged by port-log.ts, once it has found the process that holds the port.
      return undefined;
    case "stopped":
      return undefined;
    case "start": {
      const { request, size, range } = event;
      const message = `${who(request)}: sending ${bytesText(range, size)}`;
      return plain("debug", "http.start", message, { ...httpRef(request), size, range });
    }
    case "progress": {
      const { request, bytes, total } = event;
      const message = `${who(request)}: ${bytes} of ${total} bytes`;
      return plain("debug", "http.progress", message, { ...httpRef(request), bytes, total });
    }
    case "done":
      return doneRecord(event);
    case "aborted":
      return abortedRecord(event);
    case "refused":
      return refusedRecord(event, passes);
    case "further": {
      const { address, requests, bytes } = event;
      const statuses = Object.fromEntries(event.statuses);
      const by = [...event.statuses].map(([status, times]) => `${times} × ${status}`).join(", ");
      const message = `${address}: ${requests} more requests, too frequent to log individually: ${bytes} bytes (${by})`;
      return plain("info", "http.further", message, { ip: address, requests, bytes, statuses });
    }
  }
}

function doneRecord({ request, status, confirmed, bytes, size, range, ms }: Of<"done">): LogRecord {
  const fields = { ...httpRef(request), status, confirmed, bytes, size, range, seconds: ms / 1000 };
  // Firmware requests the size before each file: a step, not a transfer.
  if (request.method === "HEAD") {
    return plain("debug", "http.head", `${who(request)}: size requested, ${size} bytes`, fields);
  }
  if (status === 304)
    return plain("debug", "http.not-modified", `${who(request)}: not modified, the client has it`, fields);
  const left = confirmed ? "" : ", the last ones not acknowledged";
  const part = `${range === undefined ? "" : `, ${bytesText(range, size)}`}${left}`;
  const message = `${who(request)}: ${bytes} bytes in ${(ms / 1000).toFixed(3)} s, ${formatRate(bytes, ms)}${part}`;
  return plain("info", "http.done", message, { ...fields, bytesPerSecond: perSecond(bytes, ms) });
}

function perSecond(bytes: number, ms: number): number {
  return Math.round((bytes * 1000) / Math.max(ms, 1));
}

/** Bytes per milliseconds as kB/s or MB/s (powers of ten). */
function formatRate(bytes: number, ms: number): string {
  const rate = perSecond(bytes, ms);
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(1)} MB/s` : `${(rate / 1e3).toFixed(1)} kB/s`;
}

function bytesText(range: ByteRange | undefined, size: number): string {
  return range === undefined ? `${size} bytes` : `bytes ${range.first} to ${range.last} of ${size}`;
}

function abortedRecord({ request, reason, status, bytes, size, range, ms, detail }: Of<"aborted">): LogRecord {
  const row = reasons["http-aborted"][reason];
  const why = `${textOf(row)}${detailText(detail)}`;
  const message = `${who(request)}: stopped after ${bytes} of ${bytesText(range, size)}: ${why}`;
  const fields = { ...httpRef(request), reason, status, bytes, size, range, seconds: ms / 1000, detail };
  return plain(row.level, "http.aborted", message, fields);
}

function refusedRecord({ request, client, reason, status, detail, time }: Of<"refused">, passes: Passes): LogRecord {
  const row = reasons["http-refused"][reason];
  // Each missing file is logged, as a step of a boot; other refusals once a minute per client.
  const reported = reason === "missing" || passes(`http ${client.address} ${reason}`, time);
  const what = request === undefined ? client.address : who(request);
  const fields = request === undefined ? { ip: client.address, clientPort: client.port } : httpRef(request);
  const message = `${what}: ${textOf(row)}${detailText(detail)}`;
  const event = reason === "missing" || reason === "is-directory" ? "http.not-found" : "http.refused";
  return plain(reported ? row.level : "debug", event, message, { ...fields, reason, status, detail });
}

function plain(level: Level, event: EventCode, message: string, fields: Record<string, unknown>): LogRecord {
  return { level, scope: "http", event, message, fields };
}

function who({ client, file, target }: HttpBootRequest): string {
  return `${client.address} ${quote(file === "" ? target : file)}`;
}

/** The fields by which every record of one request is known. */
export function httpRef({ id, client, method, target, file, userAgent, mac }: HttpBootRequest) {
  const { address, port, localAddress } = client;
  return { request: id, ip: address, clientPort: port, localAddress, method, target, file, userAgent, mac };
}

function local({ address, port }: { address: string; port: number }) {
  return { address, port };
}
