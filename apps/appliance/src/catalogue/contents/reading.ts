import { pathFrom } from "@bootlace/boot-image";
import type { FileNeed } from "../file-facts.ts";

export { pathFrom };

/** Where a configuration was read, as far as that decides what its names mean. */
export interface ReadContext {
  /** The file's own path below the root, in plain form. */
  readonly path: string;
  /** Whether a host, as a file writes it, is this server; without it, none is. */
  readonly isOwnHost?: (host: string) => boolean;
  /** Ports on which this server serves files by HTTP; another one on this host is another server. Without it, any is ours. */
  readonly ownHttpPorts?: readonly number[];
  /** The folder from which the loader counts names, in plain form, where the path of the file does not show it. */
  readonly folder?: string;
}

/** Stands in a host for an address that the loader fills in and that is ours. */
export const ownServer = "\u0001";
/** Stands in a name for what only the client knows. */
export const unknownPart = "\u0002";

export type Where = Pick<FileNeed, "path" | "host" | "tls" | "san">;

export function isOwn(host: string, { isOwnHost }: ReadContext): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === ownServer || isOwnHost?.(name) === true;
}

/** The folder of a path in plain form; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * The folder from which a loader counts names: `X` for `X/pxelinux.cfg/default`, for other files their own folder,
 * unless the context says otherwise.
 */
export function loaderFolder({ path, folder }: ReadContext): string {
  const own = folderOf(path);
  return folder ?? (/(^|\/)pxelinux\.cfg$/i.test(own) ? folderOf(own) : own);
}

/**
 * Where a loader looks for a file on a server. Nothing is known where a part of the name is not.
 * @param scheme `http` where the port decides as well, which is 80 when none is written
 */
export function on(host: string, path: string, context: ReadContext, scheme?: string): Where {
  if (host.includes(unknownPart)) return {};
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 80);
  const otherPort = scheme === "http" && context.ownHttpPorts?.includes(port) === false;
  if (otherPort || !isOwn(host, context)) return { host: host.replaceAll(ownServer, "next-server") };
  return path.includes(unknownPart) ? {} : { path: pathFrom("", path) };
}

/** What a URL with https to this server leads to. */
export function overTls(host: string, { ownHttpPorts = [] }: ReadContext): Where {
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 443);
  const tls = ownHttpPorts.includes(port) ? "plain-port" : "other-port";
  return { host: host.replaceAll(ownServer, "next-server"), tls };
}

/** The parts of a URL; undefined for other names. */
export function readUrl(
  name: string,
): { readonly scheme: string; readonly host: string; readonly path: string } | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/?#]*)([^?#]*)/i.exec(name);
  if (match === null) return undefined;
  const [, scheme = "", host = "", path = ""] = match;
  return { scheme: scheme.toLowerCase(), host, path: percentDecoded(path) };
}

export function percentDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A name as people wrote it, where variables had been filled in. */
export function needAt(
  line: number,
  role: FileNeed["role"],
  name: string,
  where: Where,
  { optional = false, entry, otherwise }: { optional?: boolean; entry?: string | undefined; otherwise?: string[] } = {},
): FileNeed {
  const nowhere = where.path === undefined && where.host === undefined;
  return {
    name,
    ...where,
    role,
    // What is not known to be fetched cannot be missed.
    optional: optional || nowhere,
    ...(entry === undefined ? {} : { entry }),
    ...(otherwise === undefined || otherwise.length === 0 ? {} : { otherwise }),
    line,
  };
}

/** More than any configuration names. */
export const mostNeeds = 2000;
/** A line that is longer is none of a configuration. */
export const longestLine = 16 * 1024;

/** The lines of a text, without those that no loader would read. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => (line.length > longestLine ? "" : line));
}
