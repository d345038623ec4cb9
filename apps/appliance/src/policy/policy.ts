import { boundedMap } from "@bootlace/boot-source";
import { type DhcpPacket, messageTypes, optionValue } from "@bootlace/dhcp-core";
import type { HttpBootEvent } from "@bootlace/http-boot";
import type { BootClient, Choose, PacketEvent, ServedInterface } from "@bootlace/proxy-dhcp";
import type { TftpEvent } from "@bootlace/tftp-serve";
import { builtinCheck, checkProgramNamed } from "../catalogue/boot-check.ts";
import { readScriptName } from "../catalogue/ipxe-script.ts";
import { type BootTree, growTree } from "../catalogue/tree.ts";
import type { Config } from "../config/schema.ts";
import type { ApplianceEvent } from "../events/event.ts";
import { type ClientAt, clientMemory, idOf, strangerWith } from "./client-memory.ts";
import { clientFolder } from "./client-root.ts";
import { nameOfHost } from "./conditions.ts";
import { leaseIn } from "./lease.ts";
import { loadedFiles } from "./loaded-files.ts";
import { machinesNamed, type NamedMachines } from "./machine-names.ts";
import {
  isServedHere,
  type OneTimeBootEvent,
  type OneTimeBoots,
  oneTimeBootFor,
  stepOneTimeBoots,
} from "./one-time-boot.ts";
import { type OneTimeBootCommands, oneTimeBootCommands } from "./one-time-boot-commands.ts";
import { oneTimeBootRuleName, type RuleBook, ruleBook } from "./rules.ts";
import { type SeenOfClient, seenNothing } from "./sent-plan.ts";

/** Where it is decided who boots what: rules, boot tree, one-time boots, and the clients that were seen. */
export interface Policy {
  readonly choose: Choose;
  readonly next: OneTimeBootCommands;
  book(): RuleBook;
  tree(): BootTree;
  adoptConfig(config: Config): void;
  adoptTree(tree: BootTree): void;
  adoptInterfaces(served: readonly ServedInterface[]): void;
  /** Takes over one-time boots that were kept. */
  adoptOneTimeBoots(state: OneTimeBoots): void;
  /** Whether a machine is named in the config, or has fetched a file before. */
  isKnown(client: BootClient): boolean;
  /** Learns from what happened. */
  see(event: ApplianceEvent): void;
  /** The MAC address and the name of who sent a packet or a request, as far as they are known. */
  machineOf(hint: { readonly mac?: string; readonly ip?: string }): { readonly mac?: string; readonly host?: string };
  /** The machine that somebody names: by MAC address, client identifier, or its name under `hosts`. */
  machinesNamed(text: string): NamedMachines;
  /** The DHCP server that gave this address, where it was seen. */
  dhcpServerOf(address: string): string | undefined;
  /** What DHCP showed of the machine at this address, and the interface on which it is answered. */
  clientAt(address: string): ClientAt | undefined;
  /** The folder below the root that a rule gives to the client at this address. */
  folderOf(address: string): string | undefined;
}

export interface PolicyDeps {
  readonly now: () => number;
  /** The MAC address behind an address of the LAN, as far as the system knows. */
  readonly macOf: (address: string) => string | undefined;
  /** Called with every new state of the one-time boots. Must not wait for a disk: a machine waits for its answer. */
  readonly keepOneTimeBoots: (state: OneTimeBoots) => void;
}

const mostFetchers = 4096;

/** Milliseconds for which what DHCP said of an address is newer than what the system remembers. */
const freshLease = 600_000;

export function createPolicy(first: Config, { now, macOf, keepOneTimeBoots }: PolicyDeps): Policy {
  let config = first;
  let tree = growTree([]);
  let served: readonly ServedInterface[] = [];
  let state: OneTimeBoots = new Map();
  /** Whether any disc image can be offered. */
  let images = false;
  const memory = clientMemory();
  const loaded = loadedFiles();
  /** Machines that have fetched a file. */
  const fetchers = boundedMap<string, true>(mostFetchers);
  const once = (client: BootClient) => oneTimeBootFor(state, idOf(client), now());
  let book = bookOf(config);

  function bookOf(next: Config): RuleBook {
    return ruleBook(
      next,
      () => tree,
      once,
      seenOf,
      () => images,
    );
  }

  function seenOf(client: BootClient): SeenOfClient {
    const machine = idOf(client);
    if (machine === undefined) return seenNothing;
    const time = now();
    return {
      loops: loaded.loops(machine, time),
      loaded: loaded.since(machine, time),
      chained: loaded.isChained(machine, time),
    };
  }

  function step(event: OneTimeBootEvent): void {
    const before = state;
    state = stepOneTimeBoots(state, event);
    if (state !== before) keepOneTimeBoots(state);
  }

  /** The system knows whoever is on the link; a client behind a router is known by what it sent. */
  function whoHas(address: string): string | undefined {
    return macOf(address) ?? memory.machineAt(address);
  }

  /** An address changes hands, and the system remembers for minutes who had it: what DHCP said lately counts first. */
  function whoAsksFrom(address: string): string | undefined {
    return memory.machineAt(address, now() - freshLease) ?? whoHas(address);
  }

  function clientAt(address: string): ClientAt | undefined {
    const known = memory.byId(whoHas(address) ?? "");
    const iface = served.find(({ name }) => name === known?.interfaceName) ?? served[0];
    return known && iface && { client: known.client, iface };
  }

  function learnLease(packet: DhcpPacket, time: number): void {
    const lease = leaseIn(packet);
    if (lease !== undefined) memory.has(lease.machine, lease.address, time, lease.server);
  }

  function seePacket({ client, decision, replies, source, time, request, port }: PacketEvent): void {
    learnLease(request, time);
    if (client === undefined) return;
    const name = replies[0]?.interfaceName;
    const machine = idOf(client);
    memory.learn({ client, ...(name === undefined ? {} : { interfaceName: name }) });
    if (machine === undefined) return;
    const address = client.address ?? (client.relay === undefined ? source.address : undefined);
    if (address !== undefined) memory.has(machine, address, time);
    if (port === "dhcp" && optionValue(request, "messageType") === messageTypes.DISCOVER) {
      loaded.asked(machine, { firmware: client.firmware, xid: request.xid }, time);
    }
    const action = state.get(machine)?.action;
    if (action === undefined) return;
    const offered = decision.rule === oneTimeBootRuleName && (decision.kind !== "ignore" || action.ignore === true);
    // Also when it was not used any more: then its time is over and it is taken away.
    if (offered || once(client) === undefined) {
      step({ type: "answered", time, mac: machine, visible: isServedHere(action, client, isOurs) });
      forgetOtherCards(machine);
    }
  }

  function isOurs(address: string): boolean {
    return served.some((iface) => iface.address === address);
  }

  /**
   * A machine can write any MAC address into a URL: what the network shows counts first, so that nobody ends the one-time
   * boot of another. Of one host with several cards any may be named.
   */
  function whoFetched(claimed: string | undefined, shown: string | undefined): string | undefined {
    if (claimed === undefined || shown === undefined || claimed === shown) return shown ?? claimed;
    const host = hostOf(shown);
    return host !== undefined && hostOf(claimed) === host ? claimed : shown;
  }

  function seeDone(name: string, address: string, time: number, known?: string): void {
    const shown = whoAsksFrom(address);
    // What a URL says of itself makes nobody known.
    if (shown !== undefined && !fetchers.has(shown)) fetchers.set(shown, true);
    const machine = whoFetched(known, shown);
    // The boot check is none of the programs that ask again.
    if (machine !== undefined && checkProgramNamed(name) === undefined) loaded.fetched(machine, name, time);
    seeFetched(name, address, known);
  }

  function seeFetched(name: string, address: string, known?: string): void {
    if (state.size === 0) return;
    const script = readScriptName(name);
    const mac = whoFetched(known ?? script?.identity.mac, whoHas(address));
    const file = checkProgramNamed(name) === undefined ? (script?.file ?? name) : builtinCheck;
    step({ type: "fetched", file, ...(mac === undefined ? {} : { mac }) });
  }

  function seeTftp(event: TftpEvent): void {
    if (event.type === "done" && event.transfer.direction === "read") {
      seeDone(event.transfer.file, event.transfer.client.address, event.time);
    } else if (event.type === "not-found") seeFetched(event.file, event.client.address);
  }

  function seeHttp(event: HttpBootEvent): void {
    if (event.type === "done" && event.request.method === "GET") {
      const last = event.range === undefined || event.range.last === event.size - 1;
      if (last) seeDone(event.request.file, event.request.client.address, event.time, event.request.mac);
    } else if (event.type === "refused" && event.reason === "missing" && event.request !== undefined) {
      seeFetched(event.request.file, event.client.address, event.request.mac);
    }
  }

  function namedMachines(text: string): NamedMachines {
    return machinesNamed(text, config.hosts, memory.clients());
  }

  function hostOf(machine: string): string | undefined {
    return nameOfHost(memory.byId(machine)?.client ?? strangerWith(machine), config.hosts);
  }

  /** A machine with several cards has one one-time boot, and boots from one of them. */
  function forgetOtherCards(machine: string): void {
    const host = hostOf(machine);
    const taken = state.get(machine);
    const all = host === undefined || taken?.takenAt === undefined ? undefined : namedMachines(host);
    for (const other of all?.ok ? all.machines : []) {
      if (other !== machine && state.get(other)?.setAt === taken?.setAt) step({ type: "removed", mac: other });
    }
  }

  return {
    choose: (client, iface) => book.choose(client, iface),
    book: () => book,
    tree: () => tree,
    adoptConfig(next) {
      config = next;
      book = bookOf(config);
    },
    adoptTree(next) {
      tree = next;
    },
    adoptInterfaces(next) {
      served = next;
    },
    adoptOneTimeBoots(kept) {
      state = kept;
    },
    isKnown: (client) => nameOfHost(client, config.hosts) !== undefined || fetchers.has(idOf(client) ?? ""),
    see({ kind, event }) {
      if (kind === "dhcp" && event.type === "packet") seePacket(event);
      else if (kind === "tftp") seeTftp(event);
      else if (kind === "http") seeHttp(event);
      else if (kind === "appliance" && event.type === "overheard") learnLease(event.reply, event.time);
      else if (kind === "appliance" && event.type === "inspected" && event.facts.kernel === true) {
        loaded.exempt(event.path);
      } else if (kind === "appliance" && event.type === "images") {
        images = event.images.some((image) => image.state === "ready");
      }
    },
    machineOf({ mac: said, ip }) {
      const mac = said ?? (ip === undefined ? undefined : whoAsksFrom(ip));
      if (mac === undefined) return {};
      const host = hostOf(mac);
      return { mac, ...(host === undefined ? {} : { host }) };
    },
    machinesNamed: namedMachines,
    dhcpServerOf: (address) => memory.serverOf(address),
    clientAt,
    folderOf(address) {
      if (!config.boot.some(({ root }) => root !== undefined)) return undefined;
      const known = clientAt(address);
      const template = known && book.match(known.client, known.iface)?.rule.root;
      return template === undefined || known === undefined ? undefined : clientFolder(template, known.client, address);
    },
    next: oneTimeBootCommands({ state: () => state, step, now, machinesNamed: namedMachines, hostOf }),
  };
}
