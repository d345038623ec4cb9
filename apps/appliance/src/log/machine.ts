import { quote } from "@bootlace/dhcp-core";
import type { LogRecord } from "../events/record.ts";

/** The sender of a packet or a request, as far as it shows. */
export interface MachineHint {
  readonly mac?: string;
  readonly ip?: string;
}

/** What is known of a machine. */
export interface Machine {
  readonly mac?: string;
  /** Its name under `hosts` of the config. */
  readonly host?: string;
}

/** A record with the MAC address and the name of the machine it is about, where they are known. */
export function withMachine(record: LogRecord, machineOf: (hint: MachineHint) => Machine): LogRecord {
  const { mac, ip } = record.fields ?? {};
  const hint = { ...(typeof mac === "string" && { mac }), ...(typeof ip === "string" && { ip }) };
  if (hint.mac === undefined && hint.ip === undefined) return record;
  const machine = machineOf(hint);
  const { host } = machine;
  const further = Object.entries(machine).filter(([, value]) => value !== undefined);
  // Options are formatted only when read: getters stay getters.
  const fields = { ...Object.getOwnPropertyDescriptors(record.fields ?? {}), ...described(further) };
  const message = host === undefined ? [] : ([["message", namedMessage(record.message, host, hint)]] as const);
  const changed = described([["fields", withAll(fields)], ...message]);
  const whole = { ...Object.getOwnPropertyDescriptors(record), ...changed };
  return withAll(whole) as LogRecord;
}

/** The name goes before the address with which the message begins. */
function namedMessage(message: string, host: string, { mac, ip }: MachineHint): string {
  const named = /^[\w.-]+$/.test(host) ? host : quote(host);
  const begins = [mac, ip].some((address) => address !== undefined && message.startsWith(address));
  return begins ? `${named} ${message}` : message.includes(named) ? message : `${named}: ${message}`;
}

function described(entries: readonly (readonly [string, unknown])[]): PropertyDescriptorMap {
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { value, enumerable: true, configurable: true, writable: true }]),
  );
}

function withAll(descriptors: PropertyDescriptorMap): object {
  return Object.defineProperties({}, descriptors);
}
