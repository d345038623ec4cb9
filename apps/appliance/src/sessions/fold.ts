import { boundedMap } from "@bootlace/boot-source";
import type { PacketEvent } from "@bootlace/proxy-dhcp";
import { agentKind } from "../catalogue/agents.ts";
import { roleOf } from "../catalogue/file-role.ts";
import { type ApplianceEvent, type OwnEvent, timeOf } from "../events/event.ts";
import { faultBefore } from "./before-name.ts";
import { type Boot, beginsAnew, isHomeless, newBoot, setBack, withFact, withFile, withIdentity } from "./boot.ts";
import { createFetches, type Fetch } from "./fetches.ts";
import { defaultLimits, type FoldLimits } from "./fold-limits.ts";
import { createNamelessLeases } from "./nameless-leases.ts";
import { nextOption } from "./next-option.ts";
import { createPaces, withStalls } from "./pace.ts";
import { givesAddress, readForeignReply, readRequest, type Sighting } from "./read-dhcp.ts";
import { type FileSighting, readHttp, readTftp } from "./read-file.ts";
import { type BootChange, reportedOf, withReported } from "./reported.ts";
import { createStanding } from "./standing.ts";
import type { Fact } from "./step.ts";
import { createSurroundings } from "./surroundings.ts";
import { judge } from "./verdicts/judge.ts";
import type { JudgeContext } from "./verdicts/view.ts";

/** Ties everything that happens into boots. Time is that of the events; between ticks nothing is judged. */
export interface Fold {
  /** Gives each boot that changed, once. */
  apply(event: ApplianceEvent): readonly BootChange[];
  /** The boots in mind, one for each client: the latest. The one seen longest ago first. */
  boots(): Boot[];
  /** Files that were fetched by somebody who does not boot, the latest first. */
  fetches(): readonly Fetch[];
  /** Ends all boots. */
  finish(time: number): readonly BootChange[];
}

/** Events come in their order but for moments; what comes more than this too early was stamped by another clock. */
const clockSlack = 1000;

/** Longest gap between an ordinary packet and the boot it belongs to. */
const joinWithin = 15 * 60_000;
const adoptWithin = 60_000;
/** Boots judged at one tick. In a flood of forged machines the others have their turn at the next ones. */
const judgedAtOnce = 512;

export function createFold(wanted: Partial<FoldLimits> = {}): Fold {
  const limits = { ...defaultLimits, ...wanted };
  const boots = boundedMap<string, Boot>(limits.clients);
  const addresses = boundedMap<string, string>(limits.clients);
  const nameless = createNamelessLeases(limits.clients);
  const transfers = new WeakMap<object, { readonly id: string; readonly number: number }>();
  const paced = createPaces();
  const own = new Set<string>();
  const active = new Set<string>();
  /** Those to which a reply named a file, and whose address no packet shows. */
  const homeless = new Set<string>();
  let steps = 0;
  let pxePortHeardAt = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  const surroundings = createSurroundings();
  const standing = createStanding();
  const fetches = createFetches();
  let changed = new Map<string, BootChange>();

  function put(reached: Boot): void {
    const boot = withReported(reached);
    const before = boots.get(boot.key);
    steps += boot.steps.length - (before?.steps.length ?? 0);
    const gone = boots.set(boot.key, boot);
    if (gone !== undefined) forget(gone[1]);
    if (boot.ended) active.delete(boot.key);
    else active.add(boot.key);
    if (isHomeless(boot)) homeless.add(boot.key);
    else homeless.delete(boot.key);
    changed.set(boot.id, boot === reached ? { ...changed.get(boot.id), boot } : reportedOf(boot, reached));
    for (
      let oldest = boots.oldest();
      steps > limits.steps && boots.size > 1 && oldest !== undefined;
      oldest = boots.oldest()
    ) {
      boots.delete(oldest[0]);
      forget(oldest[1]);
    }
  }

  function forget(boot: Boot): void {
    steps -= boot.steps.length;
    active.delete(boot.key);
    homeless.delete(boot.key);
    if (!boot.ended) changed.set(boot.id, { boot: { ...boot, ended: true } });
  }

  function contextAt(now: number, { address }: Pick<Boot, "address">): JudgeContext {
    return surroundings.contextAt(now, now - pxePortHeardAt < limits.remember, address);
  }

  function judged(known: Boot, now: number): void {
    const boot = withStalls(known, now);
    const verdicts = standing.of(boot, judge(boot, contextAt(now, boot)));
    const ended = boot.running === 0 && now - boot.lastAt >= limits.endAfter;
    if (verdicts === boot.verdicts && ended === boot.ended && boot === known) return;
    put({ ...boot, verdicts, ended });
  }

  /** @param givenUp the machine itself broke off: what is missing now will not come */
  function close(boot: Boot, now: number, givenUp: boolean): void {
    if (boot.ended) return;
    const over: Boot = { ...boot, running: 0, givenUp };
    const verdicts = judge(over, contextAt(now, boot));
    put({ ...over, verdicts, ended: true });
  }

  function onPacket(event: PacketEvent): void {
    if (event.request.op !== 1)
      onForeign(readForeignReply(event.request, event.source), event.source.address, event.time);
    const sighting = readRequest(event);
    if (sighting === undefined) return;
    if (event.port === "pxe") pxePortHeardAt = event.time;
    let boot = boots.get(sighting.mac);
    const [first] = sighting.facts;
    if (boot !== undefined && first !== undefined && beginsAnew(boot, first, event.time)) {
      const next = nextOption(boot, first, event.time, contextAt(event.time, boot));
      if (next === undefined) close(boot, event.time, event.time - boot.lastAt <= adoptWithin);
      boot = next;
    }
    if (sighting.part === "join") {
      nameless.see(sighting, event.time);
      if (boot !== undefined) join(boot, sighting, event.time);
      return;
    }
    const began = boot ?? newBoot(sighting.mac, event.time, sighting.mac);
    add(event.client === undefined ? began : withIdentity(began, event.client), sighting, event.time);
  }

  /** An ordinary packet concerns a boot that is under way; an operating system, one that got a file. */
  function join(boot: Boot, sighting: Sighting, time: number): void {
    if (time - boot.lastAt > joinWithin) return;
    const served = boot.bytes > 0;
    const known = boot.steps.some(({ kind }) => kind === "system");
    const facts = sighting.facts.filter(({ kind }) => (kind === "system" ? served && !known : !served || !known));
    if (facts.length > 0) add(boot, { ...sighting, facts }, time);
  }

  function add(boot: Boot, { facts, address }: Sighting, time: number): void {
    const lease = facts.find((fact: Fact) => fact.kind === "lease");
    // A REQUEST that names us as the server is part of our own exchange, unless it asks for an address: we give none,
    // so another DHCP server on this machine does.
    if (lease?.kind === "lease" && isOwn(lease.server) && lease.address === undefined) return;
    let next: Boot = { ...boot, ended: false, ...(address === undefined ? {} : { address }) };
    for (const fact of facts) next = withFact(next, fact, time);
    const earlier = faultBefore(next, boots.peek(`ip ${address}`), contextAt(time, next));
    if (earlier !== undefined) next = { ...next, earlier };
    if (address !== undefined) addresses.set(address, boot.key);
    put(next);
  }

  function onForeign(sighting: Sighting | undefined, source: string, time: number): void {
    if (sighting === undefined || (isOwn(source) && !givesAddress(sighting))) return;
    const boot = boots.get(sighting.mac);
    if (boot !== undefined && !boot.ended && boot.bytes === 0) join(boot, sighting, time);
  }

  function onFile(sighting: FileSighting | undefined, time: number): void {
    if (sighting === undefined) return;
    const { transfer, fact, asked = time, over: endedAt = time } = sighting;
    const image = surroundings.imageOf(fact.file, sighting.address)?.title;
    const seen = image === undefined ? fact : { ...fact, image };
    const known = transfer === undefined ? undefined : transfers.get(transfer);
    const boot =
      known === undefined && transfer !== undefined && fetches.has(transfer) ? undefined : ownerOf(sighting, time);
    if (boot === undefined) {
      fetches.note(sighting, time, sighting.mac ?? addresses.peek(sighting.address));
      return;
    }
    if (known !== undefined && boot.id !== known.id) return;
    const over = seen.outcome !== "running";
    const began = known === undefined && transfer !== undefined && !over;
    const next =
      known === undefined
        ? withFact(boot, { ...seen, role: roleOf(seen.file, boot.offered) }, time, { time: asked, lastAt: endedAt })
        : withFile(boot, known.number, seen, time, endedAt);
    if (began) transfers.set(transfer, { id: boot.id, number: boot.next });
    const running = boot.running + (began ? 1 : 0) - (known !== undefined && over ? 1 : 0);
    const bytes = boot.bytes + (over && seen.outcome !== "probe" ? seen.bytes : 0);
    put({ ...next, ended: false, running, bytes, address: sighting.address });
  }

  /** Undefined: it is no part of a boot. */
  function ownerOf({ transfer, address, mac, fact }: FileSighting, time: number): Boot | undefined {
    const kind = fact.protocol === "tftp" ? "loader" : agentKind(fact.agent);
    const said = mac !== undefined && (kind === "loader" || boots.peek(mac) !== undefined) ? mac : undefined;
    const known = said ?? addresses.get(address);
    if (kind !== "loader") {
      const boot = known === undefined ? undefined : boots.get(known);
      // A system that runs fetches packages for years: that is no part of its boot.
      const late = boot === undefined || time - boot.lastAt > (kind === "system" ? joinWithin : limits.remember);
      return late ? undefined : boot;
    }
    const key = known ?? nameless.holderOf(address, time) ?? waiting(time, transfer !== undefined) ?? `ip ${address}`;
    addresses.set(address, key);
    return boots.get(key) ?? newBoot(key, time, key.startsWith("ip ") ? undefined : key);
  }

  function isOwn(address: string): boolean {
    return own.has(address) || surroundings.network().addresses.includes(address);
  }

  /** The one boot to which a reply named a file lately and whose address no packet shows: the lease of a Pi 3 cannot be seen. */
  function waiting(time: number, asks: boolean): string | undefined {
    if (!asks) return undefined;
    let found: string | undefined;
    for (const key of homeless) {
      const boot = boots.peek(key);
      if (boot === undefined || time - boot.lastAt >= adoptWithin) homeless.delete(key);
      else if (found === undefined) found = key;
      else return undefined;
    }
    return found;
  }

  function onOwn(event: OwnEvent): void {
    if (event.type === "tick") onTick(event.time);
    else if (event.type === "overheard") {
      onForeign(readForeignReply(event.reply, event.source), event.source.address, event.time);
    } else if (event.type === "server-asked") onServerAsked(event);
    else surroundings.see(event);
  }

  function onServerAsked({ boot: id, server, file, result, time }: Extract<OwnEvent, { type: "server-asked" }>): void {
    const boot = [...boots.values()].find((one) => one.id === id);
    if (boot === undefined) return;
    const next = withFact(boot, { kind: "server-asked", server, file, result }, time);
    // That we asked is no sign of life of the client.
    const asked = { ...next, lastAt: boot.lastAt };
    put({ ...asked, verdicts: judge(asked, contextAt(time, boot)) });
  }

  function onTick(now: number): void {
    for (const key of [...active].slice(0, judgedAtOnce)) {
      const boot = boots.peek(key);
      active.delete(key);
      if (boot === undefined) continue;
      active.add(key);
      judged(boot, now);
    }
    for (
      let oldest = boots.oldest();
      oldest !== undefined && now - oldest[1].lastAt > limits.remember;
      oldest = boots.oldest()
    ) {
      boots.delete(oldest[0]);
      forget(oldest[1]);
    }
  }

  /** When the clock is set back, silence goes on from where it was: else nothing would end until the clock is there again. */
  function followClock(time: number): void {
    const back = latest - time;
    latest = back > clockSlack ? time : Math.max(latest, time);
    if (back <= clockSlack) return;
    boots.change((boot) => setBack(boot, back));
    pxePortHeardAt -= back;
  }

  function apply(event: ApplianceEvent): readonly BootChange[] {
    changed = new Map();
    followClock(timeOf(event));
    switch (event.kind) {
      case "dhcp":
        if (event.event.type === "packet") onPacket(event.event);
        else if (event.event.type === "listening" && event.event.role === "pxe") own.add(event.event.address);
        else if (event.event.type === "unlistening") own.delete(event.event.address);
        break;
      case "tftp":
        onFile(paced(readTftp(event.event), event.event.time), event.event.time);
        break;
      case "http":
        onFile(paced(readHttp(event.event), event.event.time), event.event.time);
        break;
      case "appliance":
        onOwn(event.event);
    }
    return [...changed.values()];
  }

  return {
    apply,
    boots: () => [...boots.values()],
    fetches: fetches.list,
    finish(time) {
      changed = new Map();
      for (const key of [...active]) {
        const boot = boots.peek(key);
        if (boot !== undefined) close(boot, time, false);
      }
      return [...changed.values()];
    },
  };
}
