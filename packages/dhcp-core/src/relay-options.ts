import { flag, ipv4, octets, printed, text, uint8 } from "./formats.ts";
import { type TlvRecord, tlvRecord } from "./tlv.ts";

/** Sub-options of option 82 (IANA "DHCP Relay Agent Sub-Option Codes"). */
export const RELAY_OPTIONS = {
  circuitId: { code: 1, format: octets, section: "RFC 3046 §3.1" },
  remoteId: { code: 2, format: octets, section: "RFC 3046 §3.2" },
  linkSelection: { code: 5, format: ipv4, section: "RFC 3527 §3" },
  subscriberId: { code: 6, format: text, section: "RFC 3993 §3" },
  vendorSpecificInformation: { code: 9, format: octets, section: "RFC 4243 §2" },
  flags: {
    code: 10,
    format: printed(uint8, (bits) => (bits & 0x80 ? `${bits} (unicast)` : String(bits))),
    section: "RFC 5010 §3",
  },
  serverIdentifierOverride: { code: 11, format: ipv4, section: "RFC 5107 §4" },
  relayIdentifier: { code: 12, format: octets, section: "RFC 6925 §5" },
  virtualSubnetSelection: { code: 151, format: octets, section: "RFC 6607 §3.2" },
  virtualSubnetSelectionControl: { code: 152, format: flag, section: "RFC 6607 §3.3" },
} as const;

/** Option 82. Whoever echoes it echoes the octets of the option, not this record. */
export type RelayAgentInformation = TlvRecord<typeof RELAY_OPTIONS>;

export const relayAgentInformation = tlvRecord(RELAY_OPTIONS, { codes: "bare", writeEnd: false });
