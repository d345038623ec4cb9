import { clientFiles } from "../boot-files/client-files.ts";
import type { ScanResult } from "../boot-files/scan.ts";
import type { BootTree } from "../catalogue/tree.ts";
import type { LoadedConfig } from "../config/load.ts";
import { servedOf } from "../config/private-files.ts";
import type { EventCode } from "../events/codes.ts";
import type { ApplianceEvent, OwnEvent } from "../events/event.ts";
import type { Level } from "../events/record.ts";
import { idleRecord, rulesRecord } from "../log/boot-log.ts";
import { interfacesRecord } from "../log/net-log.ts";
import { choiceKey, chooseInterfaces, type InterfaceChoice, interfaceRequest } from "../net/interfaces.ts";
import { neighbours } from "../os/neighbours.ts";
import { explainRequest } from "../policy/explain.ts";
import { createPolicy } from "../policy/policy.ts";
import { followingPart } from "./following.ts";
import { choiceFor } from "./interface-choice.ts";
import { type Part, type PartFailure, startInOrder, stopInReverse } from "./order.ts";
import { pacedReload } from "./paced-reload.ts";
import { programsEvent } from "./programs-event.ts";
import { changesBetween, type ReloadResult, refusedFault, reloadRecord } from "./reload.ts";
import { adminService } from "./services/admin.ts";
import { adminBackend } from "./services/admin-backend.ts";
import { bootFilesService } from "./services/boot-files.ts";
import { decisionContext, dhcpService } from "./services/dhcp.ts";
import { httpBootService } from "./services/http-boot.ts";
import { imageServerOf } from "./services/image-menus.ts";
import { imagesService } from "./services/images.ts";
import { keptOneTimeBoots } from "./services/kept-one-time-boots.ts";
import { overhearingService } from "./services/overhearing.ts";
import { createReporting } from "./services/reporting.ts";
import { servedFiles } from "./services/served-files.ts";
import { endpointRank, type Service } from "./services/service.ts";
import { silentFolders } from "./services/silent-folders.ts";
import { toStartError } from "./services/start-failure.ts";
import { surroundingsService } from "./services/surroundings.ts";
import { tftpService } from "./services/tftp.ts";
import type { Appliance, ApplianceDeps, LastReload } from "./types.ts";

/** Wires rules, boot folder, proxyDHCP, TFTP, HTTP and log together. The paths of the config must be absolute. */
export function createAppliance(first: LoadedConfig, deps: ApplianceDeps): Appliance {
  const { now, macOf = neighbours(now) } = deps;
  const { observing, log, report, reportHeldBack } = createReporting(first.config, {
    ...deps,
    machineOf: (hint) => policy.machineOf(hint),
    onBoot: (change) => surroundings.changed(change),
    dhcpServerOf: (address) => policy.dhcpServerOf(address),
  });
  let loaded = first;
  /** The config that the services have, or are getting. */
  let adopting = first;
  let loadedAt = now();
  let lastReload: LastReload | undefined;
  let choice = chooseInterfaces({}, interfaceRequest(first.config));
  let started = false;
  /** Changes of config and interfaces, one after the other. */
  let work: Promise<unknown> = Promise.resolve();
  let rootProblem: string | undefined;
  const kept = keptOneTimeBoots(first.config.state.directory, log);
  const policy = createPolicy(first.config, { now, macOf, keepOneTimeBoots: kept.write });
  const silence = silentFolders(log);
  const files = clientFiles(servedOf(first), policy.folderOf, now, silence.files);
  const images = imagesService(first.config, {
    log,
    now,
    onEvent: tell,
    never: () => servedOf(adopting).never,
    onStuck: silence.files,
    times: deps.followImageTimes,
  });
  const surroundings = surroundingsService(first.config, {
    now,
    networkInterfaces: deps.networkInterfaces,
    onEvent: tell,
    log,
    askServer: deps.askServer,
    rootOf: files.rootOf,
  });
  const served = servedFiles({
    files: files.source,
    images,
    config: () => adopting.config,
    policy,
    tree: policy.tree,
    rootProblem: () => rootProblem,
    server: () => imageServerOf(adopting.config, policy.tree(), http.endpoints()[0]?.port),
    watched: surroundings.watched,
  });
  const tftp = tftpService(first.config, {
    source: served({ protocol: "tftp", usualPort: 69 }),
    onEvent: (event) => emit({ kind: "tftp", event }),
    isNeighbour: (address) => macOf(address) !== undefined,
    create: deps.createTftpServer,
  });
  const http = httpBootService(first.config, {
    source: served({ protocol: "http", usualPort: 80 }),
    onEvent: (event) => emit({ kind: "http", event }),
    isKnown: (address) => policy.machineOf({ ip: address }).host !== undefined,
  });
  const admin = adminService(first.config, {
    log,
    observer: observing.observer,
    every: deps.every,
    backend: adminBackend({
      appliance: () => appliance,
      observer: observing.observer,
      choice: () => choice,
      tree: policy.tree,
      rootProblem: () => rootProblem,
      silentFolders: silence.folders,
      images: images.snapshot,
      apiMissing: () => admin.missing(),
      tftpActive: tftp.active,
      oneTimeBootsKept: () => kept.settled(),
      now,
    }),
  });
  const services: readonly Service[] = [
    observing,
    surroundings,
    bootFilesService(first.config, { log, onTree: adoptTree, followTimes: deps.followTimes }),
    images,
    tftp,
    http,
    dhcpService(first.config, {
      policy,
      now,
      onEvent: (event) => emit({ kind: "dhcp", event }),
      create: deps.createProxyDhcp,
    }),
    overhearingService(first.config, {
      now,
      onEvent(event) {
        policy.see({ kind: "appliance", event });
        observing.observe({ kind: "appliance", event });
      },
    }),
    admin,
  ];

  function adoptTree(tree: BootTree, scan: ScanResult): void {
    rootProblem = scan.ok ? undefined : scan.code;
    silence.scanned(scan.ok ? scan.silent : []);
    policy.adoptTree(tree);
    tell(programsEvent(scan, now()));
  }

  function emit(event: ApplianceEvent): void {
    policy.see(event);
    surroundings.see(event);
    report(event);
  }

  /** What is no step of a boot, and no line of the log. */
  function tell(event: OwnEvent): void {
    for (const see of [policy.see, surroundings.see, observing.observe]) see({ kind: "appliance", event });
  }

  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = work.then(change);
    work = result.catch(() => undefined);
    return result;
  }

  function adoptChoice(next: InterfaceChoice): void {
    choice = next;
    policy.adoptInterfaces(next.served);
    log(interfacesRecord(next));
  }

  async function followInterfaces(): Promise<void> {
    const next = chooseInterfaces(deps.networkInterfaces(), interfaceRequest(loaded.config));
    if (choiceKey(next) === choiceKey(choice)) return;
    adoptChoice(next);
    for (const service of services) await service.follow(next.served);
  }

  const interfacesPart: Part = {
    name: "interfaces",
    async start() {
      adoptChoice(choiceFor(loaded.config, deps.networkInterfaces()));
      for (const service of services) await service.follow(choice.served);
    },
    async stop() {},
  };
  const followPart = followingPart({
    every: deps.every,
    followInterfaces: () => inTurn(followInterfaces),
    onFailure: (error) => say("warn", "net.failed", `reading the network interfaces failed: ${String(error)}`),
    reportHeldBack,
    settled: () => work,
  });
  const parts = [admin.tokenPart, interfacesPart, ...services, followPart];

  function sayRules(): void {
    const record = rulesRecord(loaded.config.boot);
    if (record !== undefined) log(record);
  }

  const say = (level: Level, event: EventCode, message: string) => log({ level, scope: "bootlace", event, message });
  const onStopFailure = ({ name, error }: PartFailure) =>
    say("error", "bootlace.stop-failed", `${name} did not shut down cleanly: ${String(error)}`);

  async function start(): Promise<void> {
    policy.adoptOneTimeBoots(await kept.read());
    sayRules();
    const failures = await startInOrder(parts, onStopFailure);
    if (failures.length > 0) throw toStartError(failures);
    started = true;
    const idle = idleRecord(loaded.config);
    if (idle !== undefined) log(idle);
  }

  async function stop(): Promise<void> {
    if (!started) return;
    started = false;
    await stopInReverse(parts, onStopFailure);
    await kept.settled();
  }

  function useConfig(next: LoadedConfig): void {
    policy.adoptConfig(next.config);
    files.adopt(servedOf(next));
    adopting = next;
  }

  /** @returns why it was rejected; the services have the old config again then. */
  async function putInForce(next: LoadedConfig): Promise<string | undefined> {
    const before = choice;
    const failures: PartFailure[] = [];
    let wanted = before;
    let name = "interfaces";
    try {
      admin.checkToken(next.config);
      wanted = choiceFor(next.config, deps.networkInterfaces());
      // Rules first: a new service uses them at once.
      useConfig(next);
      for (const service of services) {
        name = service.name;
        await service.adopt(next.config, wanted.served);
      }
    } catch (error) {
      failures.push({ name, error });
    }
    const [failure] = failures;
    if (failure === undefined) {
      if (choiceKey(wanted) !== choiceKey(before)) adoptChoice(wanted);
      return undefined;
    }
    useConfig(loaded);
    for (const service of services) {
      await service.adopt(loaded.config, before.served).catch((error: unknown) => {
        say("error", "config.not-restored", `${service.name} could not return to the old config: ${String(error)}`);
      });
    }
    const error = toStartError(failures);
    return error instanceof Error ? error.message : String(error);
  }

  async function reloadNow(): Promise<ReloadResult> {
    const result = deps.load?.(loaded) ?? { ok: true as const, loaded };
    if (!result.ok) return { ok: false, faults: result.faults };
    const next = result.loaded;
    const refused = started ? await putInForce(next) : undefined;
    if (refused !== undefined) return { ok: false, faults: [refusedFault(next.file ?? "defaults", refused)] };
    const changes = changesBetween(loaded, next);
    loaded = next;
    loadedAt = now();
    deps.onConfig?.(next);
    return { ok: true, ...changes };
  }

  const appliance: Appliance = {
    start,
    stop,
    reload: pacedReload(deps.pause, () =>
      inTurn(async () => {
        deps.onReloading?.();
        const result = await reloadNow();
        lastReload = { time: now(), result };
        log(reloadRecord(result, loaded.file));
        if (result.ok && result.changed.some((path) => path.startsWith("boot"))) sayRules();
        const faults = result.ok ? [] : result.faults.map(({ problem }) => problem);
        emit({ kind: "appliance", event: { type: "reloaded", time: now(), ok: result.ok, faults } });
        return result;
      }),
    ),
    explain(request) {
      const context = decisionContext(loaded.config, policy.choose, choice.served);
      return explainRequest(request, { context, book: policy.book(), hosts: loaded.config.hosts });
    },
    next: policy.next,
    machinesNamed: policy.machinesNamed,
    endpoints: () =>
      services.flatMap((service) => service.endpoints()).sort((a, b) => endpointRank(a) - endpointRank(b)),
    serving: () => ({ interfaces: choice.served, transfers: tftp.active() + http.active() }),
    config: () => ({ loaded, loadedAt, ...(lastReload === undefined ? {} : { lastReload }) }),
    [Symbol.asyncDispose]: stop,
  };
  return appliance;
}
