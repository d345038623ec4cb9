import { mkdir } from "node:fs/promises";
import { createProxyDhcp, ProxyDhcpStartError } from "@bootlace/proxy-dhcp";
import { createTftpServer, directory, TftpStartError } from "@bootlace/tftp-serve";
import { ruleBook } from "./boot/rules.ts";
import { type BootTree, growTree } from "./boot/tree.ts";
import type { Config } from "./config/schema.ts";
import { rulesRecord, treeRecord } from "./events/boot-log.ts";
import { dhcpRecords } from "./events/dhcp-log.ts";
import type { Log } from "./events/log.ts";
import { interfacesRecord } from "./events/net-log.ts";
import type { Level, LogRecord } from "./events/record.ts";
import { tftpRecord } from "./events/tftp-log.ts";
import { createThrottle } from "./events/throttle.ts";
import { type ScanResult, scanRoot } from "./system/boot-files.ts";
import { type FollowTimes, followRoot } from "./system/follow-root.ts";
import { choiceKey, chooseInterfaces, type NetworkInterfaces } from "./system/interfaces.ts";
import { type Part, type PartFailure, startInOrder, stopInReverse } from "./system/order.ts";
import { explainPortFailures, type PortFailure } from "./system/privileges.ts";

/** What the appliance takes from outside, so that a test can stand in for it. */
export interface ApplianceDeps {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
  /** Calls `work` every so many milliseconds until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
  readonly createProxyDhcp?: typeof createProxyDhcp;
  readonly createTftpServer?: typeof createTftpServer;
  readonly followTimes?: FollowTimes;
}

interface ApplianceEndpoint {
  readonly service: "dhcp" | "pxe" | "tftp";
  readonly address: string;
  readonly port: number;
}

export interface Appliance {
  /** @throws ApplianceStartError; nothing runs then. */
  start(): Promise<void>;
  /** Ends offers first, then lets running transfers end for a short while. Safe to call twice. */
  stop(): Promise<void>;
  endpoints(): readonly ApplianceEndpoint[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** The appliance cannot start for a reason outside of it: ports, interfaces, permissions. The message is one line. */
export class ApplianceStartError extends Error {
  override readonly name = "ApplianceStartError";
}

const pollInterfacesEvery = 2_000;
const drainAtStop = 3_000;

/** Wires rules, boot tree, proxyDHCP, TFTP and log together. `config.root` must be absolute. */
export function createAppliance(config: Config, deps: ApplianceDeps): Appliance {
  const { log, now } = deps;
  const passes = createThrottle(60_000);
  const wish = { names: config.interfaces, subnets: config.subnets };

  let tree: BootTree = growTree([]);
  let treeText = "";
  let firstScan: ScanResult = { ok: false, code: "ENOENT" };
  let choice = chooseInterfaces({}, wish);
  let started = false;

  const tftp = (deps.createTftpServer ?? createTftpServer)({
    source: directory(config.root, { ignoreCase: true }),
    addresses: [],
    port: config.tftp.port,
    ...(config.subnets.length > 0 ? { clients: config.subnets } : {}),
    limits: {
      maxBlockSize: config.tftp.maxBlockSize,
      maxWindowSize: config.tftp.maxWindowSize,
      maxTransfers: config.tftp.maxTransfers,
    },
    onEvent: (event) => {
      const record = tftpRecord(event, passes);
      if (record !== undefined) log(record);
    },
  });
  const dhcp = (deps.createProxyDhcp ?? createProxyDhcp)({
    choose: ruleBook(config, () => tree).choose,
    interfaces: [],
    mode: config.dhcp.mode,
    ports: { dhcp: config.dhcp.port, pxe: config.dhcp.pxePort, client: config.dhcp.clientPort },
    relays: config.dhcp.relays,
    clientSubnets: config.subnets,
    vendorClasses: config.dhcp.vendorClasses,
    now,
    onEvent: (event) => {
      for (const record of dhcpRecords(event, passes)) log(record);
    },
  });
  const follower = followRoot(config.root, adoptScan, deps.followTimes);

  function adoptScan(scan: ScanResult) {
    tree = growTree(scan.ok ? scan.files : []);
    const record = scan.ok ? treeRecord(config.root, tree, scan.cut) : rootGone(scan.code);
    const text = JSON.stringify([record.message, record.details]);
    if (text === treeText) return;
    treeText = text;
    log(record);
  }

  function rootGone(code: string): LogRecord {
    const message = `root ${config.root} cannot be read (${code}): nothing to boot until it is back`;
    return { level: "error", scope: "boot", event: "boot.root-gone", message, fields: { root: config.root, code } };
  }

  let following = Promise.resolve();
  let endPoll: (() => void) | undefined;

  async function followInterfaces(): Promise<void> {
    const next = chooseInterfaces(deps.networkInterfaces(), wish);
    if (choiceKey(next) === choiceKey(choice)) return;
    choice = next;
    log(interfacesRecord(choice));
    if (config.tftp.enabled) await tftp.setAddresses(choice.served.map(({ address }) => address));
    if (config.dhcp.enabled) await dhcp.setInterfaces(choice.served);
  }

  const rootPart: Part = {
    name: "root",
    independent: true,
    async start() {
      if (!config.tftp.enabled) return;
      await makeRoot(config.root, log);
      firstScan = await scanRoot(config.root);
      adoptScan(firstScan);
    },
    async stop() {},
  };
  const interfacesPart: Part = {
    name: "interfaces",
    async start() {
      choice = chooseInterfaces(deps.networkInterfaces(), wish);
      if (choice.served.length === 0 && wish.names.length > 0) {
        throw new ApplianceStartError(explainNoInterface(wish.names, deps.networkInterfaces(), choice.leftOut));
      }
      log(interfacesRecord(choice));
    },
    async stop() {},
  };
  const tftpPart: Part = {
    name: "tftp",
    independent: true,
    async start() {
      await tftp.setAddresses(choice.served.map(({ address }) => address));
      await tftp.start();
    },
    stop: () => tftp.stop({ drain: true, timeout: drainAtStop }),
  };
  const dhcpPart: Part = {
    name: "dhcp",
    independent: true,
    async start() {
      await dhcp.setInterfaces(choice.served);
      await dhcp.start();
    },
    stop: () => dhcp.stop(),
  };
  const followPart: Part = {
    name: "following",
    async start() {
      if (config.tftp.enabled) follower.start(firstScan);
      endPoll = deps.every(pollInterfacesEvery, () => {
        following = following.then(followInterfaces).catch((error: unknown) => {
          say("error", "net.failed", `the interfaces could not be followed: ${String(error)}`);
        });
      });
    },
    async stop() {
      follower.stop();
      endPoll?.();
      await following;
    },
  };
  const parts = [
    interfacesPart,
    rootPart,
    ...(config.tftp.enabled ? [tftpPart] : []),
    ...(config.dhcp.enabled ? [dhcpPart] : []),
    followPart,
  ];

  function say(level: Level, event: string, message: string) {
    log({ level, scope: "bootlace", event, message });
  }

  function onStopFailure({ name, error }: PartFailure) {
    say("error", "bootlace.stop-failed", `${name} did not stop in good order: ${String(error)}`);
  }

  async function start(): Promise<void> {
    const rules = rulesRecord(config.boot);
    if (rules !== undefined) log(rules);
    const failures = await startInOrder(parts, onStopFailure);
    if (failures.length > 0) throw toStartError(failures);
    started = true;
    if (!config.dhcp.enabled && !config.tftp.enabled) {
      say("warn", "bootlace.idle", "dhcp and tftp are both switched off: nothing is served");
    }
  }

  async function stop(): Promise<void> {
    if (!started) return;
    started = false;
    await stopInReverse(parts, onStopFailure);
  }

  return {
    start,
    stop,
    endpoints: () => [
      ...dhcp.endpoints().map(({ role, address, port }) => ({ service: role, address, port })),
      ...tftp.endpoints().map(({ address, port }) => ({ service: "tftp" as const, address, port })),
    ],
    [Symbol.asyncDispose]: stop,
  };
}

async function makeRoot(root: string, log: Log): Promise<void> {
  try {
    const made = await mkdir(root, { recursive: true });
    if (made !== undefined) {
      log({ level: "info", scope: "boot", event: "boot.root-made", message: `root ${root} made`, fields: { root } });
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ApplianceStartError(
      `the root folder ${root} cannot be made: ${code === "EEXIST" ? "it is a file" : code}`,
    );
  }
}

function explainNoInterface(
  names: readonly string[],
  present: NetworkInterfaces,
  leftOut: readonly { readonly name: string; readonly reason: string }[],
): string {
  const reasons = names.map((name) => {
    const out = leftOut.find((candidate) => candidate.name === name);
    if (out !== undefined) return `${name} is ${out.reason}`;
    return present[name] === undefined ? `${name} does not exist or is down` : `${name} has no IPv4 address`;
  });
  return `no interface to serve: ${reasons.join("; ")}. Interfaces here: ${Object.keys(present).join(", ") || "none"}`;
}

function toStartError(failures: readonly PartFailure[]): unknown {
  const reasons: string[] = [];
  const ports: PortFailure[] = [];
  for (const { name, error } of failures) {
    if (error instanceof ProxyDhcpStartError || error instanceof TftpStartError) {
      ports.push(...error.failures.map((failure) => ({ service: name, ...failure })));
    } else if (error instanceof ApplianceStartError) reasons.push(error.message);
    else return error;
  }
  if (ports.length > 0) reasons.push(explainPortFailures(ports));
  return new ApplianceStartError(reasons.join("; "), { cause: failures[0]?.error });
}
