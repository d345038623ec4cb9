import type { HttpAbort, HttpRefusal } from "@bootlace/http-boot";
import type { AbortReason, NotServedReason, RefusedReason } from "@bootlace/tftp-serve";
import type { Reason, ReasonFacts } from "./reason.ts";

const putThere = ({ file }: ReasonFacts) =>
  `put the file at ${file ?? "this path"} below the root folder, or name another one in the rule`;

/** A name that is a link, of which the system says `ELOOP`: a file that is missing, by a cause of its own. */
export const linkLoop: Reason = {
  text: "not found (it is a symbolic link that leads in a circle)",
  level: "info",
  verdict: "B10",
  fix: ({ file }) => `mend the link at ${file ?? "this path"}: let it lead to the file, or put the file in its place`,
};

/** The same by both protocols. Each text goes on from "was", too. */
const notServed = {
  missing: { text: "not found", level: "info", verdict: "B10", fix: putThere },
  "is-directory": { text: "not found: this is a folder", level: "info", verdict: "B10", fix: putThere },
  "not-regular": { text: "not served: neither a file nor a folder", level: "warn", verdict: "B10", fix: putThere },
  "permission-denied": {
    text: "not served: no permission to read it",
    level: "warn",
    verdict: "B10",
    fix: "give the user Bootlace runs as permission to read it",
  },
  "outside-root": {
    text: "not served: it lies outside the root",
    level: "warn",
    verdict: "B10",
    fix: "copy it into the root folder: links that lead out of it are not followed",
  },
  busy: {
    text: "not served: too much was asked for at once",
    level: "warn",
    verdict: "B06",
    fix: "look in the log for the client that asks so much",
  },
  "no-answer": {
    text: "not served: the storage does not answer",
    level: "warn",
    verdict: "B10",
    fix: "see why the folder that the log names does not answer: a network file system whose server is gone, a failing disk",
  },
  "source-failed": { text: "not served: reading failed", level: "error", verdict: "B10", fix: putThere },
} as const satisfies Partial<Record<NotServedReason, Reason>>;

export const tftpNotFound: Readonly<Record<NotServedReason, Reason>> = {
  ...notServed,
  "bad-name": { text: "not found: no usable name", level: "info", verdict: "B10", fix: putThere },
  "too-large": { text: "not served: too large for this client", level: "warn", verdict: "B10", fix: putThere },
};

const allowSubnet = "add the client's network to subnets in the configuration";

export const tftpRefusals: Readonly<Record<RefusedReason, Reason>> = {
  "client-not-allowed": {
    text: "the client's address is in none of the allowed subnets",
    level: "info",
    verdict: "B06",
    fix: allowSubnet,
  },
  "reserved-port": refusal("debug", "it came from a port that no client uses"),
  malformed: refusal("debug", "the request cannot be read"),
  mode: refusal("info", "only the modes octet and netascii are served"),
  "write-refused": refusal("warn", "uploads are not allowed"),
  exists: refusal("info", "the file exists"),
  "no-space": refusal("warn", "no room for the upload"),
  "too-many-transfers": refusal("warn", "all transfers are in use (tftp.maxTransfers)"),
  "too-many-transfers-of-client": refusal("warn", "this client has as many transfers as one client may have"),
  rate: refusal("warn", "too many requests"),
  overdue: refusal("warn", "the disk did not open the file in time; the client will ask again"),
  "port-in-use": refusal("info", "a transfer to this port of the client is running (tftp.singlePort)"),
  "no-descriptor": refusal("warn", "no descriptor is left to open the file; the client will ask again"),
  broadcast: {
    text: "it was sent to a broadcast address, which gets no answer: ask the address of this server",
    level: "info",
    verdict: "B06",
    fix: "name the address of this machine as the TFTP server: the client knows none (siaddr, option 66, next server)",
  },
  stopping: refusal("info", "the server stops"),
};

function refusal(level: Reason["level"], text: string): Reason {
  return { text, level, verdict: "B06", fix: "the line of the log about this request says more" };
}

export const tftpAborts: Readonly<Record<AbortReason, Reason>> = {
  "client-error": { level: "warn", text: "the client gave up" },
  timeout: { level: "warn", text: "the client fell silent", verdict: "B09" },
  unanswered: { level: "info", text: "the client never answered", verdict: "B08" },
  "port-closed": { level: "info", text: "the client closed its port" },
  replaced: { level: "info", text: "the client asked again from the same port" },
  "file-changed": { level: "warn", text: "the file was changed meanwhile" },
  "io-failed": { level: "error", text: "the file could not be read" },
  "no-socket": { level: "warn", text: "the system gives no socket for it; the client will ask again" },
  protocol: { level: "warn", text: "the client does not keep to the protocol" },
  lifetime: { level: "warn", text: "it took too long" },
  evicted: { level: "warn", text: "all transfers were in use, and this one was silent longest" },
  "no-space": { level: "warn", text: "the upload is too large" },
  stopped: { level: "info", text: "the server stops" },
};

export const httpRefusals: Readonly<Record<HttpRefusal, Reason>> = {
  ...notServed,
  "bad-path": refusal("warn", "the path cannot be read"),
  "source-failed": refusal("error", "the file could not be read"),
  method: refusal("info", "only GET and HEAD are served"),
  "other-host": refusal("warn", "the request is for another host"),
  "host-not-allowed": {
    text: "the client asked for a host name that is not served",
    level: "warn",
    verdict: "B06",
    fix: "write the address of this machine in the URL, or add the name to http.allowedHosts",
  },
  body: refusal("warn", "the request carries a body"),
  "target-too-long": refusal("warn", "the URL is too long"),
  "headers-too-large": refusal("warn", "the headers are too large"),
  "blank-in-target": {
    text: "the name in the URL has a blank in it: write %20 in its place",
    level: "warn",
    verdict: "B06",
    fix: "write %20 for the blank, in the script or the configuration that names this file",
  },
  tls: {
    text: "the client asked by HTTPS, and this port serves HTTP",
    level: "warn",
    verdict: "B06",
    fix: "write http:// in the URL: boot files are served by HTTP only",
  },
  malformed: refusal("warn", "the request cannot be read"),
  "too-many-waiting": refusal("warn", "too many requests wait on one connection"),
  "request-timeout": refusal("info", "the request did not arrive in time"),
  "malformed-range": refusal("warn", "the range cannot be read"),
  "range-not-satisfiable": refusal("warn", "the range lies behind the end of the file"),
  "precondition-failed": refusal("info", "the file is not the one the client has a part of"),
  "client-not-allowed": {
    text: "the client is in none of the subnets served",
    level: "warn",
    verdict: "B06",
    fix: allowSubnet,
  },
  "too-many-connections": refusal("warn", "all connections are in use (http.maxConnections)"),
  "too-many-connections-of-client": refusal(
    "warn",
    "all connections of this client are in use (http.maxConnectionsPerClient)",
  ),
  stopping: refusal("info", "the server stops"),
};

export const httpAborts: Readonly<Record<HttpAbort, Reason>> = {
  "client-closed": { level: "info", text: "the client closed the connection" },
  timeout: { level: "warn", text: "the client took nothing any more" },
  lifetime: { level: "warn", text: "the client was too slow" },
  "file-changed": { level: "warn", text: "the file was changed meanwhile" },
  "io-failed": { level: "error", text: "the file could not be read" },
  stopped: { level: "info", text: "the server stops" },
};
