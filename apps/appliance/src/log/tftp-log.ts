import { quote } from "@bootlace/dhcp-core";
import type { TftpClient, TftpEvent, TransferRef } from "@bootlace/tftp-serve";
import { textOf } from "../catalogue/reasons/reason.ts";
import { detailText, reasons } from "../catalogue/reasons/table.ts";
import type { EventCode } from "../events/codes.ts";
import type { Level, LogRecord } from "../events/record.ts";

type Of<T extends TftpEvent["type"]> = Extract<TftpEvent, { type: T }>;
type Passes = (key: string, now: number) => boolean;

/** The log record of an event of the TFTP server; undefined when there is none. */
export function tftpRecord(event: TftpEvent, passes: Passes): LogRecord | undefined {
  switch (event.type) {
    case "listening":
      return plain("info", "tftp.listening", `listening on ${event.address} port ${event.port}`, local(event));
    case "unlistening":
      return plain("debug", "tftp.unlistening", `no longer on ${event.address} port ${event.port}`, local(event));
    case "listen-failed":
      // Logged by port-log.ts, once it has found the process that holds the port.
      return undefined;
    case "stopped":
      return undefined;
    case "start": {
      const options = event.requested.map(([name, value]) => `${name}=${value}`).join(" ");
      const message = `${who(event.transfer)}: requested${options === "" ? " without options" : ` with ${quote(options)}`}`;
      return plain("debug", "tftp.start", message, {
        ...tftpRef(event.transfer),
        requested: Object.fromEntries(event.requested),
      });
    }
    case "negotiated": {
      const { blockSize, windowSize, size } = event;
      const message = `${who(event.transfer)}: blksize ${blockSize}, windowsize ${windowSize}, ${size ?? "?"} bytes to send`;
      return plain("debug", "tftp.negotiated", message, { ...tftpRef(event.transfer), blockSize, windowSize, size });
    }
    case "progress": {
      const { bytes, size } = event.figures;
      return plain("debug", "tftp.progress", `${who(event.transfer)}: ${bytes} of ${size} bytes`, {
        ...tftpRef(event.transfer),
        bytes,
        size,
      });
    }
    case "probe": {
      const message = `${who(event.transfer)}: size requested, ${event.size} bytes`;
      return plain("debug", "tftp.probe", message, { ...tftpRef(event.transfer), size: event.size });
    }
    case "done":
      return doneRecord(event);
    case "aborted":
      return abortedRecord(event, passes);
    case "not-found":
      return notFoundRecord(event);
    case "refused":
      return refusedRecord(event, passes);
    case "send-failed": {
      if (!passes(`send ${event.client.address} ${event.code}`, event.time)) return undefined;
      const message = `${event.client.address}: a datagram could not be sent: ${event.code}`;
      return plain("warn", "tftp.send-failed", message, { ...client(event.client), code: event.code });
    }
  }
}

function doneRecord(event: Of<"done">): LogRecord {
  const { transfer, figures, blockSize, windowSize, confirmed } = event;
  const seconds = (figures.ms / 1000).toFixed(3);
  const verb = transfer.direction === "read" ? "" : " received";
  const extra = [`blksize ${blockSize}`];
  if (windowSize > 1) extra.push(`windowsize ${windowSize}`);
  if (figures.retransmissions > 0) extra.push(`${figures.retransmissions} sent again`);
  if (!confirmed) extra.push("last block not acknowledged");
  const message = `${who(transfer)}: ${figures.bytes} bytes${verb} in ${seconds} s, ${formatRate(figures.bytes, figures.ms)} (${extra.join(", ")})`;
  return plain("info", "tftp.done", message, {
    ...tftpRef(transfer),
    bytes: figures.bytes,
    seconds: figures.ms / 1000,
    bytesPerSecond: figures.ms > 0 ? Math.round((figures.bytes * 1000) / figures.ms) : undefined,
    blockSize,
    windowSize,
    retransmissions: figures.retransmissions,
    confirmed,
  });
}

/** Bytes per milliseconds as kB/s or MB/s (powers of ten). */
function formatRate(bytes: number, ms: number): string {
  const perSecond = (bytes * 1000) / Math.max(ms, 1);
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(1)} MB/s` : `${(perSecond / 1e3).toFixed(1)} kB/s`;
}

function abortedRecord(event: Of<"aborted">, passes: Passes): LogRecord {
  const { transfer, figures, reason, error, detail } = event;
  const row = reasons["tftp-aborted"][reason];
  // An error of the system, not of the client: every client hits it again and again.
  const level = reason !== "no-socket" || passes(`${reason} ${detail}`, event.time) ? row.level : "debug";
  const said = error === undefined ? "" : ` with error ${error.code} ${quote(error.message)}`;
  const why = `${textOf(row)}${said}${detailText(detail)}`;
  const message = `${who(transfer)}: stopped after ${figures.bytes} of ${figures.size} bytes: ${why}`;
  return plain(level, "tftp.aborted", message, {
    ...tftpRef(transfer),
    reason,
    error,
    detail,
    bytes: figures.bytes,
    size: figures.size,
  });
}

function notFoundRecord(event: Of<"not-found">): LogRecord {
  const { reason, code, detail } = event;
  const row = reasons["tftp-not-found"][reason];
  const message = `${event.client.address} ${quote(event.file)}: ${textOf(row)}${detailText(detail)}`;
  return plain(row.level, "tftp.not-found", message, {
    ...client(event.client),
    file: event.file,
    reason,
    code,
    detail,
  });
}

function refusedRecord(event: Of<"refused">, passes: Passes): LogRecord {
  const row = reasons["tftp-refused"][event.reason];
  const level = passes(`refused ${event.client.address} ${event.reason}`, event.time) ? row.level : "debug";
  const file = event.file === undefined ? "" : ` ${quote(event.file)}`;
  const { reason, code, detail } = event;
  const fields = { ...client(event.client), file: event.file, reason, code, detail };
  const message = `${event.client.address}${file}: refused: ${textOf(row)}${detailText(detail)}`;
  return plain(level, "tftp.refused", message, fields);
}

function plain(level: Level, event: EventCode, message: string, fields: Record<string, unknown>): LogRecord {
  return { level, scope: "tftp", event, message, fields };
}

function who(transfer: TransferRef): string {
  return `${transfer.client.address} ${quote(transfer.file)}`;
}

/** The fields by which every record of one transfer is known. */
export function tftpRef(transfer: TransferRef) {
  return { transfer: transfer.id, ...client(transfer.client), file: transfer.file };
}

function client({ address, port, localAddress }: TftpClient) {
  return { ip: address, clientPort: port, localAddress };
}

function local({ address, port }: { address: string; port: number }) {
  return { address, port };
}
