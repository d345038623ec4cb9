import { Socket } from "node:dgram";

/** Preloaded into a child: gives up root just before the first port is bound, when everything has been read. */
const bind = Socket.prototype.bind;
Socket.prototype.bind = function drop(this: Socket, ...args: unknown[]) {
  if (process.getuid?.() === 0) {
    process.setgid?.(65534);
    process.setuid?.(65534);
  }
  return Reflect.apply(bind, this, args);
} as typeof bind;
