import { namesBeforeTail } from "@bootlace/boot-source";
import type { TftpRequest } from "./core/packet.ts";
import { isServableName } from "./core/text.ts";

/**
 * Ports that answer anything: a request from there is a loop in the making. None above 1023: U-Boot asks from any port between 1024
 * and 4095, 1900 and 4011 among them, and repeats a request from the same one.
 */
export const reservedPorts = new Set([0, 7, 9, 13, 17, 19, 37, 53, 67, 68, 69, 123, 137, 161, 389, 520]);

/** By its own name, or for a read by what is left of it before the tail of an option. */
export function mayBeServed({ opcode, file }: TftpRequest): boolean {
  return isServableName(file) || (opcode === "rrq" && namesBeforeTail(file).some(isServableName));
}

export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
