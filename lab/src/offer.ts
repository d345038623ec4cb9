import { fileURLToPath } from "node:url";
import { type CustomDiscover, pxeDiscover } from "@bootlace/pxe-client";
import { type DhcpMessage, messageType, readDhcp } from "./bootp.ts";
import type { Capture } from "./capture.ts";
import { BOOT_SERVER } from "./home-lan.ts";
import { eventually, type Lab } from "./lab.ts";
import { isDhcpReply } from "./lan-laws.ts";
import type { Host } from "./namespaces.ts";
import { runOk } from "./processes.ts";

const BROADCAST = fileURLToPath(new URL("./programs/broadcast.ts", import.meta.url));
const OFFER = 2;

/** Broadcasts a DHCPDISCOVER from a host with a default route; gives the boot server's offer to its xid. */
export async function offerTo(lab: Lab, host: Host, capture: Capture, client: CustomDiscover): Promise<DhcpMessage> {
  return offerToDiscover(lab, host, capture, { ...client, discover: pxeDiscover(client) });
}

/** The same for a DISCOVER that is there already. */
export async function offerToDiscover(
  lab: Lab,
  host: Host,
  capture: Capture,
  client: { readonly mac: string; readonly xid: number; readonly discover: Uint8Array },
): Promise<DhcpMessage> {
  await runOk(lab, host.netns, process.execPath, [BROADCAST, Buffer.from(client.discover).toString("hex")]);
  return eventually(lab, `an OFFER to ${client.mac}`, 10, async () => {
    const replies = (await capture.datagrams()).filter((datagram) => isDhcpReply(datagram, BOOT_SERVER));
    const messages = replies.map((datagram) => readDhcp(datagram.payload));
    return messages.find((message) => message?.xid === client.xid && messageType(message) === OFFER);
  });
}
