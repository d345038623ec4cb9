import { decisionContext } from "../../src/app/services/dhcp.ts";
import { formatFault } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { explainDatagram } from "../../src/policy/explain.ts";
import { createPolicy } from "../../src/policy/policy.ts";

/** What Bootlace would send with an imported config, by the function that answers packets: hexadecimal, or silence. */
export function answerer(yaml: string, iface: { name: string; address: string; netmask: string }) {
  const parsed = parseConfig(yaml, "imported");
  if (!parsed.ok) throw new Error(`${parsed.faults.map(formatFault).join("\n")}\n${yaml}`);
  const policy = createPolicy(parsed.config, { now: () => 0, macOf: () => undefined, keepOneTimeBoots: () => {} });
  const room = { context: decisionContext(parsed.config, policy.choose, [iface]), book: policy.book() };
  return (hex: string, discover: boolean): string | null => {
    const source = { address: discover ? "0.0.0.0" : "192.168.11.55", port: 68 };
    const ports = discover ? ({ port: "dhcp", localPort: 67 } as const) : ({ port: "pxe", localPort: 4011 } as const);
    const datagram = { bytes: Buffer.from(hex, "hex"), ...ports, source, arrival: iface };
    return explainDatagram(datagram, room).replies[0]?.hex ?? null;
  };
}
