import type { HttpBootEvent } from "@bootlace/http-boot";
import type { BootClient, Choose, PacketEvent, ServedInterface } from "@bootlace/proxy-dhcp";
import type { TftpEvent } from "@bootlace/tftp-serve";
import { builtinCheck, checkProgramNamed } from "../catalogue/boot-check.ts";
import { readScriptName } from "../catalogue/ipxe-script.ts";
import { type BootTree, growTree } from "../catalogue/tree.ts";
import type { Problem } from "../config/faults.ts";
import type { Config } from "../config/schema.ts";
import type { ApplianceEvent } from "../events/event.ts";
import { clientMemory } from "./client-memory.ts";
import { clientFolder } from "./client-root.ts";
import { nameOfHost } from "./conditions.ts";
import {
  type OneTimeBoot,
  type OneTimeBootAction,
  type OneTimeBootEvent,
  type OneTimeBoots,
  oneTimeBootFor,
  openEntries,
  stepOneTimeBoots,
} from "./one-time-boot.ts";
import { type OneTimeBootRequest, readOneTimeBootRequest } from "./one-time-boot-request.ts";
import { oneTimeBootRuleName, type RuleBook, ruleBook } from "./rules.ts";

/** One-shots, for whoever administers them. */
export interface OneTimeBootCommands {
  list(): readonly OneTimeBoot[];
  /** Replaces what the machine was told before. */
  set(request: OneTimeBootRequest):
    | {
        readonly ok: true;
        readonly entry: OneTimeBoot;
        /** Why it will be forgotten at the next start. */
        readonly unkept?: string;
      }
    | { readonly ok: false; readonly fault: Problem };
  /** `mac` may be written in any usual way. `removed` is false when there was nothing. */
  remove(
    mac: string,
  ): { readonly ok: true; readonly removed: boolean } | { readonly ok: false; readonly fault: Problem };
}

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
  /** Learns from what happened. */
  see(event: ApplianceEvent): void;
  /** The MAC address and the name of who sent a packet or a request, as far as they are known. */
  machineOf(hint: { readonly mac?: string; readonly ip?: string }): { readonly mac?: string; readonly host?: string };
  /** The folder below the root that a rule gives to the client at this address. */
  folderOf(address: string): string | undefined;
}

export interface PolicyDeps {
  readonly now: () => number;
  /** The MAC address behind an address of the LAN, as far as the system knows. */
  readonly macOf: (address: string) => string | undefined;
  /** Called with every new state of the one-time boots; gives why it could not be kept. */
  readonly keepOneTimeBoots: (state: OneTimeBoots) => string | undefined;
}

/** A machine of which nothing but its address is known. */
function strangerWith(mac: string): BootClient {
  const rest = { hardwareType: 1, archCodes: [], matchedClass: "", http: false, userClasses: [] };
  return { mac, firmware: "bios", vendorClass: "", ...rest };
}

export function createPolicy(first: Config, { now, macOf, keepOneTimeBoots }: PolicyDeps): Policy {
  let config = first;
  let tree = growTree([]);
  let served: readonly ServedInterface[] = [];
  let state: OneTimeBoots = new Map();
  const memory = clientMemory();
  const once = (client: BootClient) => oneTimeBootFor(state, client.mac, now());
  let book = ruleBook(config, () => tree, once);

  function step(event: OneTimeBootEvent): string | undefined {
    const before = state;
    state = stepOneTimeBoots(state, event);
    return state === before ? undefined : keepOneTimeBoots(state);
  }

  /** The system knows whoever is on the link; a client behind a router is known by what it told. */
  function whoHas(address: string): string | undefined {
    return macOf(address) ?? memory.macOf(address);
  }

  function seePacket({ client, decision, replies, source, time }: PacketEvent): void {
    if (client === undefined) return;
    const name = replies[0]?.interfaceName;
    const address = client.address ?? (client.relay === undefined ? source.address : undefined);
    memory.learn({ client, ...(name === undefined ? {} : { interfaceName: name }) }, address);
    const action = client.mac === undefined ? undefined : state.get(client.mac)?.action;
    if (client.mac === undefined || action === undefined) return;
    const offered = decision.rule === oneTimeBootRuleName && (decision.kind !== "ignore" || action.ignore === true);
    // Also when it was not used any more: then its time is over and it is taken away.
    if (offered || once(client) === undefined) {
      step({ type: "answered", time, mac: client.mac, visible: isServedHere(action, client) });
    }
  }

  function isServedHere({ ignore, server, file, url, script }: OneTimeBootAction, client: BootClient): boolean {
    if (ignore === true || client.firmware === "raspberry-pi") return false;
    if (server !== undefined && !isOurs(server)) return false;
    const wanted = script ?? file ?? url ?? "";
    const host = /^[a-z]+:\/\/([^/:]+)/i.exec(wanted)?.[1];
    return host === undefined || host === "{address}" || isOurs(host);
  }

  function isOurs(address: string): boolean {
    return served.some((iface) => iface.address === address);
  }

  function seeFetched(name: string, address: string, known?: string): void {
    if (state.size === 0) return;
    const script = readScriptName(name);
    const mac = known ?? script?.identity.mac ?? whoHas(address);
    const file = checkProgramNamed(name) === undefined ? (script?.file ?? name) : builtinCheck;
    step({ type: "fetched", file, ...(mac === undefined ? {} : { mac }) });
  }

  function seeTftp(event: TftpEvent): void {
    if (event.type === "done") seeFetched(event.transfer.file, event.transfer.client.address);
    else if (event.type === "not-found") seeFetched(event.file, event.client.address);
  }

  function seeHttp(event: HttpBootEvent): void {
    if (event.type === "done" && event.request.method === "GET") {
      const last = event.range === undefined || event.range.last === event.size - 1;
      if (last) seeFetched(event.request.file, event.request.client.address, event.request.mac);
    } else if (event.type === "refused" && event.reason === "missing" && event.request !== undefined) {
      seeFetched(event.request.file, event.client.address, event.request.mac);
    }
  }

  return {
    choose: (client, iface) => book.choose(client, iface),
    book: () => book,
    tree: () => tree,
    adoptConfig(next) {
      config = next;
      book = ruleBook(config, () => tree, once);
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
    see({ kind, event }) {
      if (kind === "dhcp" && event.type === "packet") seePacket(event);
      else if (kind === "tftp") seeTftp(event);
      else if (kind === "http") seeHttp(event);
    },
    machineOf({ mac: said, ip }) {
      const mac = said ?? (ip === undefined ? undefined : whoHas(ip));
      if (mac === undefined) return {};
      const host = nameOfHost(memory.byMac(mac)?.client ?? strangerWith(mac), config.hosts);
      return { mac, ...(host === undefined ? {} : { host }) };
    },
    folderOf(address) {
      if (!config.boot.some(({ root }) => root !== undefined)) return undefined;
      const known = memory.byMac(whoHas(address) ?? "");
      const iface = served.find(({ name }) => name === known?.interfaceName) ?? served[0];
      const template = known && iface ? book.match(known.client, iface)?.rule.root : undefined;
      return template === undefined || known === undefined ? undefined : clientFolder(template, known.client, address);
    },
    next: {
      list: () => openEntries(state, now()),
      set(request) {
        const read = readOneTimeBootRequest(request);
        if (!read.ok) return read;
        const unkept = step({ type: "set", time: now(), mac: read.mac, action: read.action });
        const entry = { mac: read.mac, action: read.action, setAt: now() };
        return { ok: true, entry, ...(unkept === undefined ? {} : { unkept }) };
      },
      remove(mac) {
        const read = readOneTimeBootRequest({ mac, ignore: true });
        if (!read.ok) return read;
        const removed = state.has(read.mac);
        if (removed) step({ type: "removed", mac: read.mac });
        return { ok: true, removed };
      },
    },
  };
}
