import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../failure.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, addSwitch, type Host, plugIn } from "../namespaces.ts";
import { type Compared, faultsOf, type Said } from "../oracle/compare.ts";
import { type Example, examplesIn } from "../oracle/example.ts";
import { follow, type Replies } from "../oracle/follow.ts";
import { CLIENT, KINDS, type OracleRequest, requestsOf } from "../oracle/kinds.ts";
import { runOk } from "../processes.ts";
import { startDnsmasq } from "../router.ts";

const FIXTURES = join(import.meta.dirname, "../../../apps/appliance/test/fixtures");
/** Files that unit tests hold the import to, with the answers of the real dnsmasq: made-up requests, and real kinds. */
const RECORDED = { made: join(FIXTURES, "dnsmasq"), cases: join(FIXTURES, "dnsmasq-cases") };
const ASK = join(import.meta.dirname, "../programs/ask-server.ts");
/** Imports configs and answers by them, without sockets: Bootlace's own test program. */
const ANSWER = join(FIXTURES, "../programs/answer-imports.ts");

/** Set to write down what dnsmasq answers now in place of comparing. */
const RECORD = "LAB_RECORD_DNSMASQ";

const EXAMPLES = [...examplesIn(join(import.meta.dirname, "../../dnsmasq")), ...examplesIn(RECORDED.cases)];
const MADE = "dnsmasq-recorded";

/** LANs that work at the same time, each on one config after the other. */
const LANS = 4;

export const importDnsmasq: Scenario = {
  name: "import-dnsmasq",
  proves: `each of ${EXAMPLES.length} dnsmasq.conf files boots ${KINDS.length} kinds of client alike in dnsmasq and imported, or the import says where not`,
  parts: [MADE, ...new Set(EXAMPLES.map(({ part }) => part))],
  async run(lab) {
    const requests = KINDS.flatMap((kind) => requestsOf(kind, BOOT_SERVER));
    const chosen = EXAMPLES.filter(({ part }) => lab.part(part));
    const sites = await Promise.all(Array.from({ length: LANS }, (_, number) => buildSite(lab, number)));
    const ours = await answersOfBootlace(lab, sites[0]?.asker, chosen, requests);
    const recorded: Record<string, Replies> = {};
    const faults: string[] = [];
    await share(sites, chosen, async (site, example) => {
      const theirs = await askDnsmasq(lab, site, example, requests);
      if (example.part === "dnsmasq-cases") recorded[example.name] = theirs;
      const own = ours[example.name];
      if (own !== undefined) faults.push(...differences(example, requests, theirs, own));
    });
    must(faults.length === 0, `${faults.length} differences:\n${faults.sort().join("\n")}`);
    lab.proof(`${chosen.length} dnsmasq.conf files, ${KINDS.length} kinds of client each: as dnsmasq, or reported`);
    if (Object.keys(recorded).length > 0) keepOrCompare(lab, RECORDED.cases, sorted(recorded), requests);
    if (lab.part(MADE)) await compareMade(lab, sites);
  },
};

interface Site {
  readonly number: number;
  readonly dnsmasq: Host;
  readonly asker: Host;
}

async function buildSite(lab: Lab, number: number): Promise<Site> {
  const lan = await addSwitch(lab, `lan${number}`);
  const dnsmasq = await addHost(lab, `server${number}`);
  await plugIn(dnsmasq, lan, { addresses: [`${BOOT_SERVER}/24`] });
  const asker = await addHost(lab, `client${number}`);
  await plugIn(asker, lan, { addresses: [`${CLIENT}/24`] });
  return { number, dnsmasq, asker };
}

/** Deals the examples out to the sites, each taking the next when it is done with one. */
async function share<T>(sites: readonly Site[], list: readonly T[], work: (site: Site, one: T) => Promise<void>) {
  const left = [...list];
  await Promise.all(
    sites.map(async (site) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await work(site, next);
    }),
  );
}

/** Lines that only concern files, logs and users of the machine that an example comes from. */
const LOCAL_LINES =
  /^(?:--)?(?:tftp-|enable-tftp|log-|bind-interfaces|bind-dynamic|dhcp-leasefile|port=|server=|dhcp-reply-delay|dhcp-script|user=|group=)/;

/** What the import of an example answers and says. */
interface Own {
  readonly replies: Replies;
  readonly said: readonly Said[];
  readonly root: string;
  readonly status: number;
}

function differences(example: Example, requests: readonly OracleRequest[], theirs: Replies, own: Own): string[] {
  const compared = KINDS.map(
    (kind): Compared => ({
      kind: kind.name,
      theirs: follow(kind, requests, theirs, BOOT_SERVER),
      ours: follow(kind, requests, own.replies, BOOT_SERVER),
    }),
  );
  const faults = faultsOf(example, compared, own.said, own.root);
  const status = `${example.name}: the import ends with ${own.status}, not ${example.status}`;
  return own.status === example.status ? faults : [...faults, status];
}

async function answersOfBootlace(
  lab: Lab,
  host: Host | undefined,
  examples: readonly Example[],
  requests: readonly OracleRequest[],
): Promise<Readonly<Record<string, Own>>> {
  must(host !== undefined, "there is no LAN");
  const list = join(lab.folder, "imports.json");
  const paths = Object.fromEntries(examples.map(({ name, path }) => [name, path]));
  writeFileSync(list, JSON.stringify({ self: BOOT_SERVER, requests, paths }));
  const finished = await runOk(lab, host.netns, process.execPath, [ANSWER, list]);
  return JSON.parse(String(finished.stdout)) as Readonly<Record<string, Own>>;
}

/** Replies of a dnsmasq with this config; what a command line has is given as one. */
async function askDnsmasq(
  lab: Lab,
  { number, dnsmasq, asker }: Site,
  example: Example,
  requests: readonly OracleRequest[],
): Promise<Replies> {
  const server = await startDnsmasq(lab, dnsmasq, { lines: dnsmasqLines(example), ports: [67] });
  const list = join(lab.folder, `requests-${number}.json`);
  writeFileSync(list, JSON.stringify(requests));
  const finished = await runOk(lab, asker.netns, process.execPath, [ASK, list, BOOT_SERVER]);
  await server.stop("SIGTERM");
  return JSON.parse(String(finished.stdout)) as Replies;
}

function dnsmasqLines({ text, path }: Example): string[] {
  const joined = text.replaceAll(/\\\s*\n/g, "");
  const rows = joined.split("\n").filter((row) => !/^\s*(?:#|$)/.test(row));
  const plain = rows.flatMap((row) =>
    row.startsWith("--") ? row.split(/\s+(?=--)/).map((word) => word.slice(2)) : [row],
  );
  const here = (row: string) =>
    row.trim().replace(/^(conf-file|conf-dir|dhcp-hostsfile)=(?!\/)/, `$1=${dirname(path)}/`);
  return plain.map(here).filter((row) => !LOCAL_LINES.test(row));
}

/** The older examples, asked with requests made up by the unit tests. */
async function compareMade(lab: Lab, sites: readonly Site[]): Promise<void> {
  const requests = JSON.parse(readFileSync(join(RECORDED.made, "requests.json"), "utf8")) as OracleRequest[];
  const answers: Record<string, Replies> = {};
  await share(sites, examplesIn(RECORDED.made), async (site, example) => {
    answers[example.name] = await askDnsmasq(lab, site, example, requests);
  });
  keepOrCompare(lab, RECORDED.made, sorted(answers), requests);
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keepOrCompare(
  lab: Lab,
  folder: string,
  answers: Readonly<Record<string, Replies>>,
  requests: readonly OracleRequest[],
): void {
  const path = join(folder, "answers.json");
  if (process.env[RECORD] !== undefined) {
    writeFileSync(path, `${JSON.stringify(answers, undefined, 1)}\n`);
    writeFileSync(join(folder, "requests.json"), `${JSON.stringify(requests, undefined, 2)}\n`);
  }
  const known = JSON.parse(readFileSync(path, "utf8")) as typeof answers;
  for (const [name, replies] of Object.entries(answers)) {
    must(JSON.stringify(replies) === JSON.stringify(known[name]), `dnsmasq answers differently to ${name}`);
  }
  lab.proof(
    `${Object.keys(answers).length} dnsmasq.conf files, ${requests.length} requests each, answered as recorded`,
  );
}
