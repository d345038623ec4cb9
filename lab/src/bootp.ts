/**
 * A second, small reader of DHCP messages. It shares no line with `@bootlace/dhcp-core`, so that a fault there does
 * not hide itself from the lab.
 */
export interface DhcpMessage {
  readonly op: number;
  readonly xid: number;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly file: string;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const COOKIE = 0x63825363;
const PAD = 0;
const END = 255;

/** Reads a DHCP message (RFC 2131 2, RFC 2132 2), or gives undefined when the bytes are not one. */
export function readDhcp(bytes: Uint8Array): DhcpMessage | undefined {
  if (bytes.length < 240) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(236) !== COOKIE) return undefined;
  const options = new Map<number, Uint8Array>();
  for (let at = 240; at < bytes.length && bytes[at] !== END; ) {
    const code = view.getUint8(at);
    if (code === PAD) {
      at++;
      continue;
    }
    if (at + 1 >= bytes.length) return undefined;
    const end = at + 2 + view.getUint8(at + 1);
    if (end > bytes.length) return undefined;
    options.set(code, bytes.subarray(at + 2, end));
    at = end;
  }
  const address = (at: number) => bytes.subarray(at, at + 4).join(".");
  return {
    op: view.getUint8(0),
    xid: view.getUint32(4),
    yiaddr: address(16),
    siaddr: address(20),
    giaddr: address(24),
    file: text(bytes.subarray(108, 236)),
    options,
  };
}

/** The value of an option as text up to its first NUL, or undefined when the option is absent. */
export function optionText(message: DhcpMessage, code: number): string | undefined {
  const value = message.options.get(code);
  return value && text(value);
}

/** DHCP message type, option 53 (RFC 2132 9.6). */
export function messageType(message: DhcpMessage): number | undefined {
  return message.options.get(53)?.[0];
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
}
