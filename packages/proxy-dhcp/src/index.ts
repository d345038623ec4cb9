export type { BootClient, Firmware } from "./core/client.ts";
export type { Answer, AnswerReason, Decision, Ignored, ReplyNote } from "./core/decision.ts";
export type {
  InterfaceDownEvent,
  InterfaceFailedEvent,
  InterfaceUpEvent,
  LimitedEvent,
  ListeningEvent,
  PacketEvent,
  ProxyDhcpEvent,
  SendFailedEvent,
  SentReply,
  ServicePort,
  StoppedEvent,
  UndecodableEvent,
} from "./core/events.ts";
export type { Endpoint, ServedInterface } from "./core/interfaces.ts";
export { defaultLimits, type LimitKey, type Limits, type Rate } from "./core/limits.ts";
export type {
  BootMenu,
  BootMenuItem,
  BootServerType,
  FileBootItem,
  LocalBootItem,
  ServerBootItem,
} from "./core/menu.ts";
export type { BootPlan, Choose, Ignore, IpxeScript, OmittableOption, ReplyForm } from "./core/plan.ts";
export { type IgnoreReason, ignoreReasons, type NotBootReason } from "./core/reasons.ts";
export {
  type BindFailure,
  type BoundEndpoint,
  type Counters,
  type Mode,
  type Ports,
  type ProxyDhcp,
  type ProxyDhcpOptions,
  ProxyDhcpStartError,
} from "./options.ts";
export { createProxyDhcp } from "./serve.ts";
