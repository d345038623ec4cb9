import type { Socket } from "node:net";
import { writeRawRefusal } from "./answer.ts";
import type { HttpBootClient, HttpRefusal } from "./core/events.ts";

/** Where connections are answered for which there is no place. They take none: few stand here, and not for long. */
export interface Door {
  /** Answers 503 and closes; false: there is no room even for that, and it is closed without a word. */
  refuse(socket: Socket, client: HttpBootClient, reason: HttpRefusal): boolean;
  /** Closes all that stand here. */
  clear(): void;
}

/** At once, from all clients and from one of them. */
const mostHere = 128;
const mostOfClient = 8;
/**
 * Milliseconds in which a client may send its request before it is refused: iPXE takes an answer that comes before its request
 * for an error of the protocol, and does not ask again.
 */
const politeness = 200;
/** Milliseconds for the client to take the refusal and to close. */
const farewell = 500;

/** @param onRefused called for each with the first bytes that came, after it was answered */
export function createDoor(onRefused: (client: HttpBootClient, reason: HttpRefusal, bytes: Uint8Array) => void): Door {
  const here = new Map<Socket, string>();
  const perClient = new Map<string, number>();

  function leave(socket: Socket): void {
    const address = here.get(socket);
    if (address === undefined) return;
    here.delete(socket);
    const left = (perClient.get(address) ?? 1) - 1;
    if (left === 0) perClient.delete(address);
    else perClient.set(address, left);
  }

  return {
    refuse(socket, client, reason) {
      const { address } = client;
      const own = perClient.get(address) ?? 0;
      socket.on("error", () => undefined);
      if (here.size >= mostHere || own >= mostOfClient) {
        socket.destroy();
        return false;
      }
      here.set(socket, address);
      perClient.set(address, own + 1);
      let answered = false;
      const answer = (bytes: Uint8Array) => {
        if (answered) return;
        answered = true;
        clearTimeout(timer);
        timer = setTimeout(() => socket.destroy(), farewell);
        writeRawRefusal(socket, reason, () => {});
        onRefused(client, reason, bytes);
      };
      let timer = setTimeout(answer, politeness, new Uint8Array(0));
      // Read on: bytes that nobody took would make a reset of the end, and the client would lose the answer.
      socket.on("data", answer);
      socket.on("end", () => {
        answer(new Uint8Array(0));
        socket.destroySoon();
      });
      socket.once("close", () => {
        clearTimeout(timer);
        leave(socket);
      });
      return true;
    },
    clear() {
      for (const socket of [...here.keys()]) socket.destroy();
    },
  };
}
