import { networkInterfaces } from "node:os";
import { quote } from "@bootlace/dhcp-core";
import type { BootTree } from "../catalogue/tree.ts";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { BootRule } from "../config/schema.ts";
import { subnetFilter } from "../config/subnet.ts";
import type { Tree } from "./contents.ts";
import { finding, type TreeFinding } from "./findings.ts";
import { namedFiles } from "./named-files.ts";

type Conditions = ReadonlyMap<string, readonly string[]>;

/** Rules that no client will ever get: those that nobody fits, and those behind one that takes all that they would. */
export function ruleNotes({ config: { boot } }: LoadedConfig): string[] {
  const nameOf = (index: number) => quote(boot[index]?.name ?? `rule ${index + 1}`);
  const never = boot.flatMap((rule, index) => {
    const empty = [...conditions(rule)].find(([, wanted]) => wanted.length === 0);
    return empty === undefined ? [] : [`${nameOf(index)} never matches: its ${empty[0]} is an empty list`];
  });
  const everybody = boot.findIndex((rule) => conditions(rule).size === 0);
  const last = everybody === -1 ? boot.length : everybody;
  const shadowed = boot.slice(0, last + 1).flatMap((rule, index) => {
    const earlier = boot.slice(0, index).findIndex((other) => covers(conditions(other), conditions(rule)));
    return earlier === -1
      ? []
      : [`${nameOf(index)} never matches: ${nameOf(earlier)} before it takes the same clients`];
  });
  const behind = `rules after ${nameOf(everybody)} are never reached: it has no conditions`;
  return [...never, ...shadowed, ...(last < boot.length - 1 ? [behind] : [])];
}

function conditions({ when = {} }: BootRule): Conditions {
  return new Map(
    Object.entries(when).flatMap(([key, wanted]) => (wanted === undefined ? [] : [[key, wanted] as const])),
  );
}

/** Whether every client that fits the second fits the first as well. */
function covers(first: Conditions, second: Conditions): boolean {
  if ([...second.values()].some((wanted) => wanted.length === 0)) return false;
  return [...first].every(([key, wanted]) => {
    const narrower = second.get(key);
    const begins = key === "mac" || key === "vendorClass";
    return narrower?.every((value) =>
      wanted.some((wider) => (begins ? value.toLowerCase().startsWith(wider.toLowerCase()) : value === wider)),
    );
  });
}

/** Rules of which every one that a client can get ignores it: nobody is answered. */
export function answersNobody({ config, originOf }: LoadedConfig): TreeFinding[] {
  const { boot, dhcp } = config;
  const everybody = boot.findIndex((rule) => conditions(rule).size === 0);
  const reached = boot.slice(0, everybody + 1);
  if (!dhcp.enabled || reached.length === 0 || !reached.every(({ ignore }) => ignore === true)) return [];
  const origin = originOf(["boot"]);
  const where = origin.kind === "file" ? { file: origin.file, line: origin.line, column: 1 } : undefined;
  const place = { ...(where ?? { file: "defaults", line: 0, column: 0 }), path: formatPath(["boot"]) };
  const problem = "no client gets a reply: every rule ignores its clients, and the last one matches all";
  return [
    finding("T018", place, problem, "Write a rule with a file, a script or a menu before it, or remove the last"),
  ];
}

/** Programs that a rule gives to machines that cannot start them, because it has no condition. */
export async function programNotes(loaded: LoadedConfig, tree: Tree): Promise<string[]> {
  const notes: string[] = [];
  for (const { name, path, role } of namedFiles(loaded)) {
    const index = path[0] === "boot" ? Number(path[1]) : -1;
    const rule = loaded.config.boot[index];
    if (role !== "file" || rule === undefined || conditions(rule).size > 0) continue;
    const facts = await tree.facts(name);
    const before = loaded.config.boot
      .slice(0, index)
      .flatMap(({ when }) => [...(when?.arch ?? []), ...(when?.firmware ?? [])]);
    const of = quote(rule.name ?? `rule ${index + 1}`);
    if (facts?.kind === "bios-program" && !before.some((word) => word.includes("uefi"))) {
      notes.push(
        `${of} gives ${quote(name)} to UEFI machines too, and it is a program for PC BIOS: add when: { firmware: bios }`,
      );
    }
    if (facts?.kind === "efi-program" && !before.some((word) => word.includes("bios"))) {
      notes.push(
        `${of} gives ${quote(name)} to PC BIOS machines too, and it is a UEFI program: add when: { firmware: uefi }`,
      );
    }
  }
  return notes;
}

/** Rules that have nothing but a URL for machines that boot by PXE, and no file lies in the root for those either. */
export function urlNotes({ config: { boot, tftp } }: LoadedConfig, tree: BootTree): string[] {
  if (!tftp.enabled || tree.entries.size > 0) return [];
  return boot.flatMap(({ name, url, file, script, menu, ignore, when = {} }, index) => {
    if (url === undefined || [file, script, menu].some((each) => each !== undefined) || ignore === true) return [];
    const { arch, firmware } = when;
    const isPxe = (word: string) => /^(bios|uefi)$/.test(word);
    if (arch?.every((word) => word.endsWith("-http")) === true || firmware?.some(isPxe) === false) return [];
    return [
      `${quote(name ?? `rule ${index + 1}`)} has only a url, which is for UEFI HTTP Boot and iPXE: machines that boot by PXE ` +
        "get no boot file. If that is not intended, add a file",
    ];
  });
}

/** `subnets` in which no interface of this machine is: nobody would be served. */
export function subnetNotes({ config: { subnets } }: LoadedConfig, interfaces = networkInterfaces()): string[] {
  const addresses = Object.values(interfaces).flatMap((list = []) => list.filter(({ family }) => family === "IPv4"));
  const inside = subnetFilter(subnets);
  if (subnets.length === 0 || addresses.some(({ address }) => inside(address))) return [];
  return [`no interface of this machine has an address in subnets (${subnets.join(", ")}): no client is answered here`];
}
