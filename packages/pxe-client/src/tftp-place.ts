import { parseIpv4 } from "@bootlace/dhcp-core";

/** Where a file of TFTP is. */
export interface TftpPlace {
  readonly server: string;
  readonly port: number;
  readonly file: string;
}

/**
 * Where a boot file name leads: a name, to the server of the reply; a `tftp:` URL (RFC 3617), to the server that it names,
 * whose file is asked for without the slash before it, as iPXE does.
 * @returns undefined for a URL without a file, or whose host is not an IPv4 address: the models look up no names
 */
export function tftpPlace(server: string, port: number, file: string): TftpPlace | undefined {
  if (!/^tftp:\/\//i.test(file)) return { server, port, file };
  const url = /^tftp:\/\/(?<host>[^/:?#]+)(?::(?<port>\d{1,5}))?\/+(?<path>[^?#]+)/i.exec(file)?.groups;
  const { host = "", path = "", port: named = port } = url ?? {};
  const asked = Number(named);
  if (parseIpv4(host) === undefined || asked < 1 || asked > 65_535) return undefined;
  const name = decoded(path);
  return name === undefined ? undefined : { server: host, port: asked, file: name };
}

function decoded(path: string): string | undefined {
  try {
    const name = decodeURIComponent(path);
    return name.includes("\0") ? undefined : name;
  } catch {
    return undefined;
  }
}
