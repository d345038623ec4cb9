import { addressesOf } from "@bootlace/dhcp-core";
import type { BootClient } from "@bootlace/proxy-dhcp";

/**
 * Fills the folder of a rule for one client: the MAC address with dashes, as PXELINUX writes it.
 * @param address the IPv4 address from which the client fetches
 * @returns undefined when the client has no such value, or one that cannot be a part of a path
 */
export function clientFolder(template: string, client: BootClient, address: string): string | undefined {
  const values: Readonly<Record<string, string | undefined>> = {
    mac: client.mac === undefined ? undefined : addressesOf(client.mac)?.dashes,
    uuid: client.uuid,
    serial: client.serial,
    ip: address,
  };
  let whole = true;
  const folder = template.replaceAll(/\{(mac|uuid|serial|ip)\}/g, (_all, name: string) => {
    const value = values[name];
    // A value is one name in a path: it may hold neither a separator nor be . or ..
    if (value === undefined || !/^[\w-][\w.-]*$/.test(value)) whole = false;
    return value ?? "";
  });
  return whole ? folder : undefined;
}
