import { architectureByCode } from "@bootlace/dhcp-core";
import type { MenuItemLike } from "../../config/menu.ts";
import type { Directive } from "./directive.ts";
import type { Atom, BootLine, DnsmasqModel, Guarded, Literal, PxeService } from "./model.ts";
import { holds, hostLine, withTagRules } from "./tags.ts";

/** What dnsmasq sends to clients of one kind. */
export type Outcome =
  | { readonly kind: "ignore" }
  /** An offer without a boot file. */
  | { readonly kind: "nothing" }
  | { readonly kind: "pi"; readonly delay?: number }
  | {
      readonly kind: "file";
      readonly label: string;
      readonly file: string;
      readonly server?: string;
      readonly delay?: number;
    }
  | {
      readonly kind: "menu";
      readonly label: string;
      readonly prompt: string;
      readonly timeout: number;
      readonly items: readonly MenuItemLike[];
      readonly delay?: number;
    };

/** What clients with exactly these properties get, by the kind of program that asks. */
export interface Outcomes {
  readonly firmware: Outcome;
  /** iPXE takes the file of the offer, where firmware is shown a menu on the PXE port. */
  readonly ipxe: Outcome;
  /** A Raspberry Pi looks for its name in the menu. */
  readonly pi: Outcome;
  /** The tags of these clients. */
  readonly tags: ReadonlySet<string>;
  /** The lines by which they get it. */
  readonly used: readonly Directive[];
}

/** First architecture number that is not a BIOS one (rfc2131.c, pxe_uefi_workaround). */
const firstUefi = 6;
const piText = "Raspberry Pi Boot";

/**
 * What clients with exactly these properties get (dnsmasq 2.90, rfc2131.c).
 * @param arch number of option 93; undefined means every one that the file does not mention
 * @param tagsOfArch the tags that lines about option 93 set for it
 */
export function outcomesOf(
  model: DnsmasqModel,
  arch: number | undefined,
  atoms: readonly Atom[],
  tagsOfArch: readonly string[],
): Outcomes {
  const own = atoms.filter(({ host }) => host === undefined);
  const plain = [...model.always, ...tagsOfArch, ...own.flatMap((atom) => atom.tags)];
  const host = hostLine(atoms, withTagRules(model, plain));
  const known = [...plain, ...(host?.tags ?? [])];
  const early = withTagRules(model, known);
  const ignores = model.ignores.filter(({ guard }) => holds(guard, early));
  const range = rangeFor(model, own, early);
  if (host?.ignore === true || ignores.length > 0 || range === "none") {
    const ignore = { kind: "ignore" } as const;
    return { firmware: ignore, ipxe: ignore, pi: ignore, tags: early, used: ignores.map(({ from }) => from) };
  }
  const tags = range === undefined ? early : withTagRules(model, [...range.sets, ...known]);
  const fits = ({ guard }: Guarded) => holds(guard, tags);
  const delay = model.delays.findLast((line) => line.guard.length > 0 && fits(line)) ?? untagged(model.delays);
  const timed = delay === undefined || delay.seconds === 0 ? {} : { delay: delay.seconds };
  const found = find(model, arch, fits);
  const late = <T extends Outcome>(outcome: T): T =>
    outcome.kind === "nothing" || outcome.kind === "ignore" ? outcome : { ...outcome, ...timed };
  return {
    firmware: late(found.firmware),
    ipxe: late(found.ipxe),
    pi: late(found.pi),
    tags,
    used: [...found.used, ...(delay === undefined ? [] : [delay.from])],
  };
}

/**
 * The last range that is meant for these clients: its tags come in after dhcp-ignore was looked at.
 * @returns undefined without any ranges that tell clients apart, `none` when there are some, and none fits
 */
function rangeFor({ ranges }: DnsmasqModel, atoms: readonly Atom[], tags: ReadonlySet<string>) {
  if (ranges.every(({ guard, sets }) => guard.length === 0 && sets.length === 0)) return undefined;
  const networks = atoms.flatMap(({ network }) => network ?? []);
  const several = new Set(ranges.map(({ subnet }) => subnet)).size > 1;
  const near = several ? ranges.filter(({ subnet }) => subnet === undefined || networks.includes(subnet)) : ranges;
  return near.findLast(({ guard }) => holds(guard, tags)) ?? "none";
}

function untagged<T extends { readonly guard: readonly Literal[] }>(lines: readonly T[]): T | undefined {
  return lines.findLast(({ guard }) => guard.length === 0);
}

type Found = Pick<Outcomes, "firmware" | "ipxe" | "pi" | "used">;

const nothing = { kind: "nothing" } as const;

function find(model: DnsmasqModel, arch: number | undefined, fits: (line: Guarded) => boolean): Found {
  const fitting = model.services.filter((service) => service.arch === arch && fits(service));
  // A menu has one line of each type, but for local boot.
  const services = fitting.filter(
    ({ type }, at) => type === 0 || fitting.findIndex((other) => other.type === type) === at,
  );
  // rfc2131.c, find_boot: the last line whose tags hold, else the last one without tags.
  const line = model.boots.findLast((boot) => boot.guard.length > 0 && fits(boot)) ?? untagged(model.boots);
  const boot = line === undefined || line.file === "" ? nothing : fileOf(line, line.file);
  const byBoot = line === undefined ? [] : [line.from];
  if (services.length === 0) return { firmware: boot, ipxe: boot, pi: nothing, used: byBoot };
  const isPi = services.some(({ text }) => text.includes(piText));
  const onlyPi = services.every(({ text, file }) => text.includes(piText) && file === undefined);
  const byServices = services.map(({ from }) => from);
  const menu = onlyPi ? nothing : fromServices(model, arch, services, fits);
  const pi = isPi ? ({ kind: "pi" } as const) : nothing;
  const uefi = arch !== undefined && arch >= firstUefi;
  const takesBoot = uefi && menu.kind === "menu" && line !== undefined;
  if (!takesBoot) return { firmware: menu, ipxe: menu, pi, used: byServices };
  // HTTP clients never ask on the PXE port, where the menu is.
  const http = architectureByCode(arch)?.http === true;
  return { firmware: http ? boot : menu, ipxe: boot, pi, used: [...byBoot, ...(http ? [] : byServices)] };
}

function fileOf({ server }: BootLine | PxeService, file: string, label = file): Outcome {
  return { kind: "file", label, file, ...(server === undefined ? {} : { server }) };
}

function fromServices(
  model: DnsmasqModel,
  arch: number | undefined,
  services: readonly PxeService[],
  fits: (line: Guarded) => boolean,
): Outcome {
  const booting = services.filter(({ file }) => file !== undefined);
  const [only] = booting;
  const uefi = arch !== undefined && arch >= firstUefi;
  // rfc2131.c, pxe_opts: without a prompt one line is taken at once, and several wait for the user.
  const prompt = model.prompts.findLast(fits) ?? { text: "PXE", timeout: services.length === 1 ? 0 : 255 };
  // UEFI gets the only file without a menu; a BIOS menu of one line whose time is 0 comes to the same.
  const single = booting.length === 1 && (uefi || (services.length === 1 && prompt.timeout === 0));
  if (single && only?.file !== undefined) return fileOf(only, only.file, only.text);
  const label = services[0]?.text ?? "";
  return {
    kind: "menu",
    label: `menu ${label}`,
    prompt: prompt.text,
    timeout: prompt.timeout,
    items: services.map(itemOf),
  };
}

function itemOf({ text, file, type, server }: PxeService): MenuItemLike {
  if (file !== undefined) return { text, file, type, ...(server === undefined ? {} : { server }) };
  if (type === 0) return { text, local: true };
  return { text, type, servers: server === undefined ? [] : [server] };
}
