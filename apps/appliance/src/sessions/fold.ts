import { boundedMap } from "@bootlace/boot-source";
import type { PacketEvent } from "@bootlace/proxy-dhcp";
import { roleOf } from "../catalogue/file-role.ts";
import { type ApplianceEvent, type OwnEvent, type Programs, timeOf } from "../events/event.ts";
import { type Boot, beginsAnew, newBoot, setBack, withFact, withFile, withIdentity } from "./boot.ts";
import { beginPace, type Pace, paceWith, rateOf, withStalls } from "./pace.ts";
import { readForeignReply, readRequest, type Sighting } from "./read-dhcp.ts";
import { type FileSighting, readHttp, readTftp } from "./read-file.ts";
import type { Fact } from "./step.ts";
import { judge } from "./verdicts/judge.ts";
import { primaryOf, sameVerdict, type Verdict } from "./verdicts/verdict.ts";
import type { JudgeContext } from "./verdicts/view.ts";

/** A boot that went a step further. */
export interface BootChange {
  readonly boot: Boot;
  /** What the boot came to, when that is new or another than before. */
  readonly verdict?: Verdict;
}

/** Ties everything that happens into boots. Time is that of the events; between ticks nothing is judged. */
export interface Fold {
  /** Gives each boot that changed, once. */
  apply(event: ApplianceEvent): readonly BootChange[];
  /** The boots in mind, one for each client: the latest. The one seen longest ago first. */
  boots(): Boot[];
  /** Ends all boots. */
  finish(time: number): readonly BootChange[];
}

export interface FoldLimits {
  /** Clients kept in mind. */
  readonly clients: number;
  /** Steps of all boots together. */
  readonly steps: number;
  /** Milliseconds after which a client is forgotten. */
  readonly remember: number;
  /** Milliseconds of silence after which a boot has ended. */
  readonly endAfter: number;
}

const defaults: FoldLimits = { clients: 4096, steps: 65_536, remember: 24 * 3_600_000, endAfter: 120_000 };

/** Events come in their order but for moments; what comes more than this too early was stamped by another clock. */
const clockSlack = 1000;

/** Longest gap between an ordinary packet and the boot it belongs to. */
const joinWithin = 15 * 60_000;
const adoptWithin = 60_000;
/** Boots judged at one tick. In a flood of forged machines the others have their turn at the next ones. */
const judgedAtOnce = 512;

export function createFold(wanted: Partial<FoldLimits> = {}): Fold {
  const limits = { ...defaults, ...wanted };
  const boots = boundedMap<string, Boot>(limits.clients);
  const addresses = boundedMap<string, string>(limits.clients);
  const transfers = new WeakMap<object, { readonly id: string; readonly number: number; pace: Pace }>();
  const own = new Set<string>();
  const active = new Set<string>();
  /** Those that were told a file, and whose address nobody told. */
  const homeless = new Set<string>();
  let steps = 0;
  let overhearing = false;
  let pxePortHeardAt = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let programs: Programs = { machines: new Map(), unsigned: new Set() };
  let changed = new Map<string, BootChange>();

  function put(boot: Boot, reached?: Verdict): void {
    const before = boots.get(boot.key);
    steps += boot.steps.length - (before?.steps.length ?? 0);
    const gone = boots.set(boot.key, boot);
    if (gone !== undefined) forget(gone[1]);
    if (boot.ended) active.delete(boot.key);
    else active.add(boot.key);
    if (isHomeless(boot)) homeless.add(boot.key);
    else homeless.delete(boot.key);
    const verdict = reached ?? changed.get(boot.id)?.verdict;
    changed.set(boot.id, { boot, ...(verdict === undefined ? {} : { verdict }) });
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

  function contextAt(now: number): JudgeContext {
    return { now, overhearing, programs, pxePortHeard: now - pxePortHeardAt < limits.remember };
  }

  function judged(boot: Boot, now: number): void {
    const verdicts = judge(boot, contextAt(now));
    const ended = boot.running === 0 && now - boot.lastAt >= limits.endAfter;
    const same =
      verdicts.length === boot.verdicts.length &&
      verdicts.every((verdict, at) => sameVerdict(verdict, boot.verdicts[at]));
    if (same && ended === boot.ended) return;
    put({ ...boot, verdicts, ended }, newlyReached(boot, verdicts));
  }

  /** @param givenUp the machine itself broke off: what is missing now will not come */
  function close(boot: Boot, now: number, givenUp: boolean): void {
    if (boot.ended) return;
    const over: Boot = { ...boot, running: 0, givenUp };
    const verdicts = judge(over, contextAt(now));
    put({ ...over, verdicts, ended: true }, newlyReached(boot, verdicts));
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
      close(boot, event.time, event.time - boot.lastAt <= adoptWithin);
      boot = undefined;
    }
    if (sighting.part === "join") {
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
    // A REQUEST that names us as the server is part of our own exchange.
    if (lease?.kind === "lease" && own.has(lease.server)) return;
    let next: Boot = { ...boot, ended: false, ...(address === undefined ? {} : { address }) };
    for (const fact of facts) next = withFact(next, fact, time);
    if (address !== undefined) addresses.set(address, boot.key);
    put(next);
  }

  function onForeign(sighting: Sighting | undefined, source: string, time: number): void {
    if (sighting === undefined || own.has(source)) return;
    const boot = boots.get(sighting.mac);
    if (boot !== undefined && !boot.ended && boot.bytes === 0) join(boot, sighting, time);
  }

  function onFile(sighting: FileSighting | undefined, time: number): void {
    if (sighting === undefined) return;
    const { transfer } = sighting;
    const known = transfer === undefined ? undefined : transfers.get(transfer);
    const pace = known === undefined ? beginPace(time) : paceWith(known.pace, time, sighting.fact.bytes);
    const seen = withPace(sighting.fact, pace, time);
    if (known !== undefined) known.pace = pace;
    const boot = ownerOf(sighting, time);
    if (known !== undefined && boot.id !== known.id) return;
    const over = seen.outcome !== "running";
    const began = known === undefined && transfer !== undefined && !over;
    const next =
      known === undefined
        ? withFact(boot, { ...seen, role: roleOf(seen.file, boot.offered) }, time)
        : withFile(boot, known.number, seen, time);
    if (began) transfers.set(transfer, { id: boot.id, number: boot.next, pace });
    const running = boot.running + (began ? 1 : 0) - (known !== undefined && over ? 1 : 0);
    const bytes = boot.bytes + (over && seen.outcome !== "probe" ? seen.bytes : 0);
    put({ ...next, ended: false, running, bytes, address: sighting.address });
  }

  function ownerOf({ transfer, address, mac }: FileSighting, time: number): Boot {
    const key = mac ?? addresses.get(address) ?? waiting(time, transfer !== undefined) ?? `ip ${address}`;
    addresses.set(address, key);
    return boots.get(key) ?? newBoot(key, time, key.startsWith("ip ") ? undefined : key);
  }

  /** The one boot that was told a file lately and whose address nobody told: a Pi 3 takes no lease that can be seen. */
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
    else if (event.type === "programs") programs = event;
    else if (event.type === "overhearing") overhearing = event.on;
    else if (event.type === "overheard") {
      onForeign(readForeignReply(event.reply, event.source), event.source.address, event.time);
    }
  }

  function onTick(now: number): void {
    for (const key of [...active].slice(0, judgedAtOnce)) {
      const boot = boots.peek(key);
      active.delete(key);
      if (boot === undefined) continue;
      active.add(key);
      const still = withStalls(boot, now);
      if (still !== boot) put(still);
      judged(still, now);
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
        onFile(readTftp(event.event), event.event.time);
        break;
      case "http":
        onFile(readHttp(event.event), event.event.time);
        break;
      case "appliance":
        onOwn(event.event);
    }
    return [...changed.values()];
  }

  return {
    apply,
    boots: () => [...boots.values()],
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

function withPace(fact: FileSighting["fact"], pace: Pace, time: number): FileSighting["fact"] {
  if (fact.outcome !== "running") return fact;
  const bytesPerSecond = rateOf(pace, time);
  return { ...fact, movedAt: pace.movedAt, ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }) };
}

function isHomeless({ ended, address, steps }: Boot): boolean {
  return !ended && address === undefined && steps.some(({ kind }) => kind === "offer" || kind === "ack");
}

function newlyReached(boot: Boot, verdicts: readonly Verdict[]): Verdict | undefined {
  const primary = primaryOf(verdicts);
  return sameVerdict(primary, primaryOf(boot.verdicts)) ? undefined : primary;
}
