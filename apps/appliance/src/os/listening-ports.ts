import { readFile } from "node:fs/promises";
import { parseProcNet } from "./port-holder.ts";

/** TCP_LISTEN. */
const listening: ReadonlySet<string> = new Set(["0A"]);
/** 127.0.0.0/8 and ::1 as either byte order prints them: whoever listens there alone is not reached from outside. */
const loopback = /^(7F[0-9A-F]{6}|[0-9A-F]{6}7F|0{24}(01000000|00000001))$/i;

/**
 * The TCP ports on which the programs of this machine listen for others, from the texts of /proc/net/tcp and tcp6.
 * @returns in ascending order
 */
export function portsListenedOn(tables: readonly string[]): readonly number[] {
  const rows = tables.flatMap((text) => parseProcNet(text, listening));
  const ports = rows.filter(({ localAddress }) => !loopback.test(localAddress)).map(({ port }) => port);
  return [...new Set(ports)].sort((one, other) => one - other);
}

/** The same of now; undefined where the system does not say, as elsewhere than on Linux. */
export async function listeningPorts(folder = "/proc/net"): Promise<readonly number[] | undefined> {
  const texts = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`${folder}/${name}`, "utf8").catch(() => "")));
  return texts[0] === "" ? undefined : portsListenedOn(texts);
}
