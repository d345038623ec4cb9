import type { Refusal } from "./decide.ts";

/** Endings under which a name in a home or an office is never one of the public DNS (RFC 6762, 6761, 8375 and habit). */
const localEndings = ["", ".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain"];
const longestHost = 300;

/** The names of a machine, as others on its LAN may write them. @param hostname with or without its domain */
export function namesOfMachine(hostname: string): readonly string[] {
  const whole = hostname.toLowerCase();
  const [short = ""] = whole.split(".");
  return ["localhost", whole, ...localEndings.map((ending) => short + ending)];
}

/** The host of a Host header (RFC 9110 section 7.2) in lower case, without port and brackets; undefined for what is none. */
export function hostName(header: string): string | undefined {
  if (header.length > longestHost) return undefined;
  const host = header.toLowerCase();
  if (host.startsWith("[")) {
    const end = host.indexOf("]");
    return end !== -1 && isPort(host.slice(end + 1)) ? host.slice(1, end) : undefined;
  }
  const colon = host.lastIndexOf(":");
  // An IPv6 address without brackets, as some firmware writes it.
  if (colon !== -1 && host.indexOf(":") !== colon) return host;
  const name = colon === -1 ? host : host.slice(0, colon);
  if (colon !== -1 && !isPort(host.slice(colon))) return undefined;
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

/** A colon and digits, or nothing: `Host: 192.168.11.109:` was seen. */
function isPort(text: string): boolean {
  return text === "" || /^:\d{0,5}$/.test(text);
}

/**
 * The fault in how a request names its host (RFC 9112 section 3.2). A page whose own name was made to lead to this server (DNS
 * rebinding) sends that name: addresses are safe, whichever they are, and so are the names that are known.
 * @param raw headers, names and values in turns
 */
export function hostFault(
  httpVersion: string,
  host: string | undefined,
  raw: readonly string[],
  isServed: (name: string) => boolean,
): Refusal | undefined {
  let hosts = 0;
  for (let at = 0; at < raw.length; at += 2) if (raw[at]?.length === 4 && raw[at]?.toLowerCase() === "host") hosts++;
  if (hosts > 1) return { reason: "malformed", detail: "two Host headers" };
  if (host === undefined || host === "") {
    const missing = httpVersion === "1.1" && host === undefined;
    return missing ? { reason: "malformed", detail: "no Host header: HTTP/1.1 wants one" } : undefined;
  }
  const name = hostName(host);
  if (name === undefined) return { reason: "malformed", detail: "the Host header cannot be read" };
  return isServed(name) ? undefined : { reason: "host-not-allowed", detail: name };
}
