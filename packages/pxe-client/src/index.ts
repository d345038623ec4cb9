export { createPxeClient, type PxeClient } from "./client.ts";
export { type Clock, systemClock } from "./clock.ts";
export { biosRom } from "./core/bios-rom.ts";
export type { BootSettings, Effect, MachineEvent, Outcome, Phase } from "./core/boot.ts";
export {
  type Composed,
  type Composing,
  type CustomDiscover,
  compose,
  ordinaryDiscover,
  pxeDiscover,
} from "./core/compose.ts";
export { edk2Http } from "./core/edk2-http.ts";
export { edk2Pxe } from "./core/edk2-pxe.ts";
export { pxeOptions } from "./core/fields.ts";
export { ipxe } from "./core/ipxe.ts";
export { type MachineState, type Stepped, step, switchedOff } from "./core/machine.ts";
export type { Asked, Endpoint, Move, Received } from "./core/message.ts";
export {
  type Identity,
  type MessageParts,
  type Model,
  type ModelName,
  modelNames,
  type Purpose,
  type PxeQuestion,
  type Voice,
} from "./core/model.ts";
export { models } from "./core/models.ts";
export { raspberryPi3, raspberryPi4 } from "./core/raspberry-pi.ts";
export { type ReasonCode, reasons, type Verdict } from "./core/reasons.ts";
export { uBoot } from "./core/u-boot.ts";
export { type DhcpPort, type DhcpPortOptions, openDhcpPort } from "./dhcp-port.ts";
export { type HttpGetOptions, httpGet } from "./http-get.ts";
export { PxeClientOptionError } from "./option-error.ts";
export type {
  ClientPorts,
  FileRequest,
  PxeClientEvent,
  PxeClientOptions,
} from "./options.ts";
export type { Signal } from "./signal.ts";
export { type Fetched, type TftpGetOptions, tftpGet } from "./tftp-get.ts";
