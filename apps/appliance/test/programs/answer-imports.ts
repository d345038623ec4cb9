// Answers as Bootlace would with imported dnsmasq configs, by the functions that import and that answer packets. The
// argument is a JSON file: { self, requests: [{ id, hex, port }], paths: { NAME: dnsmasq.conf } }. Prints one JSON
// object by name: the replies by id in hexadecimal (null is silence), what the import said, the root, and its status.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { confFiles } from "../../src/cli/import-files.ts";
import { importDnsmasq } from "../../src/import/dnsmasq/dnsmasq.ts";
import { answerer } from "../helpers/imported-answers.ts";

interface Work {
  readonly self: string;
  readonly requests: readonly { readonly id: string; readonly hex: string; readonly port: number }[];
  readonly paths: Readonly<Record<string, string>>;
}

const [list = ""] = process.argv.slice(2);
const { self, requests, paths } = JSON.parse(readFileSync(list, "utf8")) as Work;
const iface = { name: "eth0", address: self, netmask: "255.255.255.0" };

function answer(path: string) {
  const text = readFileSync(path, "utf8");
  const { yaml, remarks, unanswered } = importDnsmasq(text, path, [iface], confFiles(path));
  const reply = answerer(yaml, iface);
  const replies = requests.map(({ id, hex, port }) => [id, reply(hex, port === 67)]);
  return {
    replies: Object.fromEntries(replies),
    said: [...remarks, ...unanswered.map((one) => ({ why: one.text }))],
    root: (parse(yaml) as { root?: string }).root ?? "",
    status: unanswered.length === 0 ? 0 : 1,
  };
}

const answers = Object.entries(paths).map(([name, path]) => [name, answer(path)]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(answers))}\n`);
