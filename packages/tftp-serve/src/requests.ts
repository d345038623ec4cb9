import type { RemoteInfo } from "node:dgram";
import { boundedMap, isLoopback } from "@bootlace/boot-source";
import { frameCache } from "./cache.ts";
import { channelPools } from "./channel-pools.ts";
import { admission, type Verdict } from "./core/admission.ts";
import type { RefusedReason, TftpClient } from "./core/events.ts";
import { errors, type TftpError } from "./core/faults.ts";
import { decodeRequest, encodeError, opcodeOf, opcodes, type TftpRequest } from "./core/packet.ts";
import { timing } from "./core/transfer-types.ts";
import { ethernetBlock, largestBlock, linkMtu } from "./link-mtu.ts";
import type { Listener } from "./listener.ts";
import { openings } from "./openings.ts";
import { readSession } from "./read-session.ts";
import { mayBeServed, reservedPorts, sameOctets } from "./request-checks.ts";
import type { RequestDeps, Requests } from "./request-deps.ts";
import { type Entry, runningSessions } from "./running-sessions.ts";
import type { Session, SessionHost } from "./session.ts";
import { writeSession } from "./write-session.ts";

/** In single-port mode a transfer that has moved within so many milliseconds keeps its port. */
const keepsPortFor = 1000;

/** Names of files that were there. */
const mostFound = 1024;

interface Refusal {
  readonly reason: RefusedReason;
  readonly error?: TftpError;
  readonly detail?: string;
}

export function requestsOf(deps: RequestDeps): Requests {
  const { options, limits, clock, emit, setSegmentSize } = deps;
  const { singlePort = false } = options;
  const cache = frameCache(limits.cacheSize);
  const gate = admission(limits, options.isNeighbour);
  const lookUps = openings(clock.now);
  const found = boundedMap<string, true>(mostFound);
  const sessions = runningSessions(gate.isKnown);
  const hosts = new WeakMap<Listener, SessionHost>();
  const pools = channelPools(singlePort ? onPacket : undefined, limits, clock.now, setSegmentSize);
  let idle: (() => void)[] = [];
  let ids = 0;
  let requests = 0;
  let refusing = false;
  let ticking = false;

  function hostFor(listener: Listener): SessionHost {
    const pool = pools.of(listener);
    const onLink = largestBlock(listener.endpoint.address, clock.now, options.mtuOf ?? linkMtu);
    return {
      clock,
      limits,
      // Who allows more than Ethernet holds wants fragments.
      maxBlockSize: () =>
        limits.maxBlockSize > ethernetBlock ? limits.maxBlockSize : Math.min(limits.maxBlockSize, onLink()),
      progressInterval: options.progressInterval ?? 1000,
      emit,
      nextId: () => ++ids,
      channel: pool.open,
      reject(client, packet) {
        if (!mayTell(client)) return false;
        gate.acknowledge(client.address);
        listener.reject(client, packet);
        return true;
      },
      maxWindowSize: () => (singlePort ? 1 : limits.maxWindowSize),
      lookUp({ client: { address }, request: { file }, receivedAt }, turn) {
        const waiting = { address, found: found.get(file) === true, receivedAt, ...turn };
        lookUps.ask(gate.isKnown(address), isLoopback(address), waiting);
      },
      found: ({ request: { file } }) => void found.set(file, true),
      verified(session, acknowledged) {
        gate.acknowledge(session.client.address);
        // From the request port anybody can acknowledge anything.
        if (singlePort || !acknowledged) return;
        gate.prove(session.client.address);
        sessions.endForerunners(session, clock.now());
      },
      ended,
    };
  }

  /** Takes a share of the ERRORs. */
  function mayTell({ address }: TftpClient): boolean {
    return gate.error(address, isLoopback(address), clock.now());
  }

  function ended(session: Session): void {
    gate.release(session.client.address);
    sessions.remove(session);
    if (gate.active > 0) return;
    const callbacks = idle;
    idle = [];
    for (const callback of callbacks) callback();
  }

  function refused(
    listener: Listener,
    client: TftpClient,
    file: string | undefined,
    reason: RefusedReason,
    error?: TftpError,
    detail?: string,
  ): void {
    const rejected = error !== undefined && mayTell(client);
    if (rejected) listener.reject(client, encodeError(error.code, error.text));
    emit({
      type: "refused",
      time: clock.wall(),
      client,
      file,
      reason,
      code: rejected ? error.code : undefined,
      detail,
    });
  }

  function badName(listener: Listener, client: TftpClient, file: string): void {
    if (!mayTell(client)) {
      refused(listener, client, file, "rate");
      return;
    }
    const { code, text } = errors.notFound;
    listener.reject(client, encodeError(code, text));
    emit({ type: "not-found", time: clock.wall(), client, file, reason: "bad-name", code, detail: undefined });
  }

  function onPacket(listener: Listener, packet: Buffer, from: RemoteInfo): void {
    const { address: localAddress, port: localPort } = listener.endpoint;
    const opcode = opcodeOf(packet);
    const isRequest = opcode === opcodes.rrq || opcode === opcodes.wrq;
    const key = `${from.address} ${from.port} ${localAddress} ${localPort}`;
    if (singlePort && !isRequest) {
      const entry = sessions.newest(key);
      if (entry) {
        entry.session.packet(packet);
        return;
      }
    }
    requests++;
    const client: TftpClient = { address: from.address, port: from.port, localAddress, localPort };
    if (reservedPorts.has(from.port)) refused(listener, client, undefined, "reserved-port");
    else if (!deps.isAllowed(from.address)) refused(listener, client, undefined, "client-not-allowed");
    else if (!isRequest) onStranger(listener, client, opcode);
    else {
      const decoded = decodeRequest(packet);
      if (decoded.ok) onRequest(listener, client, key, decoded.request, packet);
      else refused(listener, client, undefined, "malformed", undefined, decoded.fault);
    }
  }

  /** Neither RRQ nor WRQ: in single-port mode ACK and DATA of a transfer we do not know. */
  function onStranger(listener: Listener, client: TftpClient, opcode: number): void {
    const lost = singlePort && (opcode === opcodes.ack || opcode === opcodes.data);
    const answer = lost && gate.repeat(client.address, false, clock.now()) ? errors.unknownTid : undefined;
    refused(listener, client, undefined, "malformed", answer, "opcode");
  }

  function onRequest(
    listener: Listener,
    client: TftpClient,
    key: string,
    request: TftpRequest,
    datagram: Uint8Array,
  ): void {
    const { file } = request;
    const exempt = isLoopback(client.address);
    const now = clock.now();
    const known = sessions.newest(key);
    if (known && sameOctets(known.datagram, datagram) && !isNew(known, now)) {
      if (gate.repeat(client.address, exempt, now)) known.session.repeat();
      else refused(listener, client, file, "rate");
      return;
    }
    if (known && singlePort && keepsPort(known, now)) {
      refused(listener, client, file, "port-in-use");
      return;
    }
    const refusal = refusalOf(request);
    if (refusal) {
      refused(listener, client, file, refusal.reason, refusal.error, refusal.detail);
      return;
    }
    if (!mayBeServed(request)) {
      badName(listener, client, file);
      return;
    }
    if (gate.active >= limits.maxTransfers) sessions.evictSilent(now);
    // A transfer that was acknowledged goes on beside the new one, which may be forged: the client decides by what it
    // acknowledges.
    const stale = known && (singlePort || !known.session.acknowledged()) ? known.session : undefined;
    let verdict = gate.request(client.address, exempt, now);
    if (verdict.startsWith("too-many") && makesRoom(verdict, stale, client)) {
      verdict = gate.request(client.address, exempt, now);
    }
    if (verdict !== "granted" && verdict !== "single") {
      refused(listener, client, file, verdict);
      return;
    }
    stale?.stop("replaced");
    startSession(listener, client, key, request, datagram, now, verdict === "single");
  }

  /** Ends what the new request replaces, or another that this address has not acknowledged. */
  function makesRoom(verdict: Verdict, stale: Session | undefined, { address }: TftpClient): boolean {
    stale?.stop("replaced");
    return stale !== undefined || (verdict === "too-many-transfers-of-client" && sessions.evictUnanswered(address));
  }

  function keepsPort({ session }: Entry, now: number): boolean {
    return session.acknowledged() && now - session.quietSince(now) < keepsPortFor;
  }

  /** The same datagram again is a new request once the old one was acknowledged, unless the network doubled it. */
  function isNew(known: Entry, now: number): boolean {
    return known.session.acknowledged() && now - known.receivedAt >= timing.repeatGap;
  }

  function refusalOf(request: TftpRequest): Refusal | undefined {
    if (refusing) return { reason: "stopping" };
    if (request.mode !== "octet" && request.mode !== "netascii") {
      return { reason: "mode", error: errors.illegalOperation, detail: request.mode };
    }
    if (request.opcode === "wrq" && !options.sink) return { reason: "write-refused", error: errors.accessViolation };
    return undefined;
  }

  function startSession(
    listener: Listener,
    client: TftpClient,
    key: string,
    request: TftpRequest,
    datagram: Uint8Array,
    receivedAt: number,
    single: boolean,
  ): void {
    let host = hosts.get(listener);
    if (!host) {
      host = hostFor(listener);
      hosts.set(listener, host);
    }
    const asked = { client, request, settings: deps.settingsFor(client, request.file), receivedAt, single };
    const session =
      request.opcode === "wrq" && options.sink
        ? writeSession(host, options.sink, asked)
        : readSession(host, cache, options.source, asked);
    // A file that is not there has already been answered.
    if (session.isOver()) return;
    sessions.add({ session, key, datagram, listener, receivedAt });
    tickSoon();
  }

  function tickSoon(): void {
    if (ticking) return;
    ticking = true;
    clock.run(() => {
      const now = clock.now();
      for (const { session } of sessions.all()) session.tick(now);
      ticking = sessions.size > 0;
      if (pools.trim()) ticking = true;
      return ticking;
    });
  }

  return {
    onPacket,
    accept(yes) {
      refusing = !yes;
    },
    prepare(listener) {
      pools.of(listener);
    },
    stopAll(listener) {
      for (const entry of [...sessions.all()]) {
        if (listener === undefined || entry.listener === listener) entry.session.stop("stopped");
      }
    },
    forget(listener) {
      pools.forget(listener);
    },
    whenIdle(callback) {
      if (gate.active === 0) callback();
      else idle.push(callback);
    },
    get active() {
      return gate.active;
    },
    cache,
    get requests() {
      return requests;
    },
  };
}
