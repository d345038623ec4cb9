import { boundedMap } from "@bootlace/boot-source";
import { quote } from "@bootlace/dhcp-core";
import type { TftpEvent } from "@bootlace/tftp-serve";
import type { LogRecord } from "../events/record.ts";

/** Addresses kept in mind. */
const mostClients = 1024;

/**
 * Says, once for each client, that a DHCP server ends option 67 without a NUL: the client takes the options behind it for
 * a part of the name.
 * @param dhcpServerOf the DHCP server that gave an address, as far as it was seen
 */
export function createNameTails(
  dhcpServerOf: (address: string) => string | undefined,
): (event: TftpEvent) => readonly LogRecord[] {
  const reported = boundedMap<string, true>(mostClients);
  return (event) => {
    if (event.type !== "start" || event.transfer.askedFor === undefined) return [];
    const { client, file, askedFor } = event.transfer;
    if (reported.get(client.address) !== undefined) return [];
    reported.set(client.address, true);
    const server = serverIn(askedFor.slice(file.length)) ?? dhcpServerOf(client.address);
    const who = server === undefined ? "the DHCP server" : `the DHCP server ${server}`;
    const message =
      `${client.address} ${quote(askedFor)}: served as ${quote(file)}. ${who} ends option 67 without a NUL, ` +
      "so the client takes what is behind it for a part of the name: name the file in the header field of the DHCP server, or add the NUL";
    const fields = { ip: client.address, clientPort: client.port, file, askedFor, server };
    return [{ level: "warn", scope: "tftp", event: "tftp.name-tail", message, fields }];
  };
}

/** Option 54 right behind the name, where it came whole: a zero in it would have ended the name. */
function serverIn(tail: string): string | undefined {
  const bytes = [...tail].map((char) => char.codePointAt(0) ?? 0);
  const [code, size, ...address] = bytes;
  if (code !== 54 || size !== 4 || address.length < 4 || bytes.some((byte) => byte > 255)) return undefined;
  return address.slice(0, 4).join(".");
}
