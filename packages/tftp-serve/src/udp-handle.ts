import type { Socket } from "node:dgram";

/**
 * What `node:dgram` itself asks of the handle below a socket. No public interface: so nothing is taken for granted. The
 * first datagrams go the public way, and only when the call that dgram then makes is the one known here is it made
 * directly from then on. See docs/decisions/0005-udp-handle.md.
 */
interface UdpHandle {
  send(...call: unknown[]): unknown;
}

type Request = new () => object;

/** Takes note of a datagram; `false` or undefined: it was not sent, take the public way. */
export interface QuickSender {
  /** @returns bytes + 1, 0 if it has to wait, or the negative number of an error */
  toPeer(packet: Uint8Array): number | undefined;
  to(packet: Uint8Array, port: number, address: string): boolean;
}

/** The class of dgram's send requests, once a call was seen that looked as it should. */
let seen: Request | undefined;
let unlike = false;

function handleOf(socket: Socket): UdpHandle | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    if (symbol.description !== "state symbol") continue;
    const { handle } = (socket as unknown as Record<symbol, { handle?: Partial<UdpHandle> }>)[symbol] ?? {};
    if (typeof handle?.send === "function") return handle as UdpHandle;
  }
  return undefined;
}

/** Watches the next call that dgram makes. */
function watch(handle: UdpHandle): void {
  const { send } = handle;
  handle.send = (...call) => {
    handle.send = send;
    const result = send.apply(handle, call);
    // What was refused, or must wait, shows nothing.
    if (typeof result === "number" && result <= 0) return result;
    if (isKnown(call, result)) seen = (call[0] as object).constructor as Request;
    else unlike = true;
    return result;
  };
}

/** (request, packets, count, hasCallback), or with port and address before the last; and bytes + 1 when it went out. */
function isKnown(call: readonly unknown[], result: unknown): boolean {
  const [request, packets, count] = call;
  if (typeof request !== "object" || request === null || request.constructor.name !== "SendWrap") return false;
  if (!Array.isArray(packets) || packets.length !== 1 || count !== 1 || call.at(-1) !== false) return false;
  if (call.length === 6 && (typeof call[3] !== "number" || typeof call[4] !== "string")) return false;
  const [packet] = packets;
  const whole = packet instanceof Uint8Array && result === packet.length + 1;
  return whole && (call.length === 4 || call.length === 6);
}

/** Sends on a socket that is bound, without the objects that dgram makes for each datagram. */
export function quickSender(socket: Socket): QuickSender {
  const handle = handleOf(socket);
  const list: Uint8Array[] = [];
  let request: object | undefined;

  function ready(): boolean {
    if (request !== undefined) return true;
    if (handle === undefined || unlike) return false;
    if (seen === undefined) watch(handle);
    else request = new seen();
    return request !== undefined;
  }

  /** What did not go out at once keeps its request, and the request its packet, until it does. */
  function settle(result: unknown, packet: Uint8Array): void {
    if (result !== 0 || seen === undefined) return;
    Object.assign(request ?? {}, { packet });
    request = new seen();
  }

  return {
    toPeer(packet) {
      if (!ready() || handle === undefined) return undefined;
      list[0] = packet;
      const said = handle.send(request, list, 1, false);
      settle(said, packet);
      return typeof said === "number" ? said : 0;
    },
    to(packet, port, address) {
      if (!ready() || handle === undefined) return false;
      list[0] = packet;
      settle(handle.send(request, list, 1, port, address, false), packet);
      return true;
    },
  };
}
