import type { Server } from "node:http";
import { BlockList, isIP, type Socket } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** True for an address of this machine alone, also where an IPv6 socket shows it as ::ffff:127.0.0.1. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(plain) !== 0 && loopback.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
}

/** Connections of one address, of loopback, and of all other addresses. */
const mostOfAddress = 16;
const mostOfLoopback = 64;
const mostOfOthers = 96;
export const mostConnections = mostOfLoopback + mostOfOthers;

interface Visitor {
  readonly address: string;
  /** Its request was allowed: with the token where one is set. */
  trusted: boolean;
}

/**
 * Bounds the connections of the API. Whoever had a request allowed keeps its place; of the others the oldest make room, so that
 * connections that say nothing, or the wrong thing, keep nobody out: on loopback they are those of a browser whose page asks for names
 * that are not ours.
 * @returns marks the connection of a request that was allowed
 */
export function boundConnections(server: Server): (socket: Socket) => void {
  /** In the order in which they came. */
  const visitors = new Map<Socket, Visitor>();
  server.maxConnections = mostConnections;

  function makeRoom(among: readonly (readonly [Socket, Visitor])[]): boolean {
    const oldest = among.find(([, { trusted }]) => !trusted);
    if (oldest === undefined) return false;
    visitors.delete(oldest[0]);
    oldest[0].destroy();
    return true;
  }

  server.on("connection", (socket) => {
    const remote = socket.remoteAddress ?? "";
    const isOwn = isLoopback(remote);
    const address = isOwn ? "loopback" : remote;
    const inPlace = () => [...visitors].filter(([, visitor]) => (visitor.address === "loopback") === isOwn);
    const own = inPlace().filter(([, visitor]) => visitor.address === address);
    const hasRoom =
      (own.length < (isOwn ? mostOfLoopback : mostOfAddress) || makeRoom(own)) &&
      (isOwn || inPlace().length < mostOfOthers || makeRoom(inPlace()));
    if (!hasRoom) {
      socket.destroy();
      return;
    }
    visitors.set(socket, { address, trusted: false });
    socket.once("close", () => visitors.delete(socket));
  });
  return (socket) => {
    const visitor = visitors.get(socket);
    if (visitor !== undefined) visitor.trusted = true;
  };
}
