import { architectureByCode, quote } from "@bootlace/dhcp-core";
import { isIpxeBinary } from "@bootlace/proxy-dhcp";
import type { Case } from "./cases.ts";
import type { Directive } from "./directive.ts";
import { type DnsmasqModel, type Guarded, type Literal, remark, serves } from "./model.ts";
import type { Outcome } from "./outcome.ts";
import { isPath } from "./roots.ts";
import { isIpxe } from "./rules.ts";
import { holds, tagsFrom } from "./tags.ts";

/** Adds a remark at each line that names what clients boot, or which clients, and that no client comes to. */
export function tellDeadLines(model: DnsmasqModel, cases: readonly Case[]): void {
  const used = new Set(cases.flatMap(({ outcomes }) => outcomes.used));
  for (const { from, guard, arch } of bootLines(model)) {
    if (used.has(from)) continue;
    const near = cases.filter((one) => arch === undefined || one.arch === arch);
    const met = near.some(({ outcomes }) => holds(guard, outcomes.tags));
    const why = met ? "another line takes precedence for every client that it names" : whyDead(model, guard, near);
    remark(model, from, `no client gets it: ${why}`);
  }
  for (const { from, guard } of [...model.ranges, ...model.ignores, ...model.delays, ...model.prompts]) {
    if (cases.some(({ outcomes }) => holds(guard, outcomes.tags)) || used.has(from)) continue;
    remark(model, from, `it matches no client: ${whyDead(model, guard, cases)}`);
  }
}

type BootingLine = Guarded & { readonly arch?: number };

function bootLines({ boots, services }: DnsmasqModel): BootingLine[] {
  return [...boots, ...services];
}

/** Why no client has these tags. */
function whyDead(model: DnsmasqModel, guard: readonly Literal[], cases: readonly Case[]): string {
  const missing = guard.find(({ tag, wanted }) => wanted && !cases.some(({ outcomes }) => outcomes.tags.has(tag)));
  if (missing !== undefined) return whyUnset(model, missing.tag);
  const everywhere = guard.find(({ tag, wanted }) => !wanted && cases.every(({ outcomes }) => outcomes.tags.has(tag)));
  if (everywhere !== undefined) return `every client has tag ${quote(everywhere.tag)}`;
  return "no client has these tags at the same time";
}

function whyUnset(model: DnsmasqModel, tag: string): string {
  const lost = model.lostTags.filter((row) => tagsFrom(model, [row.tag]).has(tag));
  if (lost.length > 0) {
    const lines = linesOf(lost.map(({ from }) => from));
    return `tag ${quote(tag)} is never set, because ${lines} ${lost.length === 1 ? "was" : "were"} not converted`;
  }
  if (tag.endsWith("*"))
    return `a star stands for other tags in tag-if only, and no line sets tag ${quote(tag)} itself`;
  const set = [...model.atoms.flatMap(({ tags }) => tags), ...model.tagRules.flatMap(({ sets }) => sets)];
  return set.includes(tag) ? `no client can have tag ${quote(tag)}` : `no converted line sets tag ${quote(tag)}`;
}

/** `line 8`, `lines 8, 9 and 11`. */
function linesOf(directives: readonly Directive[]): string {
  const places = directives.map(({ line, file }) => (file === undefined ? `${line}` : `${line} of ${file}`));
  const names = [...new Set(places)];
  const last = names.pop() ?? "";
  return names.length === 0 ? `line ${last}` : `lines ${names.join(", ")} and ${last}`;
}

/** What it means that a line which sets a tag was left out: the lines that ask for the tag. */
export function consequenceOf(model: DnsmasqModel, from: Directive): string {
  const tags = model.lostTags.filter((row) => row.from === from).map(({ tag }) => tag);
  const [tag] = tags;
  if (tag === undefined) return "";
  const lines = [...bootLines(model), ...model.tagRules, ...model.ignores, ...model.delays, ...model.ranges];
  const asks = ({ guard }: Guarded) => guard.some((literal) => tags.some((name) => means(literal, name)));
  const asking = lines.filter(asks).sort((a, b) => a.from.line - b.from.line);
  if (asking.length === 0) return "";
  return `; as a result, ${linesOf(asking.map((line) => line.from))} find${asking.length === 1 ? "s" : ""} no client with tag ${quote(tag)}`;
}

function means({ tag }: Literal, name: string): boolean {
  return tag.endsWith("*") ? name.startsWith(tag.slice(0, -1)) : tag === name;
}

/** Remarks on what clients get otherwise than by dnsmasq, at the lines by which they get it. */
export function tellDifferences(model: DnsmasqModel, cases: readonly Case[]): void {
  const known = new Set<string>();
  const tell = (from: readonly Directive[], why: string) => {
    for (const line of from) {
      const key = `${line.file} ${line.line} ${line.text} ${why}`;
      if (!known.has(key)) remark(model, line, why);
      known.add(key);
    }
  };
  const knowsIpxe = cases.some(({ when }) => isIpxe(when));
  for (const { when, arch, outcomes } of cases) {
    const http = arch !== undefined && architectureByCode(arch)?.http === true;
    const { firmware, ipxe, used } = outcomes;
    const boots = used.filter(({ name }) => name === "dhcp-boot" || name === "pxe-service");
    if (
      http &&
      firmware.kind === "file" &&
      boots.some(({ name }) => name === "pxe-service") &&
      serves(model.settings, "HTTPClient")
    )
      tell(boots, "dnsmasq's pxe-service gives HTTP clients no URL; Bootlace does");
    if (!http && !isIpxe(when) && when.vendorClass === undefined && firmware.kind === "file" && !isPath(firmware.file))
      tell(
        boots,
        "only iPXE and HTTP Boot accept a URL; other firmware gets the best match in the boot folder, or the boot check",
      );
    if (!knowsIpxe && ipxe.kind === "file" && isIpxeBinary(ipxe.file))
      tell(
        boots,
        "no line distinguishes iPXE from firmware, so iPXE would load iPXE again, and Bootlace breaks that loop. Add a line with a script for iPXE",
      );
  }
}

/** Clients that the file is about and that get nothing. */
export interface Unanswered {
  /** `everybody`, an architecture, or `iPXE`. */
  readonly who: string;
  /** One sentence. */
  readonly text: string;
}

/** Remarks on the whole: clients without the answer that the file has for them. */
export function unansweredBy(model: DnsmasqModel, cases: readonly Case[]): Unanswered[] {
  if (!cases.some(({ outcomes: { firmware, ipxe, pi } }) => [firmware, ipxe, pi].some(isBoot))) {
    const text = "this config answers nobody: no converted line names a boot file";
    return [{ who: "everybody", text }];
  }
  const archs = [...bootLines(model), ...model.lostLines].flatMap(({ arch }) => arch ?? []);
  const named = model.atoms.flatMap(({ when }) => when.arch ?? []);
  const codes = new Set([...archs, ...cases.flatMap(({ arch }) => (isNamed(arch, named) ? [arch] : []))]);
  return [...[...codes].flatMap((code) => unansweredArch(model, cases, code)), ...unansweredIpxe(model, cases)];
}

function isNamed(arch: number | undefined, names: readonly string[]): arch is number {
  return arch !== undefined && names.includes(architectureByCode(arch)?.name ?? "");
}

function unansweredArch(model: DnsmasqModel, cases: readonly Case[], code: number): Unanswered[] {
  const arch = architectureByCode(code);
  if (arch === undefined || (arch.http && !serves(model.settings, "HTTPClient"))) return [];
  const own = cases.some((one) => one.arch === code) ? code : undefined;
  const outcomes = cases.filter((one) => one.arch === own).map((one) => one.outcomes);
  const answered = outcomes.some(({ firmware, ipxe, pi }) => [firmware, ipxe, pi].some(isBoot));
  if (answered || outcomes.every(({ firmware }) => firmware.kind === "ignore")) return [];
  const tags = model.atoms.flatMap((atom) => (atom.when.arch?.includes(arch.name) === true ? atom.tags : []));
  return unansweredOf(model, arch.name, linesFor(model, tags, code));
}

function unansweredIpxe(model: DnsmasqModel, cases: readonly Case[]): Unanswered[] {
  const own = model.atoms.filter(({ when }) => isIpxe(when)).flatMap(({ tags }) => tags);
  const lost = model.lostTags.filter(({ ipxe }) => ipxe).map(({ tag }) => tag);
  const answers = ({ outcomes: { ipxe } }: Case) => isBoot(ipxe) && !(ipxe.kind === "file" && isIpxeBinary(ipxe.file));
  const near = cases.some(({ when }) => isIpxe(when)) ? cases.filter(({ when }) => isIpxe(when)) : cases;
  return near.some(answers) ? [] : unansweredOf(model, "iPXE", linesFor(model, [...own, ...lost]));
}

function unansweredOf(model: DnsmasqModel, who: string, lines: readonly Directive[]): Unanswered[] {
  if (!lines.some((line) => isLost(model, line))) return [];
  return [{ who, text: `${who} gets nothing: none of its lines were converted (${linesOf(lines)})` }];
}

/** Whether a line was left out, or hangs on a tag whose line was; else dnsmasq gives its clients nothing either. */
function isLost(model: DnsmasqModel, line: Directive): boolean {
  if (model.lostLines.some(({ from }) => from === line)) return true;
  const tags = tagsFrom(
    model,
    model.lostTags.map(({ tag }) => tag),
  );
  return bootLines(model).some(({ from, guard }) => from === line && guard.some(({ tag }) => tags.has(tag)));
}

/** Lines that name what clients with one of these tags boot, or those of an architecture. */
function linesFor(model: DnsmasqModel, tags: readonly string[], code?: number): Directive[] {
  const all = tagsFrom(model, tags);
  const boots = model.boots.filter(({ file }) => file !== "");
  const lines: readonly BootingLine[] = [...boots, ...model.services, ...model.lostLines];
  const mine = lines.filter(({ guard, arch }) =>
    arch === undefined ? guard.some(({ tag, wanted }) => wanted && all.has(tag)) : arch === code,
  );
  return mine.map(({ from }) => from).sort((a, b) => a.line - b.line);
}

function isBoot({ kind }: Outcome): boolean {
  return kind !== "ignore" && kind !== "nothing";
}
