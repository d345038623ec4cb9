import { fileURLToPath } from "node:url";
import type { Host } from "../namespaces.ts";
import { start } from "../processes.ts";
import type { HostileSite } from "./attack.ts";
import { SERVER } from "./site.ts";

const PROGRAM = fileURLToPath(new URL("../../tools/forge.pl", import.meta.url));

/** Datagrams whose sender is made up. */
export interface Forged {
  readonly kind: "netascii" | "missing" | "present" | "discover" | "discover-here" | "pxe";
  /** Datagrams a second. */
  readonly rate: number;
  /** As many at once before. */
  readonly burst?: number;
  /** Another one for each datagram where it is absent; `near`: another one of the LAN. */
  readonly sender?: string;
  /** Another one for each datagram where it is absent. */
  readonly mac?: string;
  /** The same. */
  readonly port?: number;
  /** Who sends it; the attacker, where it is absent. */
  readonly from?: (site: HostileSite) => Host;
  /** Where it is sent to; the server's address on the LAN where it is absent. */
  readonly server?: string;
}

/** Sends until the returned function is called. */
export async function forge(site: HostileSite, forged: Forged): Promise<() => Promise<void>> {
  const { kind, rate, burst = 0, sender = "invented", mac = "invented", port = 0, server = SERVER } = forged;
  const host = forged.from?.(site) ?? site.attacker;
  const args = [PROGRAM, kind, server, "eth0", String(rate), String(burst), sender, mac, String(port)];
  const program = start(site.lab, host.netns, { name: `${kind}-${rate}-${sender}`, command: "/usr/bin/perl", args });
  await program.output.until(/begun/, 20);
  return async () => void (await program.stop("SIGKILL"));
}
