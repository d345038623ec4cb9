import { architectureByCode } from "@bootlace/dhcp-core";
import type { BootClient, BootPlan, Choose, Ignore } from "@bootlace/proxy-dhcp";
import type { BootRule, RuleConditions } from "../config/schema.ts";
import { macPrefix } from "../config/values.ts";
import { ebc } from "./names.ts";
import type { BootTree } from "./tree.ts";

const standInForEbc = architectureByCode(ebc.servedAs)?.name ?? "";

/**
 * The chooser of the appliance: the first rule that matches decides, else the boot tree.
 * @param rules from the config, in order
 * @param tree asked at each call, because it changes with the files
 * @param tftp false when this host serves no files: then only rules that name a server can boot anything
 */
export function chooser(rules: readonly BootRule[], tree: () => BootTree, tftp = true): Choose {
  const tests = rules.map((rule, index) => ({
    rule,
    name: rule.name ?? `rule ${index + 1}`,
    test: matcher(rule.when),
  }));
  return (client) => {
    const match = tests.find(({ test }) => test(client));
    if (match?.rule.ignore === true) {
      return { kind: "ignore", reason: "the rule says ignore", rule: match.name };
    }
    if (client.http) {
      const ignore: Ignore = { kind: "ignore", reason: "the client boots by HTTP, and no HTTP server runs here" };
      return match === undefined ? ignore : { ...ignore, rule: match.name };
    }
    return match === undefined
      ? fromTree(client, tree(), tftp)
      : fromRule(client, match.rule, match.name, tree(), tftp);
  };
}

function fromRule(client: BootClient, rule: BootRule, name: string, tree: BootTree, tftp: boolean): BootPlan | Ignore {
  const base = rule.file === undefined ? fromTree(client, tree, tftp) : fileOfRule(rule, rule.file, tftp);
  if (base.kind === "ignore") return { ...base, rule: name };
  return {
    ...base,
    rule: name,
    ...(rule.server === undefined ? {} : { server: rule.server }),
    ...(rule.form === undefined ? {} : { form: rule.form }),
  };
}

function fileOfRule(rule: BootRule, file: string, tftp: boolean): BootPlan | Ignore {
  if (!tftp && rule.server === undefined && !/^[a-z]+:\/\//i.test(file)) return noServer;
  return { kind: "boot", file };
}

const noServer: Ignore = { kind: "ignore", reason: "tftp is switched off here, and the rule names no server" };

function fromTree(client: BootClient, tree: BootTree, tftp: boolean): BootPlan | Ignore {
  if (!tftp) return { kind: "ignore", reason: "tftp is switched off here, and no rule names a server" };
  if (client.firmware === "raspberry-pi") {
    return tree.raspberryPi === undefined
      ? { kind: "ignore", reason: "no Raspberry Pi files (bootcode.bin, start4.elf) in the root" }
      : { kind: "boot", file: tree.raspberryPi };
  }
  const script = tree.script === undefined ? {} : { script: { file: tree.script } };
  const entry = client.arch === undefined ? undefined : tree.entries.get(client.arch.code);
  if (entry !== undefined) return { kind: "boot", file: entry.file, ...script };
  if (client.firmware === "ipxe" && tree.script !== undefined) return { kind: "boot", ...script };
  return { kind: "ignore", reason: `no boot file for ${client.arch?.name ?? "this architecture"} in the root` };
}

/** A test for all conditions of a rule at once; no conditions match every client. */
export function matcher(when: RuleConditions | undefined): (client: BootClient) => boolean {
  if (when === undefined) return () => true;
  const tests: ((client: BootClient) => boolean)[] = [];
  const { arch, firmware, mac, userClass, vendorClass, uuid, serial } = when;
  if (arch !== undefined) {
    const names = new Set<string>(arch);
    tests.push(({ arch: named }) => {
      if (named === undefined) return false;
      return names.has(named.name) || (named.code === ebc.code && names.has(standInForEbc));
    });
  }
  if (firmware !== undefined) tests.push((client) => firmware.includes(client.firmware));
  if (mac !== undefined) {
    const prefixes = mac.flatMap((text) => macPrefix(text) ?? []);
    tests.push((client) => prefixes.some((prefix) => client.mac?.startsWith(prefix)));
  }
  if (userClass !== undefined) tests.push((client) => userClass.some((name) => client.userClasses.includes(name)));
  if (vendorClass !== undefined) {
    tests.push((client) => vendorClass.some((beginning) => client.vendorClass.startsWith(beginning)));
  }
  if (uuid !== undefined) {
    const wanted = new Set(uuid.map((text) => text.toLowerCase()));
    tests.push((client) => [client.uuid, client.uuidBigEndian].some((text) => text !== undefined && wanted.has(text)));
  }
  if (serial !== undefined) {
    const wanted = new Set(serial.map((text) => text.toLowerCase()));
    tests.push((client) => client.serial !== undefined && wanted.has(client.serial.toLowerCase()));
  }
  return (client) => tests.every((test) => test(client));
}
