export { formatHex, formatIpv4, formatMac, type Ipv4Address, parseIpv4, parseMac } from "./address.ts";
export {
  type Architecture,
  type ArchitectureName,
  architectureByCode,
  architectureByName,
  architectures,
} from "./architectures.ts";
export {
  type CreatedPacket,
  createDiscover,
  createReply,
  type DiscoverFields,
  type ReplyFields,
} from "./create.ts";
export { type DecodeResult, decodePacket } from "./decode.ts";
export { describe, describeNote, describeOption, printOption } from "./describe.ts";
export { type EncodeOptions, encodePacket } from "./encode.ts";
export {
  type Decoded,
  type DecodeFault,
  type Encoded,
  type EncodeFault,
  faultText,
  type OptionFault,
  type OptionField,
} from "./faults.ts";
export type { Format } from "./formats.ts";
export {
  type ClientNetworkInterface,
  formatUuid,
  parseUuid,
  swapUuid,
  type UuidByteOrder,
} from "./identity-formats.ts";
export { IPXE_OPTIONS, type IpxeFeature, type IpxeOptions, ipxeFeatures } from "./ipxe-options.ts";
export { addressesOf, type MacAddresses } from "./mac.ts";
export { type MessageTypeName, messageTypeName, messageTypes } from "./message-types.ts";
export type { ClasslessRoute } from "./network-formats.ts";
export {
  type EncodedOptions,
  encodeOption,
  encodeOptions,
  maximumReplyOctets,
  type OptionReading,
  type OptionValues,
  optionValue,
  readOption,
} from "./option-values.ts";
export { OPTIONS, type OptionName, type OptionRow, type OptionValue, optionByCode } from "./options.ts";
export {
  BOOTREPLY,
  BOOTREQUEST,
  BROADCAST_FLAG,
  createPacket,
  type DecodedPacket,
  type DhcpPacket,
  hardwareAddress,
  type PacketNote,
} from "./packet.ts";
export {
  type BootItem,
  type BootMenuItem,
  type BootServer,
  DISCOVERY,
  decodePxeOptions,
  encodePxeOptions,
  type MenuPrompt,
  type MulticastAllocation,
  PXE_OPTIONS,
  type PxeOptions,
} from "./pxe-options.ts";
export { RELAY_OPTIONS, type RelayAgentInformation } from "./relay-options.ts";
export { decodeText, encodeText, fieldText, quote } from "./text.ts";
export type { Row, Rows, SubOption, TlvRecord, ValueOf } from "./tlv.ts";
export type { UserClass } from "./user-class.ts";
export type { VendorClass, VendorOptions } from "./vendor-options.ts";
