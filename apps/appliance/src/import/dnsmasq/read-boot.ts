import { architectureByCode, parseIpv4 } from "@bootlace/dhcp-core";
import { checkUrl } from "../../config/boot-values.ts";
import { checkBootFile } from "../../config/values.ts";
import type { Directive } from "./directive.ts";
import { type DnsmasqModel, type Literal, remark, takeGuard } from "./model.ts";

type Reader = (directive: Directive, model: DnsmasqModel) => void;

/** The lines that name boot files. */
export const bootReaders: Readonly<Record<string, Reader>> = {
  "dhcp-boot": readBoot,
  "pxe-service": readService,
  "pxe-prompt"(directive, model) {
    const { guard, rest } = takeGuard(directive.parts);
    const [text = "", timeout] = rest;
    model.pxe = true;
    // Without a time dnsmasq waits for a key (option.c: 255).
    model.prompts.push({ guard, text: text === "" ? "PXE" : text, timeout: seconds(timeout), from: directive });
  },
  "dhcp-reply-delay"(directive, model) {
    const { guard, rest } = takeGuard(directive.parts);
    const delay = Number(rest[0]);
    if (delay >= 0 && delay <= 10) model.delays.push({ guard, seconds: delay, from: directive });
    else remark(model, directive, "a delay must be 0 to 10 seconds; these machines get their reply at once");
  },
  "dhcp-pxe-vendor"(directive, model) {
    const names = directive.parts.filter((part) => part !== "");
    model.settings.vendors.push(...names);
    const short = names.find((name) => ["PXEClient", "HTTPClient"].some((one) => one !== name && one.startsWith(name)));
    if (short === undefined) return;
    remark(
      model,
      directive,
      `dnsmasq replies with ${short}, which firmware rejects; Bootlace replies with the whole class`,
    );
  },
};

function seconds(text: string | undefined): number {
  const value = Number(text);
  return text === undefined || !Number.isInteger(value) || value < 0 || value > 255 ? 255 : value;
}

/** Leaves out a line that names what clients boot, and says who loses what. */
function lose(model: DnsmasqModel, from: Directive, guard: readonly Literal[], why: string, arch?: number): void {
  const what = from.name === "pxe-service" ? `the menu line ${JSON.stringify(servicePart(from, 1))}` : "this boot file";
  remark(model, from, `${why}: ${whoIs(guard, arch)} lose ${what}`);
  model.lostLines.push({ guard, from, ...(arch === undefined ? {} : { arch }) });
}

function servicePart({ parts }: Directive, at: number): string {
  return takeGuard(parts).rest[at] ?? "";
}

/** The clients of a line, for people. */
export function whoIs(guard: readonly Literal[], arch?: number): string {
  const name = arch === undefined ? undefined : (architectureByCode(arch)?.name ?? `architecture ${arch}`);
  const tags = guard.map(({ tag, wanted }) => (wanted ? tag : `no ${tag}`)).join(" and ");
  return `${name === undefined ? "all clients" : `${name} clients`}${tags === "" ? "" : ` with tag ${tags}`}`;
}

/** dhcp-boot=[tag:…,]FILE[,SERVERNAME[,ADDRESS]] */
function readBoot(directive: Directive, model: DnsmasqModel): void {
  const { guard, rest } = takeGuard(directive.parts);
  const [file = "", , address] = rest;
  const wrong = (file === "" ? undefined : wrongFile(file)) ?? wrongServer(address);
  if (file === "") remark(model, directive, "it names no boot file, so its clients get nothing, as with dnsmasq");
  if (wrong !== undefined) lose(model, directive, guard, wrong);
  else model.boots.push({ guard, file, ...serverOf(address), from: directive });
}

function wrongServer(address: string | undefined): string | undefined {
  if (address === undefined || address === "" || parseIpv4(address) !== undefined) return undefined;
  return "the server must be an IP address: boot firmware makes no DNS queries";
}

function serverOf(address: string | undefined): { server?: string } {
  return address === undefined || address === "" || address === "0.0.0.0" ? {} : { server: address };
}

function wrongFile(file: string): string | undefined {
  if (/^https?:\/\//i.test(file)) return checkUrl(file)?.problem;
  return checkBootFile(file)?.problem;
}

/** dnsmasq's names of client systems (option.c, pxe-service), by number. */
const systems = [
  ...["x86pc", "pc98", "ia64_efi", "alpha", "arc_x86", "intel_lean_client", "ia32_efi"],
  ...["x86-64_efi", "xscale_efi", "bc_efi", "arm32_efi", "arm64_efi"],
];

function unknownNumber(arch: number): string | undefined {
  return architectureByCode(arch) === undefined ? `unknown architecture number ${arch}` : undefined;
}

/** pxe-service=[tag:…,]SYSTEM,TEXT[,BASENAME|TYPE][,ADDRESS] */
function readService(directive: Directive, model: DnsmasqModel): void {
  model.pxe = true;
  const { guard, rest } = takeGuard(directive.parts);
  const [system = "", text = "", what = "", address] = rest;
  const arch = /^\d+$/.test(system) ? Number(system) : systems.indexOf(system.toLowerCase());
  const numbered = what === "" || /^\d+$/.test(what);
  // rfc2131.c: the layer, 0, is appended to a name without a dot.
  const file = numbered ? undefined : what.includes(".") ? what : `${what}.0`;
  // A line that is left out keeps its number, so that the others keep theirs (option.c: boottype).
  const type = numbered ? Number(what) : model.nextType++;
  const unknown = arch < 0 ? "unknown client system" : unknownNumber(arch);
  const wrong = unknown ?? wrongServer(address) ?? (file === undefined ? undefined : wrongFile(file));
  if (wrong !== undefined) lose(model, directive, guard, wrong, arch < 0 ? undefined : arch);
  else {
    const named = file === undefined ? {} : { file };
    model.services.push({ guard, arch, text, ...named, type, ...serverOf(address), from: directive });
  }
}
