import type { Socket } from "node:dgram";
import {
  type BindFailure,
  boundedHolder,
  checkChanges,
  checkOptions,
  drainWait,
  followAddresses,
  lifecycle,
  type StopSignal,
} from "@bootlace/boot-source";
import { relayToRoute } from "./core/admit.ts";
import type { Context, Datagram } from "./core/context.ts";
import type { ProxyDhcpEvent } from "./core/events.ts";
import type { OutgoingReply } from "./core/handle.ts";
import {
  directedBroadcast,
  isLoopback,
  LIMITED_BROADCAST,
  type ServedInterface,
  sameInterface,
  UNSPECIFIED,
} from "./core/interfaces.ts";
import { createLimiter, defaultLimits } from "./core/limits.ts";
import { respond } from "./core/respond.ts";
import { createTally } from "./core/tally.ts";
import { delayedReplies } from "./delayed-replies.ts";
import { deviceSockets, type Heard } from "./device-sockets.ts";
import { hostSockets } from "./host-sockets.ts";
import { changesTable, checkedInterfaces, optionsTable } from "./option-tables.ts";
import type { BoundAddress, ProxyDhcp, ProxyDhcpChanges, ProxyDhcpOptions } from "./options.ts";
import { routes } from "./routes.ts";
import { bindService, closeService, receiveOn, type Service } from "./service.ts";
import { settingsOf } from "./settings.ts";
import { bind, closed, endpoint, type Sent } from "./sockets.ts";
import { systemInterfaces } from "./system-interfaces.ts";

/** Another DHCP server on this host holds the port exclusively: two ways to run beside it. */
const dhcpPortAdvice =
  "If it is another DHCP server, make it bind its interfaces one by one and share the port (dnsmasq: bind-dynamic), " +
  "or use mode pxe-port-only, which replies on the PXE port alone";

/**
 * A proxyDHCP server: answers PXE, HTTP Boot, iPXE and Raspberry Pi clients beside the DHCP server, and assigns
 * nothing. Nothing is bound before `start`.
 *
 * @throws OptionError, which names the option, for an invalid value and for an unknown option
 */
export function createProxyDhcp(given: ProxyDhcpOptions): ProxyDhcp {
  let options = checkOptions("createProxyDhcp", given, optionsTable);
  const { onEvent = () => {}, now = Date.now, mode = "full", pollMilliseconds = 5000 } = options;
  let settings = settingsOf(options);
  const { ports } = settings;
  const limiter = createLimiter({ ...defaultLimits, ...options.limits });
  const tally = createTally();
  const delayed = delayedReplies();
  const hosts = hostSockets((bytes, source, to) => receive({ bytes, port: "dhcp", localPort: to.port, source }));
  const devices = deviceSockets(options.bindToDevice, (bytes, source, device) => {
    const known = device === undefined ? {} : { device };
    receive({ bytes, port: "dhcp", localPort: portOfListener(), source, ...known });
  });
  const route = routes();
  let listener: Socket | undefined;
  let poll: NodeJS.Timeout | undefined;
  /** Events of a start, held until it succeeds. */
  let held: ProxyDhcpEvent[] | undefined;

  const services = followAddresses<ServedInterface, Service>({
    key: ({ address }) => address,
    async bind(iface) {
      const bound = await bindService(iface, ports, listener?.address().port);
      if (!bound.ok) return { ok: false, failures: bound.failures.map(advised) };
      receiveOn(bound.bound, receive, onSocketError(iface));
      return bound;
    },
    async unbind(service) {
      await Promise.all([hosts.close(service.iface.address), closeService(service)]);
    },
    fits: ({ iface }, wanted) => sameInterface(iface, wanted),
    onBound: (service) => emit({ type: "listening", time: now(), ...boundAddress(service) }),
    onUnbound: (service) => emit({ type: "unlistening", time: now(), ...boundAddress(service) }),
    onFailure({ address, port, code }, { name }) {
      const role = port === listener?.address().port ? "dhcp" : "pxe";
      emit({ type: "listen-failed", time: now(), address, port, code, role, interfaceName: name });
    },
    holderOf: boundedHolder(options.holderOf),
  });

  const wait = drainWait(timer);
  const life = lifecycle({ open, close, hurry: wait.within });

  function context(): Context {
    return { ...settings, choose: options.choose, interfaces: services.bound().map(({ iface }) => iface) };
  }

  function emit(event: ProxyDhcpEvent): void {
    if (held === undefined) onEvent(event);
    else held.push(event);
  }

  function advised(failure: BindFailure): BindFailure {
    const isDhcpPort = failure.code === "EADDRINUSE" && failure.port === ports.dhcp;
    return isDhcpPort ? { ...failure, advice: dhcpPortAdvice } : failure;
  }

  function onSocketError(iface: ServedInterface): (error: NodeJS.ErrnoException) => void {
    return (error) => {
      tally.sendFailed();
      const to = { address: iface.broadcast ?? LIMITED_BROADCAST, port: ports.client };
      emit({ type: "send-failed", time: now(), interfaceName: iface.name, to, code: error.code ?? error.message });
    };
  }

  function wantedInterfaces(): readonly ServedInterface[] {
    const { interfaces = systemInterfaces } = options;
    return typeof interfaces === "function" ? checkedInterfaces(interfaces()) : interfaces;
  }

  /** An address removed since it was listed does not prevent the start. */
  function isTolerable({ code }: BindFailure): boolean {
    return typeof (options.interfaces ?? systemInterfaces) === "function" && code === "EADDRNOTAVAIL";
  }

  function receive(datagram: Datagram): void {
    const relay = datagram.port === "dhcp" ? relayToRoute(datagram.bytes, context()) : undefined;
    if (relay === undefined) {
      answer(datagram);
      return;
    }
    void route(relay, ports.relay, now()).then((address) => {
      const arrival = services.get(address ?? "")?.iface;
      answer({ ...datagram, ...(arrival === undefined ? {} : { arrival }) });
    });
  }

  function answer(datagram: Datagram): void {
    if (!life.running) return;
    const began = performance.now();
    const { replies, event, spent } = respond(datagram, context(), limiter, tally, now());
    for (const reply of replies) delayed.after(reply, () => send(reply));
    const milliseconds = performance.now() - began;
    if (event !== undefined) emit(event.type === "packet" ? { ...event, milliseconds } : event);
    spent?.(performance.now() - began);
  }

  function send(reply: OutgoingReply): void {
    const { bytes, to, via, interfaceName } = reply;
    const service = services.get(reply.from.address);
    if (service === undefined) return;
    const sent: Sent = (error) => {
      if (error === null) return;
      tally.sendFailed();
      emit({ type: "send-failed", time: now(), interfaceName, to, code: error.code ?? String(error.message) });
    };
    if (via === "unicast") hosts.send(reply.from, to, bytes, settings.relays.has(to.address), sent);
    else if (via === "broadcast") service.offers?.send(bytes, sent);
    else service.pxe.send(bytes, to.port, to.address, sent);
  }

  /** Binds everything or nothing. */
  async function open(signal: StopSignal | undefined): Promise<void> {
    const events: ProxyDhcpEvent[] = [];
    try {
      const failures: BindFailure[] = [];
      if (mode === "full") {
        const bound = await bind({ address: UNSPECIFIED, port: ports.dhcp }, true);
        if (bound.ok) listener = bound.socket.on("error", onSocketError(everywhere));
        else failures.push(advised(bound.failure));
      }
      held = events;
      await services.start(wantedInterfaces(), { signal, failures, tolerates: isTolerable });
    } catch (error) {
      await closeListener();
      throw error;
    } finally {
      held = undefined;
    }
    if (listener !== undefined) listen(listener);
    void followDevices();
    for (const event of events) emit(event);
    poll = setInterval(() => void tick().catch(() => undefined), pollMilliseconds);
  }

  async function tick(): Promise<void> {
    await services.follow(wantedInterfaces());
    await followDevices();
  }

  function portOfListener(): number {
    return listener?.address().port ?? ports.dhcp;
  }

  /** Where the DHCP port is not served, nothing need be heard there. */
  async function followDevices(): Promise<void> {
    if (listener === undefined || options.bindToDevice === undefined) return;
    const served = services.bound().map(({ iface }) => iface);
    // On the loopback network there are no broadcasts to 255.255.255.255.
    const heard = served.some(({ address }) => isLoopback(address)) ? [] : served.flatMap(broadcastsOf);
    await devices.follow(heard, listener);
  }

  function listen(socket: Socket): void {
    socket.on("message", (bytes, from) => devices.heardByAll(bytes, endpoint(from)));
    emit({ type: "listening", time: now(), role: "dhcp", ...endpoint(socket.address()) });
  }

  async function closeListener(): Promise<void> {
    const socket = listener;
    listener = undefined;
    if (socket !== undefined) await closed(socket);
  }

  async function close({ drain, timeout }: { drain: boolean; timeout: number }): Promise<void> {
    clearInterval(poll);
    if (drain) await wait.until(delayed.gone(), timeout);
    const local = listener === undefined ? undefined : endpoint(listener.address());
    await devices.close();
    await services.close();
    await hosts.close();
    await closeListener();
    if (local !== undefined) emit({ type: "unlistening", time: now(), role: "dhcp", ...local });
    emit({ type: "stopped", time: now() });
  }

  async function configure(given: ProxyDhcpChanges): Promise<readonly BindFailure[]> {
    const changes = checkChanges("ProxyDhcp.configure", given, changesTable, optionsTable);
    options = { ...options, ...changes } as ProxyDhcpOptions;
    settings = settingsOf(options);
    if (changes.limits !== undefined) limiter.change({ ...defaultLimits, ...changes.limits });
    if (life.stopping) return [];
    if (changes.interfaces === undefined) return services.explained(services.failing());
    const failures = await services.follow(wantedInterfaces());
    void followDevices();
    return services.explained(failures);
  }

  return {
    start: life.start,
    stop: life.stop,
    configure,
    addresses: () => [
      ...(listener === undefined ? [] : [{ role: "dhcp" as const, ...endpoint(listener.address()) }]),
      ...services.bound().map(boundAddress),
    ],
    interfaces: () => context().interfaces,
    statistics: tally.statistics,
    [Symbol.asyncDispose]: () => life.stop(),
  };
}

/** The address of the DHCP port's socket. */
const everywhere: ServedInterface = { name: "*", address: UNSPECIFIED, netmask: UNSPECIFIED };

function boundAddress({ iface, local }: Service): BoundAddress {
  return { role: "pxe", interfaceName: iface.name, ...local };
}

function timer(ms: number, work: () => void): () => void {
  const timeout = setTimeout(work, ms);
  return () => clearTimeout(timeout);
}

/** What is broadcast to its link and its subnet. */
function broadcastsOf(iface: ServedInterface): Heard[] {
  const directed = directedBroadcast(iface);
  const limited = { device: iface.name, address: LIMITED_BROADCAST };
  return directed === undefined ? [limited] : [limited, { device: iface.name, address: directed, directed: true }];
}
