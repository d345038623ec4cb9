import { type DhcpPacket, decodePacket, describe } from "@bootlace/dhcp-core";
import { type BootPlan, defaultPorts, handle } from "@bootlace/proxy-dhcp";
import { readCapture } from "./replay.ts";

const eth0 = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };

/**
 * A packet as `describe` prints it.
 * @param title `CAPTURE N`: the datagram with that number; `CAPTURE N FILE [FORM]`: Bootlace's answer to it with that
 * boot file
 */
export function capturedPacket(title: string): string {
  const [capture = "", number, file, form] = title.split(" ");
  const record = readCapture(capture).find(({ n }) => n === Number(number));
  if (record === undefined) return `${capture} has no datagram ${number}\n`;
  const bytes = Uint8Array.from(Buffer.from(record.hex, "hex"));
  if (file !== undefined) return linesOf(answerTo(record, bytes, { kind: "boot", file, form } as BootPlan));
  const decoded = decodePacket(bytes);
  return decoded.ok ? linesOf(decoded.packet) : `${decoded.fault.code}\n`;
}

function linesOf(packet: DhcpPacket): string {
  return `${describe(packet).join("\n")}\n`;
}

function answerTo(record: ReturnType<typeof readCapture>[number], bytes: Uint8Array, plan: BootPlan): DhcpPacket {
  const port = record.dport === 67 ? "dhcp" : "pxe";
  const outcome = handle(
    {
      bytes,
      port,
      localPort: record.dport,
      source: { address: record.src, port: record.sport },
      ...(port === "pxe" ? { arrival: eth0 } : {}),
    },
    {
      choose: () => plan,
      interfaces: [eth0],
      ports: defaultPorts,
      relays: new Set(),
      clientSubnets: [],
      vendorClasses: [],
      serveUnknownArchitectures: false,
    },
  );
  const [sent] = outcome.kind === "packet" ? outcome.replies : [];
  if (sent === undefined) throw new Error(`datagram ${record.n} is not answered`);
  return sent.reply;
}
