import { checkImages } from "./check-images.ts";
import { checkMenus } from "./check-menus.ts";
import { checkHosts, checkRules } from "./check-rules.ts";
import type { PlacedProblem } from "./explain.ts";
import { isMapping, type Mapping } from "./mapping.ts";

/**
 * Faults that concern several keys: rules that do nothing or contradict themselves, undefined names, services on
 * one port. Works on the value as read, so that these faults are reported together with those of single values.
 */
export function checkBetweenKeys(value: unknown): PlacedProblem[] {
  if (!isMapping(value)) return [];
  return [
    ...checkRules(value),
    ...checkHosts(value),
    ...checkMenus(value),
    ...checkImages(value),
    ...checkPorts(value),
    ...checkAdmin(value),
  ];
}

const udpPorts: readonly (readonly [string, string, number])[] = [
  ["dhcp", "port", 67],
  ["dhcp", "pxePort", 4011],
  ["tftp", "port", 69],
];
const tcpPorts: readonly (readonly [string, string, number])[] = [
  ["http", "port", 8069],
  ["admin", "port", 8067],
];

function checkPorts(value: Mapping): PlacedProblem[] {
  return [udpPorts, tcpPorts].flatMap((ports) => portsUsedTwice(value, ports));
}

function portsUsedTwice(value: Mapping, ports: typeof udpPorts): PlacedProblem[] {
  const used = new Map<number, string>();
  const problems: PlacedProblem[] = [];
  for (const [section, key, usual] of ports) {
    const mapping = sectionOf(value, section);
    if (mapping.enabled === false || mapping.tcp === false) continue;
    const port = mapping[key] ?? usual;
    if (typeof port !== "number") continue;
    const other = used.get(port);
    if (other === undefined) {
      used.set(port, `${section}.${key}`);
      continue;
    }
    const written = mapping[key] !== undefined;
    const path = written ? [section, key] : other.split(".");
    const problem = `${other} and ${section}.${key} are both ${port}`;
    problems.push({ code: "E033", problem, allowed: "Give each service its own port", path, at: "value" });
  }
  return problems;
}

/** Everyone who can reach the API controls what every machine boots. */
function checkAdmin(value: Mapping): PlacedProblem[] {
  const admin = sectionOf(value, "admin");
  const { address, enabled, tcp, tokenFile } = admin;
  if (enabled === false || tcp === false || tokenFile !== undefined || typeof address !== "string") return [];
  if (address.startsWith("127.") || !/^\d+\.\d+\.\d+\.\d+$/.test(address)) return [];
  return [
    {
      code: "E037",
      problem: `everyone who reaches ${address} could use the API`,
      allowed: "Set admin.tokenFile, or keep the address 127.0.0.1",
      path: ["admin", "address"],
      at: "value",
    },
  ];
}

function sectionOf(value: Mapping, section: string): Mapping {
  const settings = value[section];
  return isMapping(settings) ? settings : {};
}
