import {
  type DhcpPacket,
  describe,
  describeOption,
  faultText,
  fieldText,
  messageTypeName,
  optionByCode,
  optionValue,
  printOption,
  quote,
} from "@bootlace/dhcp-core";
import {
  ignoreText,
  type ListeningEvent,
  machineId,
  type PacketEvent,
  type ProxyDhcpEvent,
  type SentReply,
  type UnlisteningEvent,
} from "@bootlace/proxy-dhcp";
import { silenceReason } from "../catalogue/reasons/table.ts";
import type { EventCode } from "../events/codes.ts";
import type { LogRecord } from "../events/record.ts";

type Passes = (key: string, now: number) => boolean;

/**
 * The log records of an event of the proxyDHCP server, one for each step. Options are formatted only when
 * read: in a flood nearly all records are held back.
 */
export function dhcpRecords(event: ProxyDhcpEvent, passes: Passes): LogRecord[] {
  switch (event.type) {
    case "packet":
      return packetRecords(event, passes);
    case "undecodable": {
      const from = `${event.source.address}:${event.source.port}`;
      const message = `${event.octets} bytes from ${from} are not a DHCP message: ${faultText(event.fault)}`;
      return [
        record("debug", "dhcp.undecodable", message, {
          source: event.source,
          octets: event.octets,
          fault: event.fault,
        }),
      ];
    }
    case "limited": {
      const whom = event.key === undefined ? "all clients" : quote(event.key);
      const message = `${event.dropped} replies held back: too many requests from ${whom}`;
      return [record("warn", "dhcp.limited", message, { limit: event.limit, key: event.key, dropped: event.dropped })];
    }
    case "listening": {
      const { address, port, role, interfaceName } = event;
      const on = interfaceName === undefined ? "" : ` (${interfaceName})`;
      const fields = { address, port, service: role, interface: interfaceName };
      const listening = record("info", "dhcp.listening", `listening on ${address} port ${port}${on}`, fields);
      return [...interfaceRecords("dhcp.interface-up", "now served", event), listening];
    }
    case "unlistening":
      return interfaceRecords("dhcp.interface-down", "no longer served", event);
    case "listen-failed":
      // Logged by port-log.ts, once it has found the process that holds the port.
      return [];
    case "send-failed": {
      if (!passes(`send ${event.interfaceName} ${event.code}`, event.time)) return [];
      const to = `${event.to.address}:${event.to.port}`;
      const fields = { interface: event.interfaceName, to, code: event.code };
      const message = `a reply to ${to} could not be sent on ${event.interfaceName}: ${event.code}`;
      return [record("warn", "dhcp.send-failed", message, fields)];
    }
    case "stopped":
      return [record("debug", "dhcp.stopped", "stopped", {})];
  }
}

/** The PXE port represents its address; the DHCP port is shared by all addresses. */
function interfaceRecords(
  code: EventCode,
  verb: string,
  { address, interfaceName }: ListeningEvent | UnlisteningEvent,
) {
  if (interfaceName === undefined) return [];
  return [record("debug", code, `${interfaceName} ${address}: ${verb}`, { interface: interfaceName, address })];
}

function packetRecords(event: PacketEvent, passes: Passes): LogRecord[] {
  const { decision, request } = event;
  if (decision.kind === "ignore") return [ignoredRecord(event, decision, passes)];
  const fields = {
    ...clientFields(event),
    get options() {
      return optionsOf(request);
    },
  };
  const seen: LogRecord = {
    ...record("debug", "dhcp.request", `${whoAsks(event)}: received`, fields),
    get details() {
      return describe(request);
    },
  };
  return [seen, ...event.replies.map((reply) => replyRecord(event, reply))];
}

function ignoredRecord(
  event: PacketEvent,
  decision: Extract<PacketEvent["decision"], { kind: "ignore" }>,
  passes: Passes,
): LogRecord {
  const { reason, code, detail, rule } = decision;
  const { level } = silenceReason(decision);
  const loud = level !== "debug" && passes(`ignored ${macOf(event)} ${reason} ${detail ?? ""}`, event.time);
  const brief = `ignored: ${ignoreText(decision)}${ruleText(rule)}`;
  const message = `${whoAsks(event)}: ${brief}`;
  const fields = { ...clientFields(event), reason, code, detail, rule };
  return {
    ...record(loud ? level : "debug", "dhcp.ignored", message, fields),
    brief,
    detailLevel: "debug",
    get details() {
      return describe(event.request);
    },
  };
}

function replyRecord(event: PacketEvent, { decision, reply, to, interfaceName, octets }: SentReply): LogRecord {
  const kind = decision.kind.toUpperCase();
  const file = decision.bootFile === undefined ? "no boot file" : quote(decision.bootFile);
  const server = decision.form === "http" ? "" : ` from ${reply.siaddr}`;
  const item = decision.item === undefined ? "" : `, boot item ${decision.item.type} layer ${decision.item.layer}`;
  const notes = decision.notes.length === 0 ? "" : `, note: ${decision.notes.join(", ")}`;
  const route = `on ${interfaceName} to ${to.address}:${to.port}`;
  const answer = `${kind} ${route}: ${file}${server}, form ${decision.form}${item}${ruleText(decision.rule)}${notes}`;
  const fields = {
    ...clientFields(event),
    interface: interfaceName,
    to: `${to.address}:${to.port}`,
    octets,
    form: decision.form,
    bootFile: decision.bootFile,
    server: decision.server,
    rule: decision.rule,
    item: decision.item,
    notes: decision.notes,
    get options() {
      return optionsOf(reply);
    },
  };
  return {
    ...record("info", `dhcp.${decision.kind}`, `${whoAsks(event)} -> ${answer}`, fields),
    detailLevel: "debug",
    get details() {
      const options = [...reply.options].map(([code, bytes]) => `option ${describeOption(code, bytes)}`);
      return [...headerLines(reply, octets), ...options];
    },
  };
}

function headerLines(reply: DhcpPacket, octets: number): string[] {
  const names = (["sname", "file"] as const).flatMap((field) => {
    const text = fieldText(reply[field]);
    return text === "" ? [] : [`${field} ${quote(text)}`];
  });
  return [[`${octets} bytes`, `siaddr ${reply.siaddr}`, ...names].join(", ")];
}

function optionsOf(packet: DhcpPacket) {
  return [...packet.options].map(([code, bytes]) => ({
    code,
    name: optionByCode(code)?.name,
    size: bytes.length,
    value: printOption(code, bytes),
  }));
}

function whoAsks(event: PacketEvent): string {
  const { request, client, port } = event;
  const arch = client?.arch?.name ?? (client === undefined ? "not a boot client" : "unknown architecture");
  const firmware = client === undefined || arch.endsWith(client.firmware) ? "" : `/${client.firmware}`;
  const vendorClass = client === undefined ? optionValue(request, "vendorClassIdentifier") : client.vendorClass;
  const classText = typeof vendorClass === "string" ? ` ${quote(vendorClass)}` : "";
  const where = port === "pxe" ? " on the PXE port" : "";
  const relay = client?.relay === undefined ? "" : ` through relay ${client.relay}`;
  const asker = `${macOf(event)} ${kindOf(request)}${where} xid ${xidText(request)}`;
  return `${asker} ${arch}${firmware}${classText}${relay}`;
}

function kindOf(request: DhcpPacket): string {
  const type = optionValue(request, "messageType");
  return type === undefined ? "BOOTP" : (messageTypeName(type) ?? `type ${type}`);
}

function macOf({ request }: PacketEvent): string {
  return machineId(request) || "without address";
}

function xidText(packet: DhcpPacket): string {
  return packet.xid.toString(16).padStart(8, "0");
}

function clientFields(event: PacketEvent) {
  const { client, request, source, port } = event;
  return {
    mac: macOf(event),
    arch: client?.arch?.name,
    archCodes: client?.archCodes,
    firmware: client?.firmware,
    vendorClass: client?.vendorClass,
    userClasses: client?.userClasses,
    uuid: client?.uuid,
    serial: client?.serial,
    xid: xidText(request),
    type: kindOf(request),
    port,
    source: `${source.address}:${source.port}`,
    relay: client?.relay,
  };
}

function ruleText(rule: string | undefined): string {
  return rule === undefined ? "" : `, rule ${quote(rule)}`;
}

function record(
  level: LogRecord["level"],
  event: EventCode,
  message: string,
  fields: Record<string, unknown>,
): LogRecord {
  return { level, scope: "dhcp", event, message, fields };
}
