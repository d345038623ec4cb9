import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, addSwitch, plugIn } from "../namespaces.ts";
import { runOk } from "../processes.ts";
import { startDnsmasq } from "../router.ts";

const EXAMPLES = join(import.meta.dirname, "../../../apps/appliance/test/fixtures/dnsmasq");
const PROGRAM = join(import.meta.dirname, "../programs/ask-server.ts");

/** Set to write down what dnsmasq answers now in place of comparing. */
const RECORD = "LAB_RECORD_DNSMASQ";

/** Lines that only concern files and logs of the machine the example comes from. */
const LOCAL_LINES =
  /^(?:tftp-|enable-tftp|log-|interface=|bind-interfaces|dhcp-leasefile|port=|server=|dhcp-reply-delay)/;

export const importDnsmasq: Scenario = {
  name: "import-dnsmasq",
  proves: "the recorded answers to which imported dnsmasq.conf files are held are those of the real dnsmasq",
  async run(lab) {
    const recorded = join(EXAMPLES, "answers.json");
    const requests = readFileSync(join(EXAMPLES, "requests.json"), "utf8");
    const answers: Record<string, unknown> = {};
    const names = readdirSync(EXAMPLES)
      .filter((name) => name.endsWith(".conf"))
      .sort();
    for (const [index, name] of names.entries()) answers[name] = await askDnsmasq(lab, index, name, requests);
    if (process.env[RECORD] !== undefined) writeFileSync(recorded, `${JSON.stringify(answers, undefined, 1)}\n`);
    const known = JSON.parse(readFileSync(recorded, "utf8")) as typeof answers;
    for (const name of names) {
      must(JSON.stringify(answers[name]) === JSON.stringify(known[name]), `dnsmasq answers differently to ${name}`);
    }
    lab.proof(`${names.length} dnsmasq.conf files, ${JSON.parse(requests).length} requests each, answered as recorded`);
  },
};

/** Replies by the id of the request, from a dnsmasq in a network of its own. */
async function askDnsmasq(lab: Lab, index: number, name: string, requests: string): Promise<unknown> {
  const lan = await addSwitch(lab, `lan${index}`);
  const server = await addHost(lab, `server${index}`);
  await plugIn(server, lan, { addresses: [`${BOOT_SERVER}/24`] });
  const client = await addHost(lab, `client${index}`);
  await plugIn(client, lan, { addresses: ["192.168.11.55/24"] });
  const lines = readFileSync(join(EXAMPLES, name), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !LOCAL_LINES.test(line));
  await startDnsmasq(lab, server, { lines, ports: [67] });
  const list = join(lab.folder, "requests.json");
  writeFileSync(list, requests);
  const finished = await runOk(lab, client.netns, process.execPath, [PROGRAM, list, BOOT_SERVER]);
  return JSON.parse(String(finished.stdout));
}
