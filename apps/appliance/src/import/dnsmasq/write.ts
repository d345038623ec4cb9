import { Document } from "yaml";
import type { DnsmasqModel, Remark, When } from "./model.ts";
import type { Outcome } from "./outcome.ts";
import { type ImportedRule, isIpxe } from "./rules.ts";

type Mapping = Record<string, unknown>;

/** The config as YAML, with the lines that were left out as comments at its end. */
export function writeConfig(
  model: DnsmasqModel,
  rules: readonly ImportedRule[],
  remarks: readonly Remark[],
  source: string,
): string {
  const names = new Map<string, number>();
  const menus = new Map<string, string>();
  const boot = rules.map((rule) => ruleOf(rule, model, names, menus));
  const config: Mapping = { ...settingsOf(model), ...menusOf(menus), boot };
  const document = new Document(config);
  document.commentBefore = ` Made from ${oneLine(source)} by bootlace import dnsmasq.`;
  const left = remarks.map(commentOf).join("\n");
  if (left !== "") document.comment = ` Not converted, or only in part:\n${left}`;
  return document.toString({ lineWidth: 110, flowCollectionPadding: true });
}

function commentOf({ line, file, text, why }: Remark): string {
  return ` ${file === undefined ? "" : `${oneLine(file)} `}line ${line}: ${oneLine(text)}\n   ${oneLine(why)}`;
}

/** A comment ends with its line, and must not contain control characters for a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/gu, "\ufffd");
}

function settingsOf({ settings }: DnsmasqModel): Mapping {
  const { interfaces, subnets, root, tftp, maxTransfers, maxBlockSize, singlePort, noBlockSize } = settings;
  const tftpKeys: Mapping = {
    ...(tftp ? {} : { enabled: false }),
    ...(maxBlockSize === undefined ? {} : { maxBlockSize }),
    ...(maxTransfers === undefined ? {} : { maxTransfers }),
    ...(singlePort ? { singlePort } : {}),
    ...(noBlockSize ? { ignoreOptions: "blksize" } : {}),
  };
  const vendors = settings.vendors.filter((name) => !/^(?:PXE|HTTP)Client/.test(name));
  const [port, clientPort] = settings.ports ?? [];
  const dhcp: Mapping = {
    ...(port === undefined ? {} : { port, clientPort }),
    ...(vendors.length === 0 ? {} : { vendorClasses: oneOrMany([...new Set(vendors)]) }),
  };
  const log: Mapping = {
    ...(settings.logLevel === undefined ? {} : { level: settings.logLevel }),
    ...(settings.logFile === undefined ? {} : { file: settings.logFile }),
  };
  return {
    ...(interfaces.length === 0 ? {} : { interfaces: oneOrMany(interfaces) }),
    ...(subnets.length === 0 ? {} : { subnets: oneOrMany([...new Set(subnets)]) }),
    ...(root === undefined ? {} : { root }),
    ...(Object.keys(dhcp).length === 0 ? {} : { dhcp }),
    ...(Object.keys(tftpKeys).length === 0 ? {} : { tftp: tftpKeys }),
    // dnsmasq serves no files by HTTP.
    http: { enabled: false },
    ...(Object.keys(log).length === 0 ? {} : { log }),
  };
}

function menusOf(menus: ReadonlyMap<string, string>): Mapping {
  if (menus.size === 0) return {};
  return { menus: Object.fromEntries([...menus].map(([content, name]) => [name, JSON.parse(content)])) };
}

function ruleOf(
  { when, outcome }: ImportedRule,
  { settings }: DnsmasqModel,
  names: Map<string, number>,
  menus: Map<string, string>,
): Mapping {
  const boots = outcome.kind !== "ignore" && outcome.kind !== "nothing";
  const folder = settings.uniqueRoot === undefined || !boots ? {} : { root: `{${settings.uniqueRoot}}` };
  const conditions = conditionsOf(when);
  return {
    name: uniqueName(labelOf(outcome, when), names),
    ...(Object.keys(conditions).length === 0 ? {} : { when: conditions }),
    ...actionsOf(outcome, when, menus),
    ...(boots && outcome.delay ? { delay: outcome.delay } : {}),
    ...folder,
  };
}

function actionsOf(outcome: Outcome, when: When, menus: Map<string, string>): Mapping {
  switch (outcome.kind) {
    case "ignore":
    case "nothing":
      return { ignore: true };
    case "pi":
      // A Raspberry Pi chooses its files itself; the name only marks it as served.
      return { file: "bootcode.bin" };
    case "file": {
      const { file, server } = outcome;
      const key = /^https?:/i.test(file) ? (isIpxe(when) ? "script" : "url") : "file";
      return { [key]: file, ...(server === undefined || key !== "file" ? {} : { server }) };
    }
    case "menu": {
      const { prompt, timeout, items } = outcome;
      const content = JSON.stringify({ prompt, timeout, items });
      const name = menus.get(content) ?? `menu-${menus.size + 1}`;
      menus.set(content, name);
      return { menu: name };
    }
  }
}

/** A Raspberry Pi needs no architecture beside its name. */
function conditionsOf(when: When): Mapping {
  const pi = isPi(when);
  const entries = Object.entries(when).filter(([key]) => key !== "arch" || !pi);
  return Object.fromEntries(entries.map(([key, list]) => [key, oneOrMany(list)]));
}

function isPi({ firmware }: When): boolean {
  return firmware?.includes("raspberry-pi") === true;
}

function oneOrMany(list: readonly string[]): unknown {
  return list.length === 1 ? list[0] : list;
}

function labelOf(outcome: Outcome, when: When): string {
  switch (outcome.kind) {
    case "ignore":
    case "nothing":
      return Object.keys(when).length === 0 ? "all others" : isPi(when) ? "no Raspberry Pi" : "ignored";
    case "pi":
      return "Raspberry Pi";
    default:
      return outcome.label.trim() === "" ? "boot" : outcome.label;
  }
}

function uniqueName(label: string, names: Map<string, number>): string {
  const count = (names.get(label) ?? 0) + 1;
  names.set(label, count);
  return count === 1 ? label : uniqueName(`${label} ${count}`, names);
}
