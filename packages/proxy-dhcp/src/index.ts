export {
  type BindFailure,
  bindFailureText,
  OptionError,
  ServerStartError,
  type StartOptions,
  type StopOptions,
} from "@bootlace/boot-source";
export { type BootClient, type Identification, identify, isBootClass, machineId } from "./core/client.ts";
export { type Context, type Datagram, defaultPorts, type Ports } from "./core/context.ts";
export { decide } from "./core/decide.ts";
export type { Answer, AnswerReason, Decision, Ignored, ReplyNote } from "./core/decision.ts";
export type { Destination } from "./core/destination.ts";
export type {
  LimitedEvent,
  ListenFailedEvent,
  ListeningEvent,
  PacketEvent,
  ProxyDhcpEvent,
  SendFailedEvent,
  SentReply,
  ServicePort,
  StoppedEvent,
  UndecodableEvent,
  UnlisteningEvent,
} from "./core/events.ts";
export { type Firmware, type FirmwareRow, firmwareTable, type ReplyForm } from "./core/firmware.ts";
export { handle, type Outcome, type OutgoingReply } from "./core/handle.ts";
export type { Endpoint, ServedInterface } from "./core/interfaces.ts";
export { isIpxeBinary } from "./core/ipxe.ts";
export { defaultLimits, type LimitKey, type Limits, type Rate } from "./core/limits.ts";
export {
  type BootMenu,
  type BootMenuItem,
  type BootServerType,
  type FileBootItem,
  type LocalBootItem,
  menuOptions,
  type ServerBootItem,
} from "./core/menu.ts";
export type { BootPlan, Choose, Ignore, IpxeScript, OmittableOption } from "./core/plan.ts";
export {
  type IgnoreReason,
  type IgnoreRow,
  type IgnoreStage,
  ignoreReasons,
  ignoreTable,
  ignoreText,
  type NotBootReason,
} from "./core/reasons.ts";
export { type BuiltReply, buildReply } from "./core/reply.ts";
export { type BootRequest, readRequest } from "./core/request.ts";
export type { ProxyDhcpStatistics } from "./core/tally.ts";
export type { BindToDevice, BoundAddress, Mode, ProxyDhcp, ProxyDhcpChanges, ProxyDhcpOptions } from "./options.ts";
export { createProxyDhcp } from "./serve.ts";
export { contextOf } from "./settings.ts";
export { systemInterfaces } from "./system-interfaces.ts";
