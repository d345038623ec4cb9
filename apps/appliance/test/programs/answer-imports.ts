// Answers as Bootlace would with imported dnsmasq configs, by the functions that import and that answer packets. The
// argument is a JSON file: { self, client, requests: [{ id, hex, port }], paths: { NAME: dnsmasq.conf } }. Prints one JSON
// object by name: the replies by id in hexadecimal (null is silence), what the import said, the root, and its status.
import { readFileSync } from "node:fs";
import { decisionContext } from "../../src/app/services/dhcp.ts";
import { confFiles } from "../../src/cli/import-files.ts";
import { formatFault } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { importDnsmasq } from "../../src/import/dnsmasq/dnsmasq.ts";
import { explainDatagram } from "../../src/policy/explain.ts";
import { createPolicy } from "../../src/policy/policy.ts";

interface Work {
  readonly self: string;
  readonly client: string;
  readonly requests: readonly { readonly id: string; readonly hex: string; readonly port: number }[];
  readonly paths: Readonly<Record<string, string>>;
}

const [list = ""] = process.argv.slice(2);
const { self, client, requests, paths } = JSON.parse(readFileSync(list, "utf8")) as Work;
const iface = { name: "eth0", address: self, netmask: "255.255.255.0" };

function answer(path: string) {
  const text = readFileSync(path, "utf8");
  const { yaml, remarks, unanswered } = importDnsmasq(text, path, [iface], confFiles(path));
  const parsed = parseConfig(yaml, path);
  if (!parsed.ok) throw new Error(`${parsed.faults.map(formatFault).join("\n")}\n${yaml}`);
  const { config } = parsed;
  const policy = createPolicy(config, { now: () => 0, macOf: () => undefined, keepOneTimeBoots: () => {} });
  const room = { context: decisionContext(config, policy.choose, [iface]), book: policy.book() };
  const replies = requests.map(({ id, hex, port }) => {
    const bytes = Buffer.from(hex, "hex");
    const source = { address: port === 67 ? "0.0.0.0" : client, port: 68 };
    const datagram = { bytes, port: port === 67 ? "dhcp" : "pxe", localPort: port, source, arrival: iface } as const;
    return [id, explainDatagram(datagram, room).replies[0]?.hex ?? null];
  });
  return {
    replies: Object.fromEntries(replies),
    said: [...remarks, ...unanswered.map((one) => ({ why: one.text }))],
    root: config.root,
    status: unanswered.length === 0 ? 0 : 1,
    yaml,
  };
}

const answers = Object.entries(paths).map(([name, path]) => [name, answer(path)]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(answers))}\n`);
