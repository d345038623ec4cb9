import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import type { OneTimeBootAction } from "./one-time-boot.ts";

/** Whether this server sees when a one-time boot is over: by the file that it names. */
export function isServedHere(
  { ignore, server, file, url, script, image }: OneTimeBootAction,
  client: BootClient,
  served: readonly ServedInterface[],
): boolean {
  if (ignore === true || client.firmware === "raspberry-pi") return false;
  const isOurs = (address: string) => served.some((iface) => iface.address === address);
  if (server !== undefined && !isOurs(server)) return false;
  if (image !== undefined) return true;
  const wanted = script ?? file ?? url ?? "";
  const host = /^[a-z]+:\/\/([^/:]+)/i.exec(wanted)?.[1];
  return host === undefined || host === "{address}" || isOurs(host);
}
