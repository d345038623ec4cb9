import { createSocket, type Socket } from "node:dgram";
import { request } from "node:http";
import type { ServerResult } from "../events/event.ts";

/** A file on a server that is not this one. */
export interface FileElsewhere {
  /** IPv4 address, or the host of the URL. */
  readonly server: string;
  /** A name for TFTP, or an http: URL. */
  readonly file: string;
}

export interface AskTimes {
  /** Milliseconds between two requests by TFTP. */
  readonly again: number;
  readonly tries: number;
}

const usual: AskTimes = { again: 1_000, tries: 3 };

/** Asks whether a server would send the file, and takes no more of it than one packet. Never rejects. */
export function askFileServer(wanted: FileElsewhere, times = usual, port = 69): Promise<ServerResult> {
  return /^http:/i.test(wanted.file) ? askByHttp(wanted.file, times) : askByTftp(wanted, times, port);
}

/** HEAD: status 200 or so is the file, 404 is none. */
function askByHttp(url: string, { again, tries }: AskTimes): Promise<ServerResult> {
  return new Promise((resolve) => {
    try {
      const asked = request(url, { method: "HEAD", agent: false, timeout: again * tries });
      asked.on("response", (response) => {
        response.resume();
        resolve((response.statusCode ?? 500) < 400 ? "serves" : "no-file");
      });
      asked.on("timeout", () => asked.destroy());
      asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "refused" : "down"));
      asked.end();
    } catch {
      resolve("down");
    }
  });
}

/** A read request that is broken off with the first reply (RFC 1350); the reply comes from a port of its own. */
async function askByTftp(wanted: FileElsewhere, times: AskTimes, port: number): Promise<ServerResult> {
  const heard = await listened(wanted, times, port);
  return heard ?? ((await isClosed(wanted, times, port)) ? "refused" : "down");
}

function readRequest(file: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(0, 1), Buffer.from(`${file}\0octet\0tsize\x000\0`, "latin1")]);
}

const refusal = Buffer.concat([Uint8Array.of(0, 5, 0, 0), Buffer.from("only asked\0")]);

function listened({ server, file }: FileElsewhere, times: AskTimes, port: number): Promise<ServerResult | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = repeated(
      socket,
      times,
      () => socket.send(readRequest(file), port, server),
      () => done(undefined),
    );
    function done(result: ServerResult | undefined): void {
      end();
      socket.close();
      resolve(result);
    }
    socket.on("error", () => done(undefined));
    socket.on("message", (message, sender) => {
      if (sender.address !== server) return;
      const isError = message[1] === 5;
      if (isError) done("no-file");
      else socket.send(refusal, sender.port, sender.address, () => done("serves"));
    });
  });
}

/** Only a connected socket hears that a port is closed (ICMP). */
function isClosed({ server, file }: FileElsewhere, times: AskTimes, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    let end = () => {};
    const done = (closed: boolean) => {
      end();
      socket.close();
      resolve(closed);
    };
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code === "ECONNREFUSED"));
    socket.connect(port, server, () => {
      end = repeated(
        socket,
        { ...times, tries: 2 },
        () => socket.send(readRequest(file)),
        () => done(false),
      );
    });
  });
}

/** @returns what ends it */
function repeated(socket: Socket, { again, tries }: AskTimes, send: () => void, onSilence: () => void): () => void {
  let left = tries;
  const next = () => {
    if (left-- > 0) send();
    else onSilence();
  };
  const timer = setInterval(next, again);
  socket.unref();
  next();
  return () => clearInterval(timer);
}
