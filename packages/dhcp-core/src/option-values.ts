import { type Encoded, type OptionFault, optionFault } from "./faults.ts";
import type { Format } from "./formats.ts";
import { OPTIONS, type OptionName, type OptionValue } from "./options.ts";
import type { DhcpPacket } from "./packet.ts";
import { isRecord } from "./shapes.ts";

/** An option of a packet: absent and malformed are two things, and malformed octets stay at hand. */
export type OptionReading<T> =
  | { readonly state: "absent" }
  | { readonly state: "malformed"; readonly bytes: Uint8Array; readonly fault: OptionFault }
  | { readonly state: "present"; readonly value: T; readonly bytes: Uint8Array };

const ABSENT = Object.freeze({ state: "absent" } as const);

/** Reads one option by its name in {@link OPTIONS}. */
export function readOption<N extends OptionName>(
  packet: Pick<DhcpPacket, "options">,
  name: N,
): OptionReading<OptionValue<N>> {
  if (!Object.hasOwn(OPTIONS, name)) return ABSENT;
  const row = OPTIONS[name];
  const bytes = packet.options.get(row.code);
  if (bytes === undefined) return ABSENT;
  const decoded = (row.format as Format<OptionValue<N>>).decode(bytes);
  return decoded.ok
    ? { state: "present", value: decoded.value, bytes }
    : { state: "malformed", bytes, fault: decoded.fault };
}

/** The value of one option; `undefined` when it is absent or malformed. */
export function optionValue<N extends OptionName>(
  packet: Pick<DhcpPacket, "options">,
  name: N,
): OptionValue<N> | undefined {
  const reading = readOption(packet, name);
  return reading.state === "present" ? reading.value : undefined;
}

/** The octets of one option, or a fault for a name or value that is not in the table. They may be more than the 255 that {@link encodePacket} writes. */
export function encodeOption<N extends OptionName>(name: N, value: OptionValue<N>): Encoded {
  if (!Object.hasOwn(OPTIONS, name)) return optionFault("bad-value", 0, "the name of an option");
  return (OPTIONS[name].format as Format<OptionValue<N>>).encode(value);
}

export type OptionValues = { readonly [N in OptionName]?: OptionValue<N> | undefined };

export type EncodedOptions =
  | { readonly ok: true; readonly options: Map<number, Uint8Array> }
  | {
      readonly ok: false;
      /** The key that is wrong; empty when `values` has none. */
      readonly option: string;
      readonly fault: OptionFault;
    };

/** Options for a packet, in the order of the keys; a key whose value is `undefined` is left out. */
export function encodeOptions(values: OptionValues): EncodedOptions {
  if (!isRecord(values)) return { ok: false, option: "", fault: optionFault("bad-value", 0, "options by name").fault };
  const options = new Map<number, Uint8Array>();
  for (const option of Object.keys(values) as OptionName[]) {
    const value = values[option];
    if (value === undefined) continue;
    const encoded = encodeOption(option, value);
    if (!encoded.ok) return { ok: false, option, fault: encoded.fault };
    options.set(OPTIONS[option].code, encoded.bytes);
  }
  return { ok: true, options };
}

/** RFC 2131 §2: every client takes an IP datagram of 576 octets. */
const SMALLEST_DATAGRAM = 576;
const ETHERNET_MTU = 1500;
const IP_AND_UDP_HEADERS = 28;

/**
 * Octets of UDP payload that a client takes, from option 57 (RFC 2132 §9.10), read as the size of an IP datagram
 * of 576 to 1500 octets. 548 when the option is absent or malformed.
 */
export function maximumReplyOctets(packet: Pick<DhcpPacket, "options">): number {
  const announced = optionValue(packet, "maximumMessageSize") ?? SMALLEST_DATAGRAM;
  return Math.min(Math.max(announced, SMALLEST_DATAGRAM), ETHERNET_MTU) - IP_AND_UDP_HEADERS;
}
