import type { HttpBootEvent, HttpBootRequest } from "@bootlace/http-boot";
import type { TftpEvent, TransferRef } from "@bootlace/tftp-serve";
import { plainName } from "../../src/catalogue/file-role.ts";
import type { ApplianceEvent } from "../../src/events/event.ts";
import type { Trail } from "./trail-file.ts";

export interface TransfersRoom {
  readonly client: Trail["client"];
  readonly server: string;
  readonly now: () => number;
  /** When the trail begins, in milliseconds. */
  readonly start: number;
  readonly at: (second: number, run: () => void) => void;
  readonly report: (event: ApplianceEvent) => void;
  readonly isIpxe: () => boolean;
  /** Looks at the file, too. */
  readonly sizeOf: (name: string) => number;
  readonly lookForNamesakes: (name: string) => void;
}

/** Plays one request for a file by either protocol, as both servers report it. */
export function createTransfers(room: TransfersRoom) {
  const { client, server, now, start: day, at, report, isIpxe, sizeOf, lookForNamesakes } = room;
  let ids = 0;

  function tftp(file: string, how: string, start: number): void {
    const caller = { address: client.address, port: 2000 + ids, localAddress: server, localPort: 69 };
    const tell = (event: TftpEvent) => report({ kind: "tftp", event });
    if (/^(ERROR 1|permission-denied|outside-root|client-not-allowed)/.test(how)) {
      const reason = how.startsWith("ERROR") ? "missing" : (how as "permission-denied");
      if (how.startsWith("ERROR")) lookForNamesakes(file);
      const detail = how === "ERROR 1 ELOOP" ? "ELOOP" : undefined;
      if (how === "client-not-allowed")
        tell({ type: "refused", time: now(), client: caller, file, reason: how, code: undefined, detail });
      else tell({ type: "not-found", time: now(), client: caller, file, reason, code: 1, detail });
      return;
    }
    const size = sizeIn(how) ?? sizeOf(file);
    const transfer: TransferRef = { id: ++ids, direction: "read", client: caller, file, mode: "octet" };
    const figures = (bytes: number) => ({
      bytes,
      size,
      blocks: 1,
      retransmissions: 0,
      timeouts: 0,
      ms: now() - day - start * 1000,
    });
    tell({ type: "start", time: now(), transfer, requested: [] });
    tell({
      type: "negotiated",
      time: now(),
      transfer,
      size,
      blockSize: 1468,
      windowSize: 1,
      timeout: undefined,
      acknowledged: [],
    });
    const abort = (bytes: number, reason: Extract<TftpEvent, { type: "aborted" }>["reason"]) => {
      const error = reason === "client-error" ? { code: 0, message: "aborted" } : undefined;
      tell({ type: "aborted", time: now(), transfer, figures: figures(bytes), reason, error, detail: undefined });
    };
    const got = bytesIn(how);
    if (how.startsWith("size only")) tell({ type: "probe", time: now(), transfer, size, ms: 1 });
    else if (how.startsWith("all"))
      at(start + (paceOf(how, size) ?? 0.05), () =>
        tell({
          type: "done",
          time: now(),
          transfer,
          figures: figures(size),
          blockSize: 1468,
          windowSize: 1,
          confirmed: true,
        }),
      );
    else {
      at(start + 1, () => tell({ type: "progress", time: now(), transfer, figures: figures(got) }));
      if (how.startsWith("loses")) at(start + 20, () => abort(0, "timeout"));
      else if (how.startsWith("stops")) at(start + 25, () => abort(got, got === 0 ? "unanswered" : "timeout"));
      else if (how.startsWith("ERROR of client")) at(start + 1.5, () => abort(got, "client-error"));
      else if (how.startsWith("daemon stops")) at(start + 1.5, () => abort(got, "stopped"));
      else if (how.startsWith("limit")) at(start + 1.5, () => abort(got, "lifetime"));
      else if (!how.startsWith("goes on")) throw new Error(how);
    }
  }

  function http(target: string, how: string, start: number): void {
    const [path = ""] = target.split("?", 1);
    const file = plainName(decodeURIComponent(path));
    const method = how.startsWith("size only") ? "HEAD" : "GET";
    const caller = { address: client.address, port: 3000 + ids, localAddress: server, localPort: 8069 };
    const userAgent =
      /by (.+)$/.exec(how)?.[1] ??
      client.agent ??
      (client.http === true && !isIpxe() ? "UefiHttpBoot/1.0" : "iPXE/1.21.1");
    const mac = /[?&]mac=([0-9a-f:]+)/.exec(target)?.[1];
    const request: HttpBootRequest = { id: ++ids, time: now(), client: caller, method, target, file, userAgent, mac };
    const tell = (event: HttpBootEvent) => report({ kind: "http", event });
    if (/^(404|ERROR)/.test(how)) {
      lookForNamesakes(file);
      tell({
        type: "refused",
        time: now(),
        client: caller,
        request,
        reason: "missing",
        status: 404,
        detail: undefined,
      });
      return;
    }
    const size = sizeIn(how) ?? sizeOf(file);
    const got = bytesIn(how);
    const range = how.startsWith("range") ? { first: 0, last: Math.max(0, got - 1) } : undefined;
    const ms = () => now() - day - start * 1000;
    const done = (bytes: number) => {
      const answer = { status: range ? 206 : 200, confirmed: true, bytes, size, range, ms: ms() };
      tell({ type: "done", time: now(), request, ...answer });
    };
    if (how.startsWith("size only") || range !== undefined) {
      done(range === undefined ? 0 : got);
      return;
    }
    // Of a small body the server says nothing before it knows that all of it arrived.
    const late = /known ([\d.]+) s late/.exec(how)?.[1];
    if (late !== undefined) {
      const answer = { status: 200, confirmed: true, bytes: size, size, range, ms: 5 };
      at(start + Number(late), () => tell({ type: "done", time: now(), request, ...answer }));
      return;
    }
    tell({ type: "start", time: now(), request, size, range });
    if (how.startsWith("all")) {
      at(start + (paceOf(how, size) ?? 0.05), () => done(size));
      return;
    }
    at(start + 1, () => tell({ type: "progress", time: now(), request, bytes: got, total: size, ms: ms() }));
    const abort = (reason: Extract<HttpBootEvent, { type: "aborted" }>["reason"]) =>
      tell({
        type: "aborted",
        time: now(),
        request,
        reason,
        status: 200,
        bytes: got,
        size,
        range,
        ms: ms(),
        detail: undefined,
      });
    if (how.startsWith("closes"))
      at(start + Number(/ in ([\d.]+) s/.exec(how)?.[1] ?? 1.5), () => abort("client-closed"));
    else if (how.startsWith("gone")) at(start + 61, () => abort("timeout"));
    else if (how.startsWith("limit")) at(start + 1.5, () => abort("lifetime"));
    else if (how.startsWith("daemon stops")) at(start + 1.5, () => abort("stopped"));
    else if (!how.startsWith("goes on")) throw new Error(how);
  }

  return { tftp, http };
}

function sizeIn(how: string): number | undefined {
  const size = / of (\d+)/.exec(how)?.[1];
  return size === undefined ? undefined : Number(size);
}

function bytesIn(how: string): number {
  return Number(/(?:after|range) (\d+)/.exec(how)?.[1] ?? 0);
}

function paceOf(how: string, size: number): number | undefined {
  const rate = /at (\d+) bytes\/s/.exec(how)?.[1];
  return rate === undefined ? undefined : size / Number(rate);
}
