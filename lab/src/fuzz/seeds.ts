import { readdirSync, readFileSync } from "node:fs";

const CAPTURES = new URL("../../captures/", import.meta.url);

/** What a line of a capture says of a packet, as far as it is wanted here. */
interface Captured {
  readonly kind: "dhcp" | "tftp" | "http";
  readonly role: string;
  readonly dport: number;
  readonly op?: number | string;
  readonly hex?: string;
  readonly head?: string;
}

/**
 * Everything that real clients have sent, each once, as the fuzzer reads it: PORT HEX, `transfer` for the port of a
 * running transfer, `http` for a request.
 */
export function seedLines(): string[] {
  const names = readdirSync(CAPTURES).filter((name) => name.endsWith(".jsonl"));
  const lines = names.flatMap((name) => readFileSync(new URL(name, CAPTURES), "utf8").split("\n").filter(Boolean));
  return [...new Set(lines.flatMap((line) => seedOf(JSON.parse(line) as Captured)))].sort();
}

function seedOf({ kind, role, dport, op, hex = "", head = "" }: Captured): string[] {
  if (kind === "http") return role === "client" ? [`http ${Buffer.from(`${head}\r\n\r\n`).toString("hex")}`] : [];
  if (kind === "tftp") return [`${op === "RRQ" || op === "WRQ" ? "69" : "transfer"} ${hex}`];
  if (dport === 4011) return [`4011 ${hex}`];
  // Answers are what a confused or hostile machine might send to a server, too.
  return [`67 ${hex}`];
}
