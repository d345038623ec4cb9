import { quote } from "@bootlace/dhcp-core";
import { sizeText } from "../catalogue/size-text.ts";
import type { LogRecord } from "../events/record.ts";

/** A record as shown on a terminal. */
export interface Brief {
  /** Name of the machine in the config, else its MAC, else its IP address. */
  readonly machine?: string;
  /** Without the machine. */
  readonly text: string;
  /** The word of the text with the outcome, and its position. */
  readonly outcome?: { readonly word: string; readonly index: number };
  /** Lines below. */
  readonly details: readonly string[];
}

type Fields = NonNullable<LogRecord["fields"]>;

/** Shortens a record: one line per step, with the machine's name and without details for programs. */
export function briefOf(record: LogRecord): Brief {
  const { event, fields = {}, details = [] } = record;
  const host = text(fields.host);
  const machine = host === undefined ? (text(fields.mac) ?? text(fields.ip)) : shown(host);
  const about = machine === undefined ? {} : { machine };
  switch (event) {
    case "dhcp.offer":
    case "dhcp.ack":
      return { ...about, text: replyText(event === "dhcp.offer" ? "OFFER" : "ACK", fields), details };
    case "dhcp.request":
    case "dhcp.ignored":
      return { ...about, text: words(archText(fields), fields.type, record.brief ?? "received"), details };
    case "tftp.done":
      return { ...about, text: `TFTP ${shownFile(fields)}: ${amount(fields)}${tftpRemarks(fields)}`, details };
    case "http.done":
      return { ...about, text: `HTTP ${shownFile(fields)}: ${amount(fields)}${rangeText(fields)}`, details };
    case "boot.verdict":
      return { ...about, ...verdictBrief(fields) };
    case "boot.search":
      return { ...about, text: record.message, details };
    default:
      return { ...about, text: otherText(record, machine), details };
  }
}

function replyText(kind: string, fields: Fields): string {
  const file = text(fields.bootFile);
  const rule = text(fields.rule);
  const notes = Array.isArray(fields.notes) ? fields.notes.filter((note) => /^[\w-]+$/.test(String(note))) : [];
  const noted = notes.length === 0 ? "" : `, note: ${notes.join(", ")}`;
  const named = rule === undefined ? "" : ` (rule ${quote(rule)})`;
  return `${words(archText(fields), kind, file === undefined ? "no boot file" : shown(file))}${named}${noted}`;
}

function archText({ arch, firmware }: Fields): string | undefined {
  // Without firmware it is not a boot client.
  if (typeof firmware !== "string") return undefined;
  const name = text(arch) ?? "unknown architecture";
  return name.endsWith(firmware) ? name : `${name}/${firmware}`;
}

function tftpRemarks({ retransmissions, confirmed }: Fields): string {
  const again = typeof retransmissions === "number" && retransmissions > 0 ? `, ${retransmissions} sent again` : "";
  return `${again}${confirmed === false ? ", last block not acknowledged" : ""}`;
}

function rangeText({ range, size }: Fields): string {
  return range === undefined || range === null || typeof size !== "number" ? "" : `, a part of ${sizeText(size)}`;
}

function amount({ bytes, seconds, bytesPerSecond }: Fields): string {
  const rate = typeof bytesPerSecond === "number" ? `, ${sizeText(bytesPerSecond)}/s` : "";
  return `${sizeText(Number(bytes))} in ${secondsText(Number(seconds))}${rate}`;
}

/** The outcome follows its subject; the fix has its own line. */
function verdictBrief(fields: Fields): Pick<Brief, "text" | "outcome" | "details"> {
  const { outcome, verdict, confidence, sentence, bootFile, fix } = fields;
  const code = /^B\d\d$/.test(String(verdict)) ? `${verdict} (${confidence})` : confidence;
  const subject = typeof bootFile === "string" ? `${shown(bootFile)}  ` : "";
  return {
    text: `${subject}${outcome}, ${code}: ${sentence}`,
    outcome: { word: String(outcome), index: subject.length },
    details: typeof fix === "string" ? [`Fix: ${fix}`] : [],
  };
}

const protocols: Partial<Readonly<Record<LogRecord["scope"], string>>> = { dhcp: "DHCP", tftp: "TFTP", http: "HTTP" };

/** The message of a file request begins with the address and the name that was asked for. */
function otherText({ scope, message: whole, fields = {} }: LogRecord, machine: string | undefined): string {
  const protocol = protocols[scope];
  const message = machine !== undefined && whole.startsWith(`${machine} `) ? whole.slice(machine.length + 1) : whole;
  const ip = text(fields.ip);
  const rest =
    machine === undefined || ip === undefined || !message.startsWith(ip) ? message : message.slice(ip.length).trim();
  const name = text(fields.file) || text(fields.target);
  const quoted = name === undefined ? "" : quote(name);
  const plain = name !== undefined && rest.startsWith(quoted) ? shown(name) + rest.slice(quoted.length) : rest;
  return protocol === undefined ? plain : `${protocol} ${plain}`.replace(/^(\w+) : /, "$1: ");
}

function shownFile({ file, target }: Fields): string {
  return shown(text(file) || (text(target) ?? ""));
}

/** A harmless name unchanged, any other with quotes and escapes. */
export function shown(name: string): string {
  return /^[\w.@:/+~%=?&,{}-]+$/.test(name) ? name : quote(name);
}

function secondsText(seconds: number): string {
  if (seconds < 0.9995) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

function words(...parts: readonly unknown[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
