import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { runOk } from "./processes.ts";

/** A firewall's rules on one host. */
export interface Firewall {
  lift(): Promise<void>;
}

async function nft(lab: Lab, host: Host, ...lines: string[]): Promise<void> {
  await runOk(lab, host.netns, locate("nft"), [lines.join("; ")]);
}

/** Rules for packets that come in, in the words of nft(8), such as `udp dport 4011 drop`. */
export async function blockInput(lab: Lab, host: Host, ...rules: string[]): Promise<Firewall> {
  const table = "inet lab";
  const chain = `add chain ${table} input { type filter hook input priority 0; }`;
  await nft(lab, host, `add table ${table}`, chain, ...rules.map((rule) => `add rule ${table} input ${rule}`));
  return { lift: () => nft(lab, host, `delete table ${table}`) };
}

/** The same for packets that a host's cable carries into a switch: lost on the way, unseen by the sender. */
export async function loseOnTheWay(lab: Lab, lan: Host, port: string, ...rules: string[]): Promise<Firewall> {
  const table = "netdev lab";
  const chain = `add chain ${table} cable { type filter hook ingress device "${port}" priority 0; }`;
  await nft(lab, lan, `add table ${table}`, chain, ...rules.map((rule) => `add rule ${table} cable ${rule}`));
  return { lift: () => nft(lab, lan, `delete table ${table}`) };
}
