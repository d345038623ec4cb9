/** Bytes from hexadecimal text with or without spaces. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}

/** A request as a client writes it: opcode, then NUL-terminated strings, one byte for each character. */
export function request(opcode: number, ...strings: readonly string[]): Uint8Array {
  const text = strings.map((string) => `${string}\0`).join("");
  return Uint8Array.from([0, opcode, ...Array.from(text, (character) => character.charCodeAt(0) & 0xff)]);
}

export function rrq(file: string, ...options: readonly string[]): Uint8Array {
  return request(1, file, "octet", ...options);
}

export function ack(block: number): Uint8Array {
  return Uint8Array.of(0, 4, (block >> 8) & 0xff, block & 0xff);
}

export function data(block: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 3, (block >> 8) & 0xff, block & 0xff, ...payload);
}

export function error(code: number, text = ""): Uint8Array {
  return Uint8Array.of(0, 5, code >> 8, code & 0xff, ...Array.from(text, (c) => c.charCodeAt(0)), 0);
}
