import type { ByteRange, HttpBootEvent, HttpBootRequest } from "@bootlace/http-boot";
import type { TftpEvent } from "@bootlace/tftp-serve";
import { clip } from "./read-dhcp.ts";
import type { FileFact } from "./step.ts";

/** What one event of a file server says about a boot. */
export interface FileSighting {
  /** The object that all events about one transfer share; absent when the request got no transfer. */
  readonly transfer?: object;
  readonly address: string;
  /** Whom an HTTP URL of ours names. */
  readonly mac?: string;
  /** When the request came, and when its answer was whole: what is known may be known late. Unix milliseconds. */
  readonly asked?: number;
  readonly over?: number;
  readonly fact: Omit<FileFact, "role">;
}

/** Undefined: the event is about no file of a client. */
export function readTftp(event: TftpEvent): FileSighting | undefined {
  switch (event.type) {
    case "start":
    case "negotiated":
    case "progress":
    case "probe":
    case "done":
    case "aborted": {
      const { transfer } = event;
      if (transfer.direction === "write") return undefined;
      const fact = { kind: "file", protocol: "tftp", file: clip(transfer.file), ...progressOf(event) } as const;
      return { transfer, address: transfer.client.address, fact };
    }
    case "not-found": {
      const { client, file, reason, code, detail } = event;
      return {
        address: client.address,
        fact: {
          kind: "file",
          protocol: "tftp",
          file: clip(file),
          outcome: "not-found",
          reason,
          code,
          bytes: 0,
          ...withDetail(detail),
        },
      };
    }
    case "refused": {
      const { client, file, reason, detail } = event;
      if (file === undefined) return undefined;
      return {
        address: client.address,
        fact: {
          kind: "file",
          protocol: "tftp",
          file: clip(file),
          outcome: "refused",
          reason,
          bytes: 0,
          ...withDetail(detail),
        },
      };
    }
    default:
      return undefined;
  }
}

type Progress = Pick<FileFact, "outcome" | "bytes"> & Partial<FileFact>;
type TransferEvent = Extract<TftpEvent, { type: "start" | "negotiated" | "progress" | "probe" | "done" | "aborted" }>;

function progressOf(event: TransferEvent): Progress {
  switch (event.type) {
    case "start":
      return { outcome: "running", bytes: 0 };
    case "negotiated": {
      const { blockSize, windowSize, size } = event;
      return { outcome: "running", bytes: 0, blockSize, windowSize, ...(size === undefined ? {} : { size }) };
    }
    case "progress":
      return { outcome: "running", ...figures(event.figures) };
    case "probe":
      return { outcome: "probe", bytes: 0, size: event.size, ms: event.ms };
    case "done": {
      const reason = event.confirmed ? {} : { reason: "unconfirmed" as const };
      return { outcome: "done", ...figures(event.figures), ms: event.figures.ms, ...reason };
    }
    case "aborted": {
      const said = event.error === undefined ? event.detail : `${event.error.code} ${event.error.message}`;
      return {
        outcome: "aborted",
        ...figures(event.figures),
        ms: event.figures.ms,
        reason: event.reason,
        ...withDetail(said),
      };
    }
  }
}

function figures({ bytes, size, retransmissions, timeouts }: Extract<TftpEvent, { type: "done" }>["figures"]) {
  return { bytes, size, retransmissions, timeouts };
}

function withDetail(detail: string | undefined): { detail?: string } {
  return detail === undefined ? {} : { detail: clip(detail) };
}

/** Undefined: the event is about no file of a client. */
export function readHttp(event: HttpBootEvent): FileSighting | undefined {
  switch (event.type) {
    case "start":
    case "progress":
    case "done":
    case "aborted": {
      const { request } = event;
      const fact = { ...httpFile(request), ...httpProgress(event) } as const;
      return { transfer: request, ...from(request.client.address, request.mac), ...momentsOf(event), fact };
    }
    case "refused": {
      const { request, client, reason, status, detail } = event;
      if (request === undefined) return undefined;
      const missing = status === 404 || reason === "permission-denied" || reason === "not-regular";
      const outcome = missing ? "not-found" : "refused";
      const fact = { ...httpFile(request), outcome, reason, code: status } as const;
      return { ...from(client.address, request.mac), fact: { ...fact, bytes: 0, ...withDetail(detail) } };
    }
    default:
      return undefined;
  }
}

function httpFile({ file, userAgent }: HttpBootRequest) {
  const agent = userAgent === undefined ? {} : { agent: clip(userAgent) };
  return { kind: "file", protocol: "http", file: clip(file), ...agent } as const;
}

function httpProgress(event: Extract<HttpBootEvent, { type: "start" | "progress" | "done" | "aborted" }>): Progress {
  switch (event.type) {
    case "start":
      return { outcome: "running", bytes: 0, size: event.size, ...withTotal(event.range) };
    case "progress":
      return { outcome: "running", bytes: event.bytes };
    case "done": {
      const { status: code, bytes, size, ms } = event;
      // HEAD and a range get the size or a part; only a whole body is a file.
      const whole = event.request.method !== "HEAD" && (event.range === undefined || event.range.last === size - 1);
      const reason = event.confirmed ? {} : { reason: "unconfirmed" as const };
      return { outcome: whole ? "done" : "probe", code, bytes, size, ms, ...reason };
    }
    case "aborted": {
      const { reason, status: code, bytes, size, ms, detail } = event;
      return { outcome: "aborted", reason, code, bytes, size, ms, ...withDetail(detail) };
    }
  }
}

/** The server hears late that the client has the last bytes, and the client may have gone on by then. */
function momentsOf(event: Extract<HttpBootEvent, { type: "start" | "progress" | "done" | "aborted" }>) {
  const asked = Math.min(event.request.time, event.time);
  return event.type === "done" ? { asked, over: Math.min(asked + event.ms, event.time) } : { asked };
}

function withTotal(range: ByteRange | undefined): { total?: number } {
  return range === undefined ? {} : { total: range.last - range.first + 1 };
}

function from(address: string, mac: string | undefined): { address: string; mac?: string } {
  return mac === undefined ? { address } : { address, mac };
}
