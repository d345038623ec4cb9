import { setSocketOptions } from "@bootlace/boot-source";
import type { BindToDevice } from "@bootlace/proxy-dhcp";

/** SOL_SOCKET, SO_BINDTODEVICE and SO_ATTACH_FILTER of Linux (socket(7)). */
const socket = 1;
const toDevice = 25;
const attachFilter = 26;

/** Instructions of the packet filter (linux/filter.h): load a word, compare and jump, return. */
const load = 0x20;
const jumpIfEqual = 0x15;
const leave = 0x06;
/** The destination in the IPv4 header (RFC 791 section 3.1), counted from SKF_NET_OFF. */
const destination = 0xfff00000 + 16;
/** Bytes of a datagram that pass: more than one has. */
const all = 0xffffffff;

/** False where the kernel wants CAP_NET_RAW for it (before Linux 5.7). */
export async function bindToDevice(
  sockets: Parameters<BindToDevice>[0],
  common: Parameters<BindToDevice>[1],
  program?: string,
): Promise<boolean> {
  const bound = sockets.map(({ descriptor, device }) => {
    return { descriptor, level: socket, name: toDevice, value: Buffer.from(`${device}\0`) };
  });
  const filter = { ...common, level: socket, name: attachFilter, value: filterOf(common.without) };
  return setSocketOptions([...bound, filter], program);
}

/** Drops what is sent to one of these addresses, and lets everything else pass. */
function filterOf(addresses: readonly string[]): Uint8Array {
  const drop = addresses.flatMap((address) => [
    instruction(jumpIfEqual, wordOf(address), [0, 1]),
    instruction(leave, 0),
  ]);
  return Buffer.concat([instruction(load, destination), ...drop, instruction(leave, all)]);
}

/** `struct sock_filter`, in the byte order of this machine. */
function instruction(code: number, k: number, [isEqual, isNot]: readonly [number, number] = [0, 0]): Uint8Array {
  const words = new Uint32Array(2);
  new Uint16Array(words.buffer)[0] = code;
  new Uint8Array(words.buffer).set([isEqual, isNot], 2);
  words[1] = k;
  return new Uint8Array(words.buffer);
}

/** An address as the filter sees it: a number, most significant byte first. */
function wordOf(address: string): number {
  return Buffer.from(address.split(".").map(Number)).readUInt32BE();
}
