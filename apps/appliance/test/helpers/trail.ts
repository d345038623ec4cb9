import { createDiscover, type DhcpPacket, encodePacket, messageTypes, type OptionValues } from "@bootlace/dhcp-core";
import { handle } from "@bootlace/proxy-dhcp";
import { decisionContext } from "../../src/app/services/dhcp.ts";
import { urlRulesOf } from "../../src/app/services/surroundings.ts";
import { growTree } from "../../src/catalogue/tree.ts";
import { otherMacNames } from "../../src/catalogue/tries.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ApplianceEvent, OwnEvent } from "../../src/events/event.ts";
import type { LogRecord } from "../../src/events/record.ts";
import { verdictRecord } from "../../src/log/verdict-log.ts";
import { chooseInterfaces, interfaceRequest } from "../../src/net/interfaces.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import type { Boot } from "../../src/sessions/boot.ts";
import { createFold } from "../../src/sessions/fold.ts";
import { type Outcome, outcomeOf } from "../../src/sessions/outcome.ts";
import { realPath } from "../../src/sessions/real-path.ts";
import type { BootChange } from "../../src/sessions/reported.ts";
import type { Trail } from "./trail-file.ts";
import { trailImages } from "./trail-images.ts";
import { createTransfers } from "./trail-transfers.ts";
import { factsOf, sizeOf, treeFileOf } from "./trail-tree.ts";

const SERVER = "192.168.50.10";
const ROUTER = "192.168.50.1";
const NONE = "0.0.0.0";
const eth0 = { name: "eth0", address: SERVER, netmask: "255.255.255.0" };
const day = Date.UTC(2026, 10, 22, 12);

/** A verdict that was reported, and how many seconds after the start. */
export interface Reported extends BootChange {
  readonly second: number;
  readonly record: LogRecord;
}

export interface Played {
  readonly boots: readonly Boot[];
  readonly fetches: number;
  readonly reported: readonly Reported[];
  /** Seconds at which the outcome became another one. */
  readonly outcomes: readonly { readonly second: number; readonly outcome: Outcome }[];
  /** Second of the last line of the trail. */
  readonly end: number;
}

type Action = () => void;

/** Plays a trail through policy, responder and fold; the clock moves with the trail, a tick each second. */
export function play(trail: Trail): Played {
  const { client } = trail;
  const parsed = parseConfig(trail.config ?? "", "bootlace.yaml");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const tree = new Map(Object.entries(trail.tree ?? {}));
  let now = day;
  let ids = 0;
  let cameUp = client.kind === "ipxe";
  const policy = createPolicy(parsed.config, {
    now: () => now,
    macOf: () => undefined,
    keepOneTimeBoots: () => undefined,
  });
  const present = { eth0: [{ ...eth0, family: "IPv4" as const, internal: false }] };
  const { served } = chooseInterfaces(present, interfaceRequest(parsed.config));
  policy.adoptInterfaces(served);
  const found = [...tree].map(([path, file]) => treeFileOf(path, file));
  policy.adoptTree(growTree(found));
  const context = decisionContext(parsed.config, policy.choose, served);
  const fold = createFold();
  const reported: Reported[] = [];
  const outcomes: { second: number; outcome: Outcome }[] = [];
  const inspected = new Set<string>();
  const roots = new Map<string, string>();
  const images = trailImages(trail.images ?? {});
  const queue: { time: number; order: number; run: Action }[] = [];

  function at(second: number, run: Action): void {
    queue.push({ time: day + Math.round(second * 1000), order: ids++, run });
  }
  const seconds = () => (now - day) / 1000;

  function report(event: ApplianceEvent): void {
    policy.see(event);
    for (const change of fold.apply(event)) note(change);
  }
  function note(change: BootChange): void {
    const outcome = outcomeOf(change.boot);
    if (outcomes.at(-1)?.outcome !== outcome) outcomes.push({ second: seconds(), outcome });
    const { verdict } = change;
    if (verdict === undefined) return;
    reported.push({ ...change, second: seconds(), record: verdictRecord({ ...change, verdict }) });
  }
  const sender = client.relay === undefined ? { address: NONE, port: 68 } : { address: client.relay, port: 67 };
  const own = (event: OwnEvent) => report({ kind: "appliance", event });

  function packet(port: "dhcp" | "pxe", request: DhcpPacket, source: { address: string; port: number }): void {
    const encoded = encodePacket(request);
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.fault));
    const { bytes } = encoded;
    const [arrival] = served;
    const arrived = (port === "pxe" || client.relay !== undefined) && arrival !== undefined ? { arrival } : {};
    const result = handle({ bytes, port, localPort: port === "dhcp" ? 67 : 4011, source, ...arrived }, context);
    if (result.kind !== "packet") throw new Error("the packet cannot be read");
    const { kind: _kind, ...rest } = result;
    report({ kind: "dhcp", event: { type: "packet", time: now, port, source, octets: bytes.length, ...rest } });
  }

  function bootOptions(): OptionValues {
    const word = client.http === true ? "HTTPClient" : "PXEClient";
    const arch = client.arch;
    const pi = client.kind?.startsWith("pi") === true;
    const vendorClassIdentifier = `${word}:Arch:${String(arch).padStart(5, "0")}:UNDI:${pi ? "002001" : "003000"}`;
    const ipxe = {
      userClass: { classes: ["iPXE"], form: "raw" as const },
      etherboot: { version: "1.21.1", http: 1, tftp: 1 },
    };
    return { clientArch: [arch], vendorClassIdentifier, ...(cameUp ? ipxe : {}) };
  }

  function message(options: OptionValues, fields: Partial<DhcpPacket> = {}): DhcpPacket {
    const made = createDiscover({ mac: client.mac, xid: 1, flags: 0x8000, options });
    if (!made.ok) throw new Error(`${made.field}: ${JSON.stringify(made.fault)}`);
    return { ...made.packet, giaddr: client.relay ?? NONE, ...fields };
  }

  function overhear(type: number, words: string): void {
    const { from = ROUTER, address, file = "", vendorClass, next = NONE, proxy } = wordsOf(words);
    const yiaddr = proxy === "yes" ? NONE : (address ?? client.leased ?? client.address);
    const bytes = new Uint8Array(128);
    bytes.set(new TextEncoder().encode(file));
    const says = vendorClass === undefined ? {} : { vendorClassIdentifier: vendorClass };
    const options = { messageType: type, serverIdentifier: from, ...says };
    const reply = message(options, { op: 2, yiaddr, siaddr: next, file: bytes });
    own({ type: "overheard", time: now, source: { address: from, port: 67 }, reply });
  }

  function dhcp(line: string): void {
    const [word = "", rest = ""] = splitOnce(line);
    if (word === "DISCOVER") {
      if (rest.includes("iPXE")) cameUp = true;
      if (rest.includes("firmware")) cameUp = false;
      packet("dhcp", message({ messageType: messageTypes.DISCOVER, ...bootOptions() }), sender);
    } else if (word === "OFFER") overhear(messageTypes.OFFER, rest);
    else if (word === "ACK") overhear(messageTypes.ACK, rest);
    else if (word === "REQUEST") {
      const asked = /option 50 = ([\d.]+)/.exec(rest)?.[1] ?? client.leased ?? client.address;
      const server = /^from ([\d.]+)/.exec(rest)?.[1] ?? (rest.startsWith("server") ? SERVER : ROUTER);
      const isPi = client.kind?.startsWith("pi") === true;
      const options = { messageType: messageTypes.REQUEST, serverIdentifier: server, requestedAddress: asked };
      packet("dhcp", message({ ...options, ...(isPi ? {} : bootOptions()) }), sender);
    } else if (word === "PLAIN") {
      const options = { messageType: messageTypes.REQUEST, serverIdentifier: ROUTER, requestedAddress: client.address };
      packet("dhcp", message(options), sender);
    } else if (word === "PXE") {
      const options = { messageType: messageTypes.REQUEST, ...bootOptions() };
      const asked = message(options, { ciaddr: client.address, giaddr: NONE });
      // wdsnbp.com adds option 250.
      const own = rest === "wdsnbp" ? new Map([...asked.options, [250, Uint8Array.of(12, 1, 1, 255)]]) : asked.options;
      packet("pxe", { ...asked, options: own as typeof asked.options }, { address: client.address, port: 4011 });
    } else if (word === "SYSTEM") {
      const hostName = rest === "" ? "machine" : rest;
      packet("dhcp", message({ messageType: messageTypes.DISCOVER, hostName }), sender);
    }
  }

  /** What the appliance reports of the files themselves. */
  function look(name: string, address = client.address): string | undefined {
    const root = rootOf(address);
    const wanted = realPath(name, root).toLowerCase();
    const found = [...tree.keys()].find((each) => each.toLowerCase() === wanted);
    const file = found === undefined ? undefined : tree.get(found);
    if (found !== undefined && file !== undefined && !inspected.has(found)) {
      inspected.add(found);
      const path = root === undefined ? found : found.slice(root.length + 1);
      const place = { path, client: address, ...(root === undefined ? {} : { root }) };
      own({ type: "inspected", time: now, ...place, facts: factsOf(path, file) });
    }
    return found;
  }
  /** The client's own folder, where it is in the tree. */
  function rootOf(address: string): string | undefined {
    const folder = policy.folderOf(address);
    const root = [...tree.keys()].some((path) => path.startsWith(`${folder}/`)) ? folder : undefined;
    if (root !== roots.get(address)) own({ type: "client-root", time: now, client: address, root });
    if (root !== undefined) roots.set(address, root);
    return root;
  }
  function lookForNamesakes(name: string): void {
    const path = realPath(name, rootOf(client.address));
    const base = path.split("/").at(-1)?.toLowerCase();
    const spellings = new Set(otherMacNames(path).map((each) => each.toLowerCase()));
    const namesakes = [...tree.keys()].filter((each) =>
      spellings.size > 0 ? spellings.has(each.toLowerCase()) : each.split("/").at(-1)?.toLowerCase() === base,
    );
    if (namesakes.length > 0) own({ type: "namesakes", time: now, path, found: namesakes });
  }

  function schedule(line: string): number {
    const [second = "", rest = ""] = splitOnce(line);
    const start = Number(second);
    const repeat = /^(.*), every ([\d.]+) s for ([\d.]+) s$/.exec(rest);
    if (repeat !== null) {
      const [, what = "", every = "", length = ""] = repeat;
      let last = start;
      for (let time = start; time < start + Number(length); time += Number(every)) {
        schedule(`${time} ${what}`);
        last = time;
      }
      return last;
    }
    const file = /^(TFTP|HTTP) (.+?) -> (.+)$/.exec(rest);
    if (file === null) at(start, () => other(rest));
    else {
      const [, protocol, name = "", how = ""] = file;
      at(start, () =>
        protocol === "TFTP" ? transfers.tftp(unescaped(name), how, start) : transfers.http(name, how, start),
      );
    }
    return start;
  }

  function other(line: string): void {
    const server = /^SERVER ([\d.]+) (\S+) -> (\S+)$/.exec(line);
    if (server !== null) {
      const [, address = "", file = "", result = ""] = server;
      const boot = fold.boots().at(-1)?.id ?? "";
      own({ type: "server-asked", time: now, boot, server: address, file, result: result as "down" });
    } else if (line.startsWith("IMAGE ")) {
      const [id = "", change = ""] = line.slice(6).split(" ");
      own(images.change(id, change, now));
    } else if (line.startsWith("ANOTHER ")) look(line.slice(8), "192.168.50.250");
    else if (line === "STOP") for (const change of fold.finish(now)) note(change);
    else if (!/^(silence|ADDRESS)/.test(line)) dhcp(line);
  }

  const transfers = createTransfers({
    client,
    server: SERVER,
    now: () => now,
    start: day,
    at,
    report,
    isIpxe: () => cameUp,
    sizeOf: (name) => sizeOf(tree.get(look(name) ?? "")),
    lookForNamesakes,
  });
  own({ type: "overhearing", time: now, on: true });
  own(images.event(now));
  const addresses = [SERVER, ...(trail.addresses ?? [])];
  const fileServers = parsed.config.boot.flatMap(({ server }) => (server === undefined ? [] : [server]));
  own({
    type: "network",
    time: now,
    addresses,
    macs: [],
    served,
    subnets: parsed.config.subnets,
    fileServers,
    urlRules: urlRulesOf(parsed.config),
    httpPorts: [8069],
    ...(trail.listening === undefined ? {} : { listening: trail.listening }),
  });
  const machines = new Map(found.flatMap(({ path, machine }) => (machine ? [[path, machine] as const] : [])));
  own({ type: "programs", time: now, machines, unsigned: new Set() });
  const end = Math.max(0, ...trail.trail.map(schedule));
  const last = end + (trail.watch ?? 70);
  for (let second = 1; second <= last; second++) at(second, () => own({ type: "tick", time: now }));
  while (queue.length > 0) {
    queue.sort((one, next) => one.time - next.time || one.order - next.order);
    const next = queue.shift();
    if (next === undefined) break;
    now = Math.max(now, next.time);
    next.run();
  }
  return { boots: fold.boots(), fetches: fold.fetches().length, reported, outcomes, end };
}

function splitOnce(line: string): [string, string] {
  const cut = line.indexOf(" ");
  return cut === -1 ? [line, ""] : [line.slice(0, cut), line.slice(cut + 1).trim()];
}

/** `key=value` pairs. */
function wordsOf(text: string): Partial<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]));
}

function unescaped(name: string): string {
  return name.replace(/\\(x[0-9a-f]{2}|\\)/gi, (_all, code: string) =>
    code === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  );
}
