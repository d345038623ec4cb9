import type { MenuItemLike } from "../../config/menu.ts";
import type { Atom, DnsmasqModel, Literal, PxeService } from "./model.ts";

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

/** First architecture number that is not a BIOS one (rfc2131.c, pxe_uefi_workaround). */
const firstUefi = 6;
const piText = "Raspberry Pi Boot";

/**
 * What clients with exactly these properties get (dnsmasq 2.90, rfc2131.c).
 * @param arch number of option 93; undefined means every one that the file does not mention
 * @param tagsOfArch the tags that lines about option 93 set for it
 */
export function outcomeOf(
  model: DnsmasqModel,
  arch: number | undefined,
  atoms: readonly Atom[],
  tagsOfArch: readonly string[],
): Outcome {
  const tags = new Set([...tagsOfArch, ...atoms.flatMap((atom) => atom.tags)]);
  addDerivedTags(model, tags);
  const holds = (guard: readonly Literal[]) => guard.every(({ tag, wanted }) => tags.has(tag) === wanted);
  if (atoms.some(({ ignore }) => ignore) || model.ignores.some(holds)) return { kind: "ignore" };
  const delay = model.delays.findLast(({ guard }) => guard.length > 0 && holds(guard)) ?? plain(model.delays);
  const timed = delay === undefined || delay.seconds === 0 ? {} : { delay: delay.seconds };
  const services = model.services.filter((service) => service.arch === arch && holds(service.guard));
  const found = fromServices(model, arch, services) ?? fromBoot(model, holds);
  return found.kind === "nothing" || found.kind === "ignore" ? found : { ...found, ...timed };
}

function plain<T extends { readonly guard: readonly Literal[] }>(lines: readonly T[]): T | undefined {
  return lines.findLast(({ guard }) => guard.length === 0);
}

/** tag-if lines may depend on one another; a fixed point is reached after as many rounds as there are lines. */
function addDerivedTags({ tagRules }: DnsmasqModel, tags: Set<string>): void {
  for (const _ of tagRules) {
    for (const { sets, guard } of tagRules) {
      if (guard.every(({ tag, wanted }) => tags.has(tag) === wanted)) for (const tag of sets) tags.add(tag);
    }
  }
}

function fromServices(
  model: DnsmasqModel,
  arch: number | undefined,
  services: readonly PxeService[],
): Outcome | undefined {
  if (services.length === 0) return undefined;
  if (services.every(({ text }) => text.startsWith(piText))) return { kind: "pi" };
  const booting = services.filter(({ file }) => file !== undefined);
  const [only] = booting;
  const remote = services.some(({ file, type }) => file === undefined && type !== 0);
  const uefi = arch !== undefined && arch >= firstUefi;
  // rfc2131.c, pxe_opts: without a prompt a single line boots at once, and several lines wait for the user.
  const prompt = model.prompt ?? { text: "PXE", timeout: services.length === 1 ? 0 : 255 };
  // UEFI gets a single file without a menu; a BIOS menu of one line with time 0 does the same.
  const single = booting.length === 1 && !remote && (uefi || (services.length === 1 && prompt.timeout === 0));
  if (single && only?.file !== undefined) {
    const { text, file, server } = only;
    return { kind: "file", label: text, file, ...(server === undefined ? {} : { server }) };
  }
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

/** rfc2131.c, find_boot: the last line whose tags match, else the last one without tags. */
function fromBoot(model: DnsmasqModel, holds: (guard: readonly Literal[]) => boolean): Outcome {
  const boot = model.boots.findLast(({ guard }) => guard.length > 0 && holds(guard)) ?? plain(model.boots);
  if (boot === undefined) return { kind: "nothing" };
  const { file, server } = boot;
  return { kind: "file", label: file, file, ...(server === undefined ? {} : { server }) };
}
