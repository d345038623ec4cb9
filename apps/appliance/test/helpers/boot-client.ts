import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createDiscover, type DhcpPacket, decodePacket, encodePacket, type OptionValues } from "@bootlace/dhcp-core";

export interface Reply {
  readonly packet: DhcpPacket;
  readonly from: { readonly address: string; readonly port: number };
}

/** A PXE client on the loopback network. It hears the broadcasts to its port there. */
export async function createBootClient() {
  const socket: Socket = createSocket("udp4");
  socket.bind(0);
  await once(socket, "listening");
  const heard: Reply[] = [];
  let wake = () => {};
  socket.on("message", (bytes, { address, port }) => {
    const decoded = decodePacket(bytes);
    if (!decoded.ok) throw new Error(`no DHCP packet: ${decoded.fault.code}`);
    heard.push({ packet: decoded.packet, from: { address, port } });
    wake();
  });

  return {
    port: socket.address().port,
    /** Sends and gives the next reply. */
    async ask(packet: DhcpPacket, port: number): Promise<Reply> {
      this.send(packet, port);
      while (heard.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return heard.shift() as Reply;
    },
    send(packet: DhcpPacket, port: number) {
      const encoded = encodePacket(packet);
      if (!encoded.ok) throw new Error(JSON.stringify(encoded.fault));
      socket.send(encoded.bytes, port, "127.0.0.1");
    },
    [Symbol.dispose]() {
      socket.close();
    },
  };
}

/** A request of a BIOS machine; `options` are added to, or replace, those every PXE client sends. */
export function bootRequest(options: OptionValues, fields: Partial<DhcpPacket> = {}): DhcpPacket {
  const discover = createDiscover({
    mac: "52:54:00:12:34:56",
    xid: 0x6ea5fd01,
    options: { clientArch: [0], vendorClassIdentifier: "PXEClient:Arch:00000:UNDI:002001", ...options },
  });
  if (!discover.ok) throw new Error(discover.field);
  return { ...discover.packet, ...fields };
}
