import type { DhcpPacket, Ipv4Address } from "@bootlace/dhcp-core";
import type { BootSettings, Effect, MachineEvent, Outcome } from "./boot.ts";
import { compose } from "./compose.ts";
import { optionAddress, optionBytes, parsed } from "./fields.ts";
import type { Endpoint, Move, Received } from "./message.ts";
import type { Purpose, PxeQuestion } from "./model.ts";
import { type ReasonCode, rejected, type Verdict } from "./reasons.ts";

interface Question {
  readonly purpose: Purpose;
  readonly packet: DhcpPacket;
  readonly bytes: Uint8Array;
  readonly to: Endpoint;
  readonly from: 68 | 4011;
  readonly local?: Ipv4Address;
  /** Times it was sent. */
  readonly sent: number;
}

interface Chosen {
  readonly address: Ipv4Address;
  readonly router: Ipv4Address;
  readonly move: Move;
}

/** A machine on its way. A value: `step` never changes it. */
export type MachineState =
  | { readonly phase: "off" }
  | {
      readonly phase: "discovering";
      readonly xid: number;
      readonly question: Question;
      readonly offers: readonly Received[];
    }
  | { readonly phase: "requesting"; readonly xid: number; readonly question: Question; readonly chosen: Chosen }
  | {
      readonly phase: "asking";
      readonly xid: number;
      readonly question: Question;
      readonly address: Ipv4Address;
      readonly asked: PxeQuestion;
      /** Why the last reply was of no use. */
      readonly code?: ReasonCode;
    }
  | {
      readonly phase: "fetching";
      readonly address: Ipv4Address;
      readonly server: string;
      readonly file: string;
      readonly otherwise: readonly string[];
    }
  | { readonly phase: "ended"; readonly outcome: Outcome };

export type Stepped = readonly [state: MachineState, effects: readonly Effect[]];

const BROADCAST: Endpoint = { address: "255.255.255.255", port: 67 };
const [ACK, NAK] = [5, 6];

/** The state of a machine before it is switched on. */
export const switchedOff: MachineState = { phase: "off" };

/** One step of a boot: what happened makes a new state, and what is to be done. No clock and no sockets. */
export function step(settings: BootSettings, state: MachineState, event: MachineEvent): Stepped {
  if (event.type === "power-on") return state.phase === "off" ? discover(settings, settings.xid) : [state, []];
  switch (state.phase) {
    case "discovering":
      if (event.type === "received") return hearOffer(settings, state, event.received);
      return event.type === "timer" ? endOfWait(settings, state) : [state, []];
    case "requesting":
      if (event.type === "received") return hearAck(settings, state, event.received);
      return event.type === "timer" ? again(settings, state, "no-answer") : [state, []];
    case "asking":
      if (event.type === "received") return hearReply(settings, state, event.received, event.port);
      return event.type === "timer" ? again(settings, state, state.code ?? "no-answer") : [state, []];
    case "fetching":
      return afterFetch(state, event);
    default:
      return [state, []];
  }
}

function send(settings: BootSettings, question: Question): readonly Effect[] {
  const { purpose, bytes, from, to, local, sent } = question;
  const milliseconds = settings.model.voice.patience[sent - 1] ?? 0;
  const address = local === undefined ? {} : { local };
  return [
    { type: "send", purpose, attempt: sent, bytes, from, to, ...address },
    { type: "arm", milliseconds },
  ];
}

function end(outcome: Outcome): Stepped {
  return [{ phase: "ended", outcome }, [{ type: "end", outcome }]];
}

function discover(settings: BootSettings, xid: number): Stepped {
  const { broadcastFlag: broadcast } = settings;
  const { packet, bytes } = compose(settings.model, settings.who, { purpose: "discover", xid, broadcast });
  const question: Question = { purpose: "discover", packet, bytes, to: BROADCAST, from: 68, sent: 1 };
  return [{ phase: "discovering", xid, question, offers: [] }, send(settings, question)];
}

type Discovering = Extract<MachineState, { phase: "discovering" }>;
type Requesting = Extract<MachineState, { phase: "requesting" }>;
type Asking = Extract<MachineState, { phase: "asking" }>;

function hearOffer(settings: BootSettings, state: Discovering, received: Received): Stepped {
  const { model, waitOut } = settings;
  const verdict = model.judge(state.question.packet, received);
  const effect: Effect = { type: "verdict", purpose: "discover", from: received.source, verdict };
  const now: Discovering = { ...state, offers: [...state.offers, received] };
  if (!verdict.accepted || (waitOut && model.voice.collects > 0)) return [now, [effect]];
  const [next, effects] = proceed(settings, now) ?? [now, []];
  return [next, [effect, ...effects]];
}

/** Goes on to the DHCP server when the offers suffice. */
function proceed(settings: BootSettings, state: Discovering): Stepped | undefined {
  const { model, who, broadcastFlag: broadcast } = settings;
  const move = model.choose(state.question.packet, state.offers);
  if (move.kind === "nothing") return undefined;
  const lease = state.offers.find((offer) => {
    const verdict = model.judge(state.question.packet, offer);
    return verdict.accepted && verdict.as === "lease";
  });
  const offer = lease && parsed(lease);
  if (lease === undefined || offer === undefined) return undefined;
  const router = optionAddress(offer, 54);
  const parts = { purpose: "request", server: router, address: offer.yiaddr } as const;
  const { packet, bytes } = compose(model, who, { ...parts, xid: state.xid, broadcast });
  const question: Question = { purpose: "request", packet, bytes, to: BROADCAST, from: 68, sent: 1 };
  const chosen = { address: offer.yiaddr, router, move };
  return [{ phase: "requesting", xid: state.xid, question, chosen }, send(settings, question)];
}

function endOfWait(settings: BootSettings, state: Discovering): Stepped {
  const gone = proceed(settings, state);
  if (gone !== undefined) return gone;
  const move = settings.model.choose(state.question.packet, state.offers);
  const code = move.kind === "nothing" ? move.code : "no-dhcp-offer";
  return again(settings, state, state.offers.length === 0 ? "no-answer" : code);
}

function again(settings: BootSettings, state: Discovering | Requesting | Asking, code: ReasonCode): Stepped {
  const { question, phase } = state;
  if (question.sent >= settings.model.voice.patience.length) return end({ kind: "failed", code, phase });
  const repeated = { ...question, sent: question.sent + 1 };
  return [{ ...state, question: repeated }, send(settings, repeated)];
}

function hearAck(settings: BootSettings, state: Requesting, received: Received): Stepped {
  const { chosen, question } = state;
  const packet = parsed(received);
  const type = packet && optionBytes(packet, 53)[0];
  if (packet === undefined || packet.xid !== question.packet.xid || (type !== ACK && type !== NAK)) return [state, []];
  const effect = (verdict: Verdict): Effect => ({
    type: "verdict",
    purpose: "request",
    from: received.source,
    verdict,
  });
  if (optionAddress(packet, 54) !== chosen.router) return [state, [effect(rejected("other-server"))]];
  if (type === NAK || packet.yiaddr !== chosen.address) {
    const [next, effects] = discover(settings, state.xid + 1);
    const code = type === NAK ? "address-refused" : "other-address";
    return [next, [effect(rejected(code)), { type: "refused", server: chosen.router }, ...effects]];
  }
  const [next, effects] = follow(settings, state.xid, chosen.address, chosen.move);
  const leased: Effect = { type: "leased", address: chosen.address, server: chosen.router };
  return [next, [effect({ accepted: true, as: "lease-ack" }), leased, ...effects]];
}

/** Does what an offer or a reply leads to. */
function follow(settings: BootSettings, xid: number, address: Ipv4Address, move: Move): Stepped {
  switch (move.kind) {
    case "nothing":
      return end({ kind: "failed", code: move.code, phase: "asking" });
    case "ask":
      return ask(settings, xid, address, { purpose: "pxe", server: move.server });
    case "menu": {
      const entry = move.options.bootMenu?.[settings.menuEntry];
      if (entry === undefined) return end({ kind: "failed", code: "no-menu-or-file", phase: "asking" });
      if (entry.type === 0) return end({ kind: "local", address });
      const listed = move.options.bootServers?.find(({ type }) => type === entry.type)?.addresses[0];
      const server = listed ?? BROADCAST.address;
      return ask(settings, xid, address, { purpose: "item", server, type: entry.type }, move.options);
    }
    case "boot": {
      const { file, server, otherwise = [] } = move;
      const by = protocolOf(file);
      if (!settings.fetch) return end({ kind: "named", address, by, server, file });
      return [{ phase: "fetching", address, server, file, otherwise }, [{ type: "fetch", by, server, file }]];
    }
  }
}

function ask(
  settings: BootSettings,
  before: number,
  address: Ipv4Address,
  parts: { readonly purpose: "pxe" | "item"; readonly server: Ipv4Address; readonly type?: number },
  menu?: PxeQuestion["menu"],
): Stepped {
  const { model, who } = settings;
  const kind = model.voice.xid(parts);
  const xid = kind === "new" ? before + 1 : before;
  const own = typeof kind === "number" ? kind : xid;
  const { packet, bytes } = compose(model, who, { ...parts, xid: own, ciaddr: address });
  const to = { address: parts.server, port: 4011 };
  const from = model.voice.pxePort;
  const question: Question = { purpose: parts.purpose, packet, bytes, to, from, local: address, sent: 1 };
  const asked: PxeQuestion = { request: packet, server: parts.server, ...(menu === undefined ? {} : { menu }) };
  return [{ phase: "asking", xid, question, address, asked }, send(settings, question)];
}

function hearReply(settings: BootSettings, state: Asking, received: Received, port: number): Stepped {
  const { model } = settings;
  const { purpose } = state.question;
  const judge = purpose === "item" ? model.judgeItem : model.judgeReply;
  const move = judge(state.asked, received, port);
  const verdict: Verdict = move.kind === "nothing" ? rejected(move.code) : { accepted: true, as: "reply" };
  const effect: Effect = { type: "verdict", purpose, from: received.source, verdict };
  if (move.kind === "nothing") return [{ ...state, code: move.code }, [effect]];
  const [next, effects] = follow(settings, state.xid, state.address, move);
  return [next, [effect, ...effects]];
}

function afterFetch(state: Extract<MachineState, { phase: "fetching" }>, event: MachineEvent): Stepped {
  const { address, server, file } = state;
  const by = protocolOf(file);
  if (event.type === "fetched") return end({ kind: "loaded", address, by, server, file });
  if (event.type !== "fetch-failed") return [state, []];
  const [next, ...otherwise] = state.otherwise;
  if (event.code !== "not-found" || next === undefined)
    return end({ kind: "failed", code: event.code, phase: "fetching" });
  return [{ ...state, file: next, otherwise }, [{ type: "fetch", by: protocolOf(next), server, file: next }]];
}

function protocolOf(file: string): "tftp" | "http" {
  return /^https?:\/\//i.test(file) ? "http" : "tftp";
}
