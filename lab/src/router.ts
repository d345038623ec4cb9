import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { listening } from "./ports.ts";
import { type Started, start } from "./processes.ts";

/** Starts dnsmasq with these configuration lines; DNS is off, its log is in the scenario's folder. */
export async function startDnsmasq(
  lab: Lab,
  host: Host,
  { lines, ports }: { lines: readonly string[]; ports: readonly number[] },
): Promise<Started> {
  const name = `dnsmasq-${host.role}`;
  const config = join(lab.folder, `${name}.conf`);
  const lan = ["port=0", "user=root", "pid-file=", `dhcp-leasefile=${join(lab.folder, `${name}.leases`)}`, "log-dhcp"];
  writeFileSync(config, `${[...lan, ...lines].join("\n")}\n`);
  const args = ["--keep-in-foreground", "--log-facility=-", `--conf-file=${config}`];
  const started = start(lab, host.netns, { name, command: locate("dnsmasq"), args });
  await listening(lab, started, ports);
  return started;
}

/** The IPv6 prefix of a lab LAN, by its third IPv4 byte. */
export function ipv6Prefix(subnet: number): string {
  return `fd0b:${subnet.toString(16)}::`;
}

/**
 * The configuration of a router that gives addresses in 192.168.SUBNET.0/24 and nothing else. It also sends IPv6
 * router advertisements: without one the iPXE ROM waits some 15 s for autoconfiguration before it boots.
 */
export function routerLines(subnet: number, pool?: readonly string[]): string[] {
  return [
    ...(pool ?? [`dhcp-range=192.168.${subnet}.50,192.168.${subnet}.99,255.255.255.0,1h`]),
    "dhcp-authoritative",
    "no-ping",
    ...advertisementLines(subnet),
  ];
}

/** The part of it that sends router advertisements. */
export function advertisementLines(subnet: number): string[] {
  return ["enable-ra", `dhcp-range=${ipv6Prefix(subnet)},ra-only`];
}
