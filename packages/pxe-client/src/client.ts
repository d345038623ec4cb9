import { randomInt } from "node:crypto";
import type { Socket } from "node:dgram";
import { systemClock } from "./clock.ts";
import type { BootSettings, Effect, MachineEvent, Outcome } from "./core/boot.ts";
import { type MachineState, step, switchedOff } from "./core/machine.ts";
import type { Endpoint, Received } from "./core/message.ts";
import { models } from "./core/models.ts";
import { openDhcpPort } from "./dhcp-port.ts";
import { httpGet } from "./http-get.ts";
import * as check from "./option-checks.ts";
import { checkAll } from "./option-error.ts";
import {
  type ClientPorts,
  checkOptions,
  type FileRequest,
  type PxeClientEvent,
  type PxeClientOptions,
} from "./options.ts";
import type { Signal } from "./signal.ts";
import { type Fetched, tftpGet } from "./tftp-get.ts";
import { tftpPlace } from "./tftp-place.ts";
import { openUdp } from "./udp.ts";

export interface PxeClient {
  /**
   * Boots once. What the network causes is an {@link Outcome}; rejects with `signal.reason` when aborted, with what
   * `onData` throws, and with the system's error when a socket cannot be bound, and with PxeClientOptionError. Nothing stays bound in any case.
   */
  boot(options?: BootOptions): Promise<Outcome>;
}

interface BootOptions {
  readonly signal?: Signal | undefined;
}

/** A client that does what the firmware of `model` does, over real sockets. @throws PxeClientOptionError for an option that cannot be */
export function createPxeClient(options: PxeClientOptions): PxeClient {
  checkOptions(options);
  return {
    async boot(given = {}) {
      checkAll<BootOptions>(given, { signal: check.signal });
      return boot(options, given.signal);
    },
  };
}

const PORTS: ClientPorts = { client: 68, server: 67, pxe: 4011, pxeClient: 4011, tftp: 69 };

type Emit = (event: DistributiveOmit<PxeClientEvent, "time">) => void;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function settingsOf(options: PxeClientOptions): BootSettings {
  const { model, mac, machine, architecture, xid = randomInt(2 ** 32), waitOut = true, menuEntry = 0 } = options;
  return {
    model: typeof model === "string" ? models[model] : model,
    who: {
      mac,
      ...(machine === undefined ? {} : { machine }),
      ...(architecture === undefined ? {} : { architecture }),
    },
    xid,
    waitOut,
    broadcastFlag: true,
    menuEntry,
    fetch: options.fetch ?? true,
  };
}

async function boot(options: PxeClientOptions, signal: Signal | undefined): Promise<Outcome> {
  signal?.throwIfAborted();
  const { clock = systemClock } = options;
  const emit: Emit = (event) => options.onEvent?.({ ...event, time: clock.now() } as PxeClientEvent);
  const power = new AbortController();
  const stop = () => power.abort(signal?.reason);
  signal?.addEventListener("abort", stop);
  const port = options.dhcp ?? (await openDhcpPort({ port: options.ports?.client ?? PORTS.client }));
  try {
    return await run({ ...options, dhcp: port, clock }, power, emit);
  } finally {
    power.abort();
    signal?.removeEventListener("abort", stop);
    if (options.dhcp === undefined) await port.close();
  }
}

type Running = PxeClientOptions & Required<Pick<PxeClientOptions, "dhcp" | "clock">>;

/** Runs the machine: events in, effects out, until it ends. */
function run(options: Running, power: AbortController, emit: Emit): Promise<Outcome> {
  const { dhcp, clock, deadline } = options;
  power.signal.throwIfAborted();
  const ports = { ...PORTS, ...options.ports };
  const settings = settingsOf(options);
  const { signal } = power;
  let state: MachineState = switchedOff;
  let cancel: (() => void) | undefined;
  let own: { readonly port: number; readonly socket: Promise<Socket> } | undefined;

  const known = ({ bytes, source }: Received): Received => {
    const port = source.port === ports.server ? 67 : source.port === ports.pxe ? 4011 : source.port;
    return { bytes, source: { address: source.address, port } };
  };
  return new Promise<Outcome>((resolve, reject) => {
    const finish = (outcome: Outcome) => {
      emit({ type: "ended", outcome });
      resolve(outcome);
    };
    const take = (event: MachineEvent) => {
      if (signal.aborted || state.phase === "ended") return;
      try {
        const [next, effects] = step(settings, state, event);
        state = next;
        for (const effect of effects) perform(effect);
      } catch (error) {
        reject(error);
      }
    };
    /** The socket of one address: from the leased one PXE ports are asked. */
    const socketAt = (address: string, from: 68 | 4011): Promise<Socket> => {
      if (own?.port !== from) {
        closeSocket(own?.socket);
        const bound = from === 68 ? ports.client : ports.pxeClient;
        const hear = (bytes: Uint8Array, source: Endpoint) =>
          take({ type: "received", received: known({ bytes, source }), port: from });
        own = { port: from, socket: openUdp(address, bound, hear) };
      }
      return own.socket;
    };
    const sendFrom = async (effect: Extract<Effect, { type: "send" }>, to: Endpoint) => {
      const { purpose, bytes, from } = effect;
      const failed = (error: NodeJS.ErrnoException) => {
        if (!signal.aborted) emit({ type: "send-failed", purpose, to, code: error.code ?? error.message });
      };
      const at = options.local ?? effect.local;
      if (at === undefined) return dhcp.send(bytes, to, failed);
      const socket = await socketAt(at, from);
      if (signal.aborted) return;
      socket.setBroadcast(true);
      socket.send(bytes, to.port, to.address, (error) => error && failed(error));
    };
    const perform = (effect: Effect) => {
      switch (effect.type) {
        case "send": {
          const { purpose, attempt } = effect;
          const port = effect.to.port === 67 ? ports.server : ports.pxe;
          const broadcast = effect.to.address === "255.255.255.255";
          const to = { address: broadcast ? (options.broadcast ?? effect.to.address) : effect.to.address, port };
          emit({ type: "sent", purpose, attempt, to });
          sendFrom(effect, to).catch(reject);
          return;
        }
        case "arm":
          cancel?.();
          cancel = clock.after(effect.milliseconds, () => take({ type: "timer" }));
          return;
        case "fetch": {
          cancel?.();
          const { by, server, file } = effect;
          const request = { by, server, file };
          emit({ type: "fetching", ...request });
          const address = state.phase === "fetching" ? state.address : undefined;
          fetchFile(options, settings, ports, request, options.local ?? address, signal).then((fetched) => {
            if (signal.aborted) return;
            if (fetched.kind === "whole") {
              emit({ type: "fetched", ...request, bytes: fetched.bytes });
              take({ type: "fetched" });
            } else {
              const code = isMissing(by, fetched) ? "not-found" : "fetch-failed";
              emit({ type: "fetch-failed", ...request, code, text: fetched.text });
              take({ type: "fetch-failed", code });
            }
          }, reject);
          return;
        }
        case "end":
          return finish(effect.outcome);
        default:
          emit(effect);
      }
    };
    signal.addEventListener("abort", () => {
      cancel?.();
      expire?.();
      endListening();
      closeSocket(own?.socket);
      reject(signal.reason);
    });
    const endListening = dhcp.listen(options.mac, (received) =>
      take({ type: "received", received: known(received), port: 68 }),
    );
    const expire =
      deadline === undefined
        ? undefined
        : clock.after(deadline, () => finish({ kind: "failed", code: "deadline", phase: state.phase }));
    take({ type: "power-on" });
  });
}

function closeSocket(socket: Promise<Socket> | undefined): void {
  socket?.then(
    (opened) => opened.close(),
    () => undefined,
  );
}

/** RFC 1350 §5: ERROR 1 is "file not found". */
function isMissing(by: "tftp" | "http", fetched: Fetched): boolean {
  return fetched.kind === "error" && fetched.code === (by === "tftp" ? 1 : 404);
}

async function fetchFile(
  options: Running,
  { model }: BootSettings,
  ports: ClientPorts,
  { by, server, file }: FileRequest,
  local: string | undefined,
  signal: AbortSignal,
): Promise<Fetched> {
  const at = local === undefined ? {} : { local };
  const sink = options.onData === undefined ? {} : { onData: options.onData };
  if (by === "tftp") {
    const place = tftpPlace(server, ports.tftp, file);
    if (place === undefined) return { kind: "gave-up", text: `${file}: not the URL of a file at an IPv4 address` };
    const { blockSize, windowSize } = model.voice.tftp;
    const { clock } = options;
    return tftpGet({ ...place, blockSize, windowSize, signal, clock, ...at, ...sink });
  }
  if (!/^http:/i.test(file) || !URL.canParse(file)) return { kind: "gave-up", text: `${file}: not an http: URL` };
  // edk2 asks for the size first, and does not boot without it.
  const head = await httpGet({ url: file, method: "HEAD", signal, ...at });
  return head.kind === "whole" ? httpGet({ url: file, signal, ...at, ...sink }) : head;
}
