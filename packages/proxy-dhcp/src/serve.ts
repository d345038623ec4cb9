import type { Socket } from "node:dgram";
import { relayToRoute } from "./core/admit.ts";
import type { Context, Datagram } from "./core/context.ts";
import type { ProxyDhcpEvent } from "./core/events.ts";
import type { OutgoingReply } from "./core/handle.ts";
import { LIMITED_BROADCAST, type ServedInterface, sameInterface, UNSPECIFIED } from "./core/interfaces.ts";
import { createLimiter, defaultLimits } from "./core/limits.ts";
import { respond } from "./core/respond.ts";
import { createTally } from "./core/tally.ts";
import { afterDelay } from "./delay.ts";
import type { ProxyDhcp, ProxyDhcpOptions } from "./options.ts";
import { settingsOf } from "./settings.ts";
import { addressTowards, bind, bindOffers, endpoint, type Sent, sendOnce } from "./sockets.ts";
import { type BindFailure, explained, ProxyDhcpStartError } from "./start-error.ts";
import { systemInterfaces } from "./system-interfaces.ts";

/** One served address: the PXE port's socket, and in full mode the one offers leave by. */
interface Service {
  readonly at: ServedInterface;
  readonly pxe: Socket;
  readonly offers: Socket | undefined;
}

/**
 * A proxyDHCP server: answers PXE, HTTP Boot, iPXE and Raspberry Pi clients beside the DHCP server, and assigns
 * nothing. Nothing is bound before `start`.
 *
 * @throws RangeError when `clientSubnets` holds what is no subnet
 */
export function createProxyDhcp(options: ProxyDhcpOptions): ProxyDhcp {
  const { onEvent = () => {}, now = Date.now, mode = "full", pollMilliseconds = 5000 } = options;
  let settings = settingsOf(options);
  const { ports } = settings;
  const limiter = createLimiter({ ...defaultLimits, ...options.limits });
  const tally = createTally();
  const services = new Map<string, Service>();
  const failing = new Map<string, string>();
  let { choose } = options;
  let source = options.interfaces ?? systemInterfaces;
  let listener: Socket | undefined;
  let poll: NodeJS.Timeout | undefined;
  let running = false;
  let held: ProxyDhcpEvent[] | undefined;
  let work: Promise<unknown> = Promise.resolve();

  function context(): Context {
    return { ...settings, choose, interfaces: Array.from(services.values(), ({ at }) => at) };
  }

  function emit(event: ProxyDhcpEvent): void {
    if (held === undefined) onEvent(event);
    else held.push(event);
  }

  /** One change of the sockets at a time. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = work.then(change);
    work = result.catch(() => undefined);
    return result;
  }

  async function open(at: ServedInterface): Promise<readonly BindFailure[]> {
    const pxe = await bind({ address: at.address, port: ports.pxe }, false);
    const offers = listener === undefined ? undefined : await bindOffers(at, listener.address().port, ports.client);
    const failures = [pxe, offers].flatMap((bound) => (bound?.ok === false ? [bound.failure] : []));
    if (!pxe.ok || offers?.ok === false) {
      for (const bound of [pxe, offers]) if (bound?.ok) bound.socket.close();
      return failures;
    }
    services.set(at.address, { at, pxe: pxe.socket, offers: offers?.socket });
    for (const socket of [pxe.socket, offers?.socket]) socket?.on("error", onSocketError(at));
    pxe.socket.on("message", (bytes, from) => {
      receive({ bytes, port: "pxe", localPort: pxe.socket.address().port, source: endpoint(from), arrival: at });
    });
    emit({ type: "interface-up", at: now(), interface: at });
    emit({ type: "listening", at: now(), port: "pxe", local: endpoint(pxe.socket.address()), interfaceName: at.name });
    return [];
  }

  function close({ at, pxe, offers }: Service): void {
    services.delete(at.address);
    pxe.close();
    offers?.close();
    emit({ type: "interface-down", at: now(), interface: at });
  }

  function onSocketError(at: ServedInterface): (error: NodeJS.ErrnoException) => void {
    return (error) => {
      tally.sendFailed();
      const to = { address: at.broadcast ?? LIMITED_BROADCAST, port: ports.client };
      emit({ type: "send-failed", at: now(), interfaceName: at.name, to, code: error.code ?? error.message });
    };
  }

  /** Makes the sockets fit the wanted addresses. */
  async function follow(wanted: readonly ServedInterface[]): Promise<readonly BindFailure[]> {
    for (const service of [...services.values()]) {
      if (!wanted.some((at) => sameInterface(at, service.at))) close(service);
    }
    const failures: BindFailure[] = [];
    for (const at of wanted) {
      if (!services.has(at.address)) failures.push(...(await open(at)));
    }
    return failures;
  }

  /** Failures are told once, and tried again at each tick. */
  async function reconcile(): Promise<void> {
    if (!running) return;
    const wanted = wantedInterfaces();
    const before = new Map(failing);
    failing.clear();
    for (const { code, address, port } of await follow(wanted)) {
      failing.set(address, code);
      const at = wanted.find((candidate) => candidate.address === address);
      if (at !== undefined && before.get(address) !== code) {
        emit({ type: "interface-failed", at: now(), interface: at, code, local: { address, port } });
      }
    }
  }

  function wantedInterfaces(): readonly ServedInterface[] {
    return typeof source === "function" ? source() : source;
  }

  function receive(datagram: Datagram): void {
    const relay = datagram.port === "dhcp" ? relayToRoute(datagram.bytes, context()) : undefined;
    if (relay === undefined) {
      answer(datagram);
      return;
    }
    void addressTowards(relay, ports.relay).then((address) => {
      const arrival = services.get(address ?? "")?.at;
      answer({ ...datagram, ...(arrival === undefined ? {} : { arrival }) });
    });
  }

  function answer(datagram: Datagram): void {
    if (!running) return;
    const began = performance.now();
    const { replies, event } = respond(datagram, context(), limiter, tally, now());
    for (const reply of replies) afterDelay(reply, () => send(reply));
    const milliseconds = performance.now() - began;
    if (event !== undefined) emit(event.type === "packet" ? { ...event, milliseconds } : event);
  }

  function send(reply: OutgoingReply): void {
    if (!running) return;
    const { bytes, to, via, interfaceName } = reply;
    const service = services.get(reply.from.address);
    const sent: Sent = (error) => {
      if (error === null) return;
      tally.sendFailed();
      emit({ type: "send-failed", at: now(), interfaceName, to, code: error.code ?? String(error.message) });
    };
    if (via === "unicast") void sendOnce(reply, sent);
    else if (via === "broadcast") service?.offers?.send(bytes, sent);
    else service?.pxe.send(bytes, to.port, to.address, sent);
  }

  async function start(): Promise<void> {
    if (running) return;
    held = [];
    const failures: BindFailure[] = [];
    if (mode === "full") {
      const bound = await bind({ address: UNSPECIFIED, port: ports.dhcp }, true);
      if (bound.ok) listener = bound.socket;
      else failures.push(bound.failure);
    }
    failures.push(...(await follow(wantedInterfaces())).filter(isFatal));
    const [first, ...others] = await Promise.all(failures.map((failure) => explained(failure, ports.dhcp)));
    if (first !== undefined) {
      shut();
      held = undefined;
      throw new ProxyDhcpStartError(first, others);
    }
    running = true;
    const told = held;
    held = undefined;
    if (listener !== undefined) listen(listener);
    for (const event of told) emit(event);
    poll = setInterval(() => inTurn(reconcile), pollMilliseconds);
  }

  /** An address that went away since it was listed is no reason not to start. */
  function isFatal({ code }: BindFailure): boolean {
    return typeof source !== "function" || code !== "EADDRNOTAVAIL";
  }

  function listen(socket: Socket): void {
    socket.on("error", onSocketError({ name: "*", address: UNSPECIFIED, netmask: UNSPECIFIED }));
    socket.on("message", (bytes, from) => {
      receive({ bytes, port: "dhcp", localPort: socket.address().port, source: endpoint(from) });
    });
    emit({ type: "listening", at: now(), port: "dhcp", local: endpoint(socket.address()) });
  }

  function shut(): void {
    clearInterval(poll);
    for (const service of [...services.values()]) close(service);
    listener?.close();
    listener = undefined;
  }

  async function stop(): Promise<void> {
    if (!running) return;
    running = false;
    shut();
    emit({ type: "stopped", at: now() });
  }

  return {
    start: () => inTurn(start),
    stop: () => inTurn(stop),
    setInterfaces(interfaces) {
      source = interfaces;
      return inTurn(reconcile);
    },
    setChoose(next) {
      choose = next;
    },
    setClients(clients) {
      settings = settingsOf({ ...options, ...clients });
    },
    endpoints: () => [
      ...(listener === undefined ? [] : [{ role: "dhcp" as const, ...endpoint(listener.address()) }]),
      ...Array.from(services.values(), ({ at, pxe }) => ({
        role: "pxe" as const,
        interfaceName: at.name,
        ...endpoint(pxe.address()),
      })),
    ],
    interfaces: () => context().interfaces,
    counters: tally.counters,
    [Symbol.asyncDispose]: () => inTurn(stop),
  };
}
