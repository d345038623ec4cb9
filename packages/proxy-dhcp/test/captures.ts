import { readdirSync, readFileSync } from "node:fs";
import { hex } from "./support.ts";

/** One DHCP datagram of a capture. */
export interface Captured {
  readonly label: string;
  readonly n: number;
  readonly role: "client" | "router" | "proxy" | "relay";
  readonly type: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly xid: string;
  readonly bytes: Uint8Array;
}

const FOLDER = new URL("../../../lab/captures/", import.meta.url);

/** Every DHCP datagram of every capture, in order. */
export const captured: readonly Captured[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".jsonl"))
  .sort()
  .flatMap((name) => {
    const lines = readFileSync(new URL(name, FOLDER), "utf8").split("\n");
    const records = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    return records
      .filter(({ kind }) => kind === "dhcp")
      .map((record): Captured => ({ ...record, label: name.slice(0, -".jsonl".length), bytes: hex(record.hex) }));
  });

export function capture(label: string): readonly Captured[] {
  const found = captured.filter((one) => one.label === label);
  if (found.length === 0) throw new Error(`no capture ${label}`);
  return found;
}
