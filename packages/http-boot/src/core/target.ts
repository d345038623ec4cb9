/** What a request target names, or why it names nothing. */
export type Target =
  | {
      readonly ok: true;
      /** Decoded path without slash in front; no empty or `.` segments. `..` is left for the resolver to refuse. */
      readonly file: string;
      /** What follows `?`, as sent. */
      readonly query: string | undefined;
    }
  | { readonly ok: false; readonly reason: "bad-path" | "target-too-long" | "other-host"; readonly detail?: string };

export const longestTarget = 2048;
const longestPath = 1024;

/**
 * Reads a request target (RFC 9112 section 3.2). Escapes are decoded once; double slashes, which shim and pxelinux
 * write, count as one.
 * @param localAddress our own address on this connection: in absolute form no other host is served
 */
export function readTarget(target: string, localAddress: string): Target {
  if (target.length > longestTarget) return { ok: false, reason: "target-too-long" };
  let rest = target;
  if (!target.startsWith("/")) {
    const absolute = /^https?:\/\/(?:[^/?#@]*@)?([^/?#:]*)(?::\d*)?(.*)$/is.exec(target);
    if (absolute === null) return { ok: false, reason: "bad-path", detail: "neither a path nor a URL" };
    const [, host = "", behind = ""] = absolute;
    if (host !== localAddress) return { ok: false, reason: "other-host", detail: host };
    rest = behind;
  }
  const end = rest.search(/[?#]/);
  const path = end === -1 ? rest : rest.slice(0, end);
  const query = end !== -1 && rest[end] === "?" ? rest.slice(end + 1).replace(/#.*$/s, "") : undefined;
  const relative = query !== undefined && relativeToQuery.test(query);
  const decoded = decode(relative ? `${path}?${query}` : path);
  if (decoded === undefined) return { ok: false, reason: "bad-path", detail: "an escape that is not UTF-8" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x1f\x7f]/.test(decoded)) return { ok: false, reason: "bad-path", detail: "control characters" };
  if (decoded.length > longestPath) return { ok: false, reason: "bad-path", detail: "longer than a path may be" };
  return { ok: true, file: tidy(decoded), query: relative ? undefined : query };
}

/**
 * PXELINUX replaces what follows the last `:` or `/` of its boot file's name by the names of its own files. In a URL with a
 * MAC address as its query that is the last part of the address: such a name is a file of its own, and not the first one.
 */
const relativeToQuery = /(?:^|&)mac=(?:[0-9a-f]{2}(?::|%3a)){5}[^&]*?(?:[./]|%2f)/i;

function decode(path: string): string | undefined {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function tidy(path: string): string {
  if (!/\/\/|\/\.(\/|$)/.test(path)) return path.slice(path.startsWith("/") ? 1 : 0);
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  const folder = segments.length > 0 && /\/\.?$/.test(path);
  return segments.join("/") + (folder ? "/" : "");
}
