import type { RemoteInfo } from "node:dgram";
import { isLoopback, namesBeforeTail } from "@bootlace/boot-source";
import { type FrameCache, frameCache } from "./cache.ts";
import { channelPools } from "./channel-pools.ts";
import type { Clock } from "./clock.ts";
import { admission } from "./core/admission.ts";
import type { RefusedReason, TftpClient, TftpEvent } from "./core/events.ts";
import { errors, type TftpError } from "./core/faults.ts";
import { decodeRequest, encodeError, opcodeOf, opcodes, type TftpRequest } from "./core/packet.ts";
import { isServableName } from "./core/text.ts";
import { timing } from "./core/transfer-types.ts";
import { ethernetBlock, largestBlock, linkMtu } from "./link-mtu.ts";
import type { Listener } from "./listener.ts";
import { readSession } from "./read-session.ts";
import type { SetSegmentSize } from "./segment-size.ts";
import type { ClientSettings, TftpLimits, TftpServerOptions } from "./server-options.ts";
import type { Session, SessionHost } from "./session.ts";
import { silentSessions } from "./silent-sessions.ts";
import { writeSession } from "./write-session.ts";

/** Ports that answer anything: a request from there is a loop in the making. */
const reservedPorts = new Set([0, 7, 9, 13, 17, 19, 37, 53, 67, 68, 69, 123, 137, 161, 389, 520, 1900, 4011]);

interface Entry {
  readonly session: Session;
  readonly datagram: Uint8Array;
  readonly listener: Listener;
  /** When it came. */
  readonly receivedAt: number;
}

interface Refusal {
  readonly reason: RefusedReason;
  readonly error?: TftpError;
  readonly detail?: string;
}

/** The part of the server that knows clients: takes requests in, and keeps the transfers. */
export interface Requests {
  onPacket(listener: Listener, packet: Buffer, from: RemoteInfo): void;
  /** Take new requests, or no more. */
  accept(yes: boolean): void;
  /** Makes what its transfers will need. */
  prepare(listener: Listener): void;
  /** Ends every transfer, or those of one listener. */
  stopAll(listener?: Listener): void;
  /** Nothing more will be asked there; transfers that run go on. */
  forget(listener: Listener): void;
  /** Called once when no transfer is left. */
  whenIdle(callback: () => void): void;
  readonly active: number;
  readonly cache: FrameCache;
  readonly requests: number;
}

export interface RequestDeps {
  /** What stays as it is while the server lives. */
  readonly options: Pick<TftpServerOptions, "source" | "sink" | "singlePort" | "mtuOf" | "progressInterval">;
  /** May change between two requests. */
  readonly limits: TftpLimits;
  readonly clock: Clock;
  /** @param address that of a client */
  isAllowed(address: string): boolean;
  settingsFor(client: TftpClient, file: string): ClientSettings | undefined;
  emit(event: TftpEvent): void;
  /** Sets how the system is to cut windows into packets; undefined where it is not to. */
  readonly setSegmentSize: SetSegmentSize | undefined;
}

export function requestsOf(deps: RequestDeps): Requests {
  const { options, limits, clock, emit, setSegmentSize } = deps;
  const cache = frameCache(limits.cacheSize);
  const gate = admission(limits);
  const entries = new Map<string, Entry>();
  const keys = new Map<Session, string>();
  const hosts = new WeakMap<Listener, SessionHost>();
  const pools = channelPools(options.singlePort ?? false, limits, clock.now, setSegmentSize);
  const silent = silentSessions();
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
      reject: (client, packet) => {
        gate.acknowledge(client.address);
        listener.reject(client, packet);
      },
      verified: (session) => gate.acknowledge(session.client.address),
      ended,
    };
  }

  function ended(session: Session): void {
    gate.release(session.client.address);
    const key = keys.get(session);
    keys.delete(session);
    if (key !== undefined && entries.get(key)?.session === session) entries.delete(key);
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
    if (error) listener.reject(client, encodeError(error.code, error.text));
    emit({ type: "refused", time: clock.wall(), client, file, reason, code: error?.code, detail });
  }

  function onPacket(listener: Listener, packet: Buffer, from: RemoteInfo): void {
    const { address: localAddress, port: localPort } = listener.endpoint;
    const opcode = opcodeOf(packet);
    const isRequest = opcode === opcodes.rrq || opcode === opcodes.wrq;
    const key = `${from.address} ${from.port} ${localAddress} ${localPort}`;
    if (options.singlePort && !isRequest) {
      const entry = entries.get(key);
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
    const lost = options.singlePort && (opcode === opcodes.ack || opcode === opcodes.data);
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
    const known = entries.get(key);
    if (known && sameOctets(known.datagram, datagram) && !isNew(known, now)) {
      if (gate.repeat(client.address, exempt, now)) known.session.repeat();
      else refused(listener, client, file, "rate");
      return;
    }
    known?.session.stop("replaced");
    const refusal = refusalOf(request);
    if (refusal) {
      refused(listener, client, file, refusal.reason, refusal.error, refusal.detail);
      return;
    }
    if (!mayBeServed(request)) {
      listener.reject(client, encodeError(errors.notFound.code, errors.notFound.text));
      const { code } = errors.notFound;
      emit({ type: "not-found", time: clock.wall(), client, file, reason: "bad-name", code, detail: undefined });
      return;
    }
    if (gate.active >= limits.maxTransfers) evictSilent(now);
    const verdict = gate.request(client.address, exempt, now);
    if (verdict === "granted") startSession(listener, client, key, request, datagram, now);
    else refused(listener, client, file, verdict);
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
  ): void {
    let host = hosts.get(listener);
    if (!host) {
      host = hostFor(listener);
      hosts.set(listener, host);
    }
    const before = gate.active;
    const asked = { client, request, settings: deps.settingsFor(client, request.file), receivedAt };
    const session =
      request.opcode === "wrq" && options.sink
        ? writeSession(host, options.sink, asked)
        : readSession(host, cache, options.source, asked);
    // A file that is not there has already been answered.
    if (gate.active < before) return;
    entries.set(key, { session, datagram, listener, receivedAt });
    keys.set(session, key);
    tickSoon();
  }

  function* sessions(): Iterable<Session> {
    for (const { session } of entries.values()) yield session;
  }

  function evictSilent(now: number): void {
    silent.next(sessions, (session) => keys.has(session), now)?.stop("evicted");
  }

  function tickSoon(): void {
    if (ticking) return;
    ticking = true;
    clock.run(() => {
      const now = clock.now();
      for (const { session } of entries.values()) session.tick(now);
      ticking = entries.size > 0;
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
      for (const entry of [...entries.values()]) {
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

/** By its own name, or for a read by what is left of it before the tail of an option. */
function mayBeServed({ opcode, file }: TftpRequest): boolean {
  return isServableName(file) || (opcode === "rrq" && namesBeforeTail(file).some(isServableName));
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
