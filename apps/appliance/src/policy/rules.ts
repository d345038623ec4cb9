import { quote } from "@bootlace/dhcp-core";
import type { BootClient, BootPlan, Choose, Ignore, ServedInterface } from "@bootlace/proxy-dhcp";
import { builtinCheck, checkProgramFor } from "../catalogue/boot-check.ts";
import { imageNames, readImageChoice } from "../catalogue/images.ts";
import type { BootTree } from "../catalogue/tree.ts";
import { menuFrom } from "../config/menu.ts";
import type { BootRule } from "../config/schema.ts";
import { type Condition, conditionsOf, identifiersOf } from "./conditions.ts";
import { identityIndex } from "./identity-index.ts";
import type { OneTimeBootAction } from "./one-time-boot.ts";
import { type SeenOfClient, seenNothing, sentPlan } from "./sent-plan.ts";
import {
  type BootConfig,
  type BootOffer,
  type Found,
  ignored,
  isUrl,
  ownUrl,
  scriptPlan,
  treePlan,
  wayToScript,
} from "./tree-plan.ts";

/** What was made of one rule on the way to a plan. */
export interface RuleVerdict {
  readonly name: string;
  readonly matched: boolean;
  /** The condition that did not hold, or those that did. Text of the client is escaped. */
  readonly why: string;
}

/** The rules of a config, ready to be asked. */
export interface RuleBook {
  choose: Choose;
  /** The rule that matches, with the name by which events call it. */
  match(client: BootClient, iface: ServedInterface): { readonly rule: BootRule; readonly name: string } | undefined;
  /** The disc image that a rule or a one-time boot has for this client, as `NAME` or `NAME/ENTRY`. */
  imageOf(client: BootClient, iface: ServedInterface): string | undefined;
  /** Every rule up to the one that matches, and why. */
  trace(client: BootClient, iface: ServedInterface): readonly RuleVerdict[];
}

/** The name of the rule in events when a one-time boot decided. */
export const oneTimeBootRuleName = "next boot";

/**
 * The first rule that matches decides, else the boot tree.
 * @param tree asked at each call, because it changes with the files
 * @param next the one-time boot of this client; looked up at each call, must not change anything
 * @param seen what this client loaded lately; the same
 * @param images whether any disc image can be offered; the same
 */
export function ruleBook(
  config: BootConfig,
  tree: () => BootTree,
  next: (client: BootClient) => OneTimeBootAction | undefined = () => undefined,
  seen: (client: BootClient) => SeenOfClient = () => seenNothing,
  images: () => boolean = () => false,
): RuleBook {
  const offer = (): BootOffer => ({ tree: tree(), images: images() });
  const entries = config.boot.map((rule, index) => ({
    rule,
    name: rule.name ?? `rule ${index + 1}`,
    conditions: conditionsOf(rule.when, config.hosts),
  }));

  /** Rules for machines by what they are known by, and all others: those of thousands of machines cost nothing to skip. */
  const ofMachines = identityIndex();
  const ofAll: number[] = [];
  for (const [number, { when }] of config.boot.entries()) {
    const identifiers = identifiersOf(when, config.hosts);
    if (identifiers === undefined) ofAll.push(number);
    else for (const machine of identifiers) ofMachines.add(machine, number);
  }

  function match(client: BootClient, iface: ServedInterface) {
    const holds = (number: number) =>
      entries[number]?.conditions.every((condition) => condition.holds(client, iface)) === true;
    const own = ofMachines.find(client).find(holds) ?? Number.POSITIVE_INFINITY;
    const general = ofAll.find((number) => number > own || holds(number)) ?? Number.POSITIVE_INFINITY;
    return entries[Math.min(own, general)];
  }

  function choose(client: BootClient, iface: ServedInterface): BootPlan | Ignore {
    return sentPlan(chosen(client, iface), client, seen(client));
  }

  function chosen(client: BootClient, iface: ServedInterface): BootPlan | Ignore {
    const found = match(client, iface);
    const once = next(client);
    if (once === undefined) return planOf(client, found, config, offer());
    if (once.ignore === true) return { ...ignored("one-time-ignore", client), rule: oneTimeBootRuleName };
    const rule: BootRule = { ...keptBeside(once, found?.rule ?? {}), ...wishOf(once) };
    return planOf(client, { rule, name: oneTimeBootRuleName }, config, offer());
  }

  return {
    choose,
    match,
    imageOf(client, iface) {
      const once = next(client);
      return once === undefined ? match(client, iface)?.rule.image : once.image;
    },
    trace(client, iface) {
      const verdicts: RuleVerdict[] = [];
      for (const { name, conditions } of entries) {
        const miss = conditions.find((condition) => !condition.holds(client, iface));
        verdicts.push({ name, matched: miss === undefined, why: whyOf(miss, conditions, client, iface) });
        if (miss === undefined) break;
      }
      return verdicts;
    },
  };
}

function whyOf(
  miss: Condition | undefined,
  conditions: readonly Condition[],
  client: BootClient,
  iface: ServedInterface,
): string {
  if (miss !== undefined) {
    return `${miss.key} is ${miss.found(client, iface)}, not ${miss.wanted.map(plainOrQuoted).join(" or ")}`;
  }
  if (conditions.length === 0) return "it has no conditions";
  return conditions.map((condition) => `${condition.key} is ${condition.found(client, iface)}`).join(", ");
}

function plainOrQuoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : quote(text);
}

/** What a rule says beside that which a one-time boot replaces. */
function keptBeside({ file, url, image }: OneTimeBootAction, rule: BootRule): BootRule {
  const { ignore: _ignore, image: _image, ...usual } = rule;
  const { form, delay } = usual;
  const replaced = file !== undefined || url !== undefined || image !== undefined;
  return replaced ? { ...(form && { form }), ...(delay && { delay }) } : usual;
}

function wishOf({ ignore: _ignore, ...wish }: OneTimeBootAction): BootRule {
  return wish;
}

interface Matched {
  readonly rule: BootRule;
  readonly name: string;
}

function planOf(
  client: BootClient,
  found: Matched | undefined,
  config: BootConfig,
  offer: BootOffer,
): BootPlan | Ignore {
  const { rule: written, name } = found ?? { rule: {} };
  const named = name === undefined ? {} : { rule: name };
  if (written.ignore === true) return { ...ignored("rule-ignores", client), ...named };
  const rule = withCheckFile(withImage(written), client);
  if (rule === undefined) return { ...ignored("no-check-for-architecture", client), ...named };
  const own = client.http ? httpPlan(client, rule, config, offer) : rulePlan(client, rule, config, offer);
  const check = isNothing(own, client) ? checkPlan(client, config) : undefined;
  const base =
    check ?? (own === "nothing" ? ignored("no-file-for-architecture", client) : reachable(own, client, rule, config));
  if (base.kind === "ignore") return { ...base, ...named };
  return {
    ...base,
    ...named,
    ...(rule.server === undefined || check !== undefined ? {} : { server: rule.server }),
    ...(rule.form === undefined ? {} : { form: rule.form }),
    ...(rule.delay === undefined ? {} : { delayMilliseconds: Math.round(rule.delay * 1000) }),
  };
}

/** An image starts by the script that is made for it. */
function withImage(rule: BootRule): BootRule {
  const choice = rule.image === undefined ? undefined : readImageChoice(rule.image);
  return choice === undefined ? rule : { ...rule, script: imageNames.script(choice) };
}

/** The rule with the client's own program where it names the boot check; undefined when there is none for it. */
function withCheckFile(rule: BootRule, client: BootClient): BootRule | undefined {
  if (rule.file !== builtinCheck) return rule;
  const program = checkProgramFor(client);
  return program === undefined ? undefined : { ...rule, file: program.file };
}

/** Whether a client would get nothing. iPXE takes scripts and URLs, a menu is for everybody, a Pi chooses itself. */
function isNothing(own: Found, { http, firmware }: BootClient): boolean {
  if (own === "nothing") return true;
  if (own.kind === "ignore" || http || firmware === "ipxe" || firmware === "raspberry-pi") return false;
  return own.file === undefined && own.menu === undefined;
}

/** A plan that has nothing by TFTP for a client that needs it: where TFTP is switched off, that is why. */
function reachable(
  own: BootPlan | Ignore,
  client: BootClient,
  { server }: BootRule,
  { tftp }: BootConfig,
): BootPlan | Ignore {
  if (own.kind === "ignore" || tftp.enabled || server !== undefined || client.http) return own;
  const { file, menu, script, url } = own;
  const ways = client.firmware === "ipxe" ? [script?.file, script?.url, url] : [];
  const fetches = ways.some((way) => way !== undefined);
  return file === undefined && menu === undefined && !fetches ? ignored("tftp-off", client) : own;
}

/** The boot check takes the place of a file that is not there. */
function checkPlan(client: BootClient, config: BootConfig): BootPlan | undefined {
  const program = config.bootCheck.enabled ? checkProgramFor(client) : undefined;
  if (program === undefined) return undefined;
  if (!client.http) return config.tftp.enabled ? { kind: "boot", file: program.file } : undefined;
  const url = ownUrl(program.file, config);
  return url === undefined ? undefined : { kind: "boot", url };
}

function rulePlan(client: BootClient, rule: BootRule, config: BootConfig, offer: BootOffer): Found {
  const { file, menu: menuName, script, url } = rule;
  if (file !== undefined && !config.tftp.enabled && rule.server === undefined && !isUrl(file))
    return ignored("tftp-off", client);
  const way = file ?? wayToScript(client, rule, config, offer);
  const own = way === undefined ? treePlan(client, url, config, offer) : ({ kind: "boot", file: way } as const);
  const row = menuName === undefined ? undefined : config.menus[menuName];
  const carries = script !== undefined || url !== undefined || row !== undefined;
  const none = own === "nothing" || own.kind === "ignore";
  if (none && !carries) return own;
  return {
    ...(none ? { kind: "boot" } : own),
    ...(url === undefined ? {} : { url }),
    ...(script === undefined ? {} : { script: scriptPlan(client, script, rule, config) }),
    ...(row === undefined ? {} : { menu: menuFrom(row, checkProgramFor(client)?.file) }),
  };
}

function httpPlan(
  client: BootClient,
  { url, file, server, script, image }: BootRule,
  config: BootConfig,
  { tree }: BootOffer,
): Found {
  if (url !== undefined) return { kind: "boot", url };
  if (!config.http.enabled) return ignored("http-off", client);
  if (file !== undefined && server !== undefined) return ignored("http-client-tftp-server", client);
  const entry = client.arch === undefined ? undefined : tree.entries.get(client.arch.code);
  const chain = script === undefined || client.arch === undefined ? undefined : tree.ipxe.get(client.arch.code);
  // Without iPXE the firmware itself takes the image, as a drive in memory.
  const whole = image === undefined ? undefined : readImageChoice(image);
  const own = ownUrl(file ?? chain ?? (whole === undefined ? entry?.file : imageNames.whole(whole.id)), config);
  return own === undefined ? "nothing" : { kind: "boot", url: own };
}
