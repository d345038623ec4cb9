/** The three parts of a packet that can hold options (RFC 2131 §4.1). */
export type OptionField = "options" | "file" | "sname";

/** Why a datagram is not a DHCP packet. `at` is the octet of the datagram where it was seen. */
export type DecodeFault =
  | { readonly code: "too-short"; readonly at: number; readonly needed: number }
  | { readonly code: "bad-cookie"; readonly at: number }
  | { readonly code: "bad-hlen"; readonly at: number; readonly hlen: number }
  | { readonly code: "option-truncated"; readonly at: number; readonly field: OptionField; readonly option: number }
  | { readonly code: "bad-overload"; readonly at: number; readonly bytes: Uint8Array };

/** Why the octets of an option do not have its format, or a value cannot be written in it. */
export interface OptionFault {
  readonly code: "bad-length" | "bad-value" | "truncated";
  /** The octet inside the option, or the index inside the value. */
  readonly at: number;
  readonly expected: string;
}

/** Why a packet cannot be written. */
export type EncodeFault =
  | { readonly code: "out-of-range"; readonly field: string; readonly value: number; readonly max: number }
  | { readonly code: "bad-address"; readonly field: string; readonly value: string }
  | { readonly code: "field-too-long"; readonly field: string; readonly octets: number; readonly max: number }
  | { readonly code: "bad-option-code"; readonly option: number }
  | { readonly code: "option-too-long"; readonly option: number; readonly octets: number; readonly max: number }
  | { readonly code: "packet-too-long"; readonly octets: number; readonly max: number };

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: OptionFault };

export type Encoded<F = OptionFault> =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: F };

/** A failed {@link Decoded} or {@link Encoded} of one option. */
export function optionFault(
  code: OptionFault["code"],
  at: number,
  expected: string,
): { readonly ok: false; readonly fault: OptionFault } {
  return { ok: false, fault: { code, at, expected } };
}

/** One line for people; the octets of the network do not enter it. */
export function faultText(fault: DecodeFault | OptionFault | EncodeFault): string {
  switch (fault.code) {
    case "too-short":
      return `${fault.at} octets are too few, a DHCP packet has at least ${fault.needed}`;
    case "bad-cookie":
      return "the magic cookie 63 82 53 63 is missing";
    case "bad-hlen":
      return `hardware address length ${fault.hlen} is more than 16`;
    case "option-truncated":
      return `option ${fault.option} at octet ${fault.at} runs past the end of ${fault.field}`;
    case "bad-overload":
      return "option 52 (overload) must be one octet, 1, 2 or 3";
    case "bad-length":
    case "bad-value":
    case "truncated":
      return `expected ${fault.expected} (octet ${fault.at})`;
    case "out-of-range":
      return `${fault.field} is ${fault.value}, outside 0 to ${fault.max}`;
    case "bad-address":
      return `${fault.field} is not an IPv4 address`;
    case "field-too-long":
      return `${fault.field} has ${fault.octets} octets, at most ${fault.max} fit`;
    case "bad-option-code":
      return `option ${fault.option} cannot be written`;
    case "option-too-long":
      return `option ${fault.option} has ${fault.octets} octets, at most ${fault.max} fit`;
    case "packet-too-long":
      return `the packet has ${fault.octets} octets, at most ${fault.max} are allowed`;
  }
}
