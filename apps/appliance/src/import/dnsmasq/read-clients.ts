import type { Directive } from "./directive.ts";
import { readHost } from "./hosts.ts";
import { type Made, macs, matchCondition, optionCode, userClass, vendorClass } from "./match.ts";
import { type DnsmasqModel, type Literal, literal, remark, takeGuard } from "./model.ts";

type Reader = (directive: Directive, model: DnsmasqModel) => void;

/** The lines that distinguish clients. */
export const clientReaders: Readonly<Record<string, Reader>> = {
  "dhcp-match": readMatch,
  "dhcp-vendorclass": (directive, model) => setTag(directive, model, vendorClass(directive.parts.slice(1))),
  "dhcp-userclass": (directive, model) => setTag(directive, model, userClass(directive.parts.slice(1))),
  "dhcp-mac": (directive, model) => setTag(directive, model, macs(directive.parts.slice(1))),
  "dhcp-circuitid": (directive, model) => setTag(directive, model, relayAgent),
  "dhcp-remoteid": (directive, model) => setTag(directive, model, relayAgent),
  "dhcp-subscrid": (directive, model) => setTag(directive, model, relayAgent),
  "dhcp-name-match": (directive, model) => setTag(directive, model, no("rules cannot match host names")),
  "dhcp-host": readHost,
  "dhcp-ignore"(directive, model) {
    // option.c: here every part is a tag, with or without tag: in front.
    const guard = directive.parts.map((part): Literal => literal(part.replace(/^(?:tag|net):/, "")));
    if (guard.length === 0 || guard.some(({ tag }) => tag === "")) remark(model, directive, "it names no tag");
    else model.ignores.push({ guard, from: directive });
  },
  "tag-if"(directive, model) {
    const sets = directive.parts.flatMap((part) => /^set:(.+)$/.exec(part)?.[1] ?? []);
    const { guard } = takeGuard(directive.parts.filter((part) => !part.startsWith("set:")));
    const known = directive.parts.every((part) => /^(?:set|tag|net):./.test(part));
    if (!known || sets.length === 0) remark(model, directive, "it must consist of set: and tag:");
    else model.tagRules.push({ sets, guard, from: directive });
  },
};

function no(why: string): Made {
  return { ok: false, why };
}

const relayAgent = no("rules cannot match relay options (option 82)");

/** The tag of a line that sets one: `set:x`, and `x` of old (option.c, set_prefix). */
function setTag(directive: Directive, model: DnsmasqModel, made: Made): void {
  const tag = (directive.parts[0] ?? "").replace(/^set:/, "");
  addTag(directive, model, tag, made);
}

function addTag(directive: Directive, model: DnsmasqModel, tag: string, made: Made): void {
  if (tag === "") {
    remark(model, directive, "it sets no tag");
    return;
  }
  if (!made.ok) {
    model.lostTags.push({ tag, from: directive, ipxe: made.ipxe === true });
    remark(model, directive, made.why);
    return;
  }
  if (made.note !== undefined) remark(model, directive, made.note);
  if (made.when === "always") model.always.add(tag);
  else model.atoms.push({ when: made.when, tags: [tag], ignore: false });
}

/** dhcp-match=set:TAG,OPTION[,VALUE]; only here `net:` and `tag:` may stand for `set:` (option.c, parse_dhcp_opt). */
function readMatch(directive: Directive, model: DnsmasqModel): void {
  const [first = "", option = "", ...values] = directive.parts;
  const tag = first.replace(/^(?:set|net|tag):/, "");
  addTag(directive, model, tag, matchCondition(optionCode(option), values));
}
