import { architectureByCode, parseIpv4 } from "@bootlace/dhcp-core";
import { checkUrl } from "../../config/boot-values.ts";
import { checkBootFile } from "../../config/values.ts";
import type { Directive } from "./lines.ts";
import { type DnsmasqModel, remark, takeGuard } from "./model.ts";

type Reader = (directive: Directive, model: DnsmasqModel) => void;

/** The lines that name boot files. */
export const bootReaders: Readonly<Record<string, Reader>> = {
  "dhcp-boot": readBoot,
  "pxe-service": readService,
  "pxe-prompt"(directive, model) {
    const { guard, rest } = takeGuard(directive.parts);
    const [text = "", timeout] = rest;
    model.pxe = true;
    if (guard.length > 0) remark(model, directive, "a menu prompt cannot have conditions of its own");
    // Without a time dnsmasq waits for a key (option.c: 255).
    else model.prompt = { text: text === "" ? "PXE" : text, timeout: seconds(timeout) };
  },
  "dhcp-reply-delay"(directive, model) {
    const { guard, rest } = takeGuard(directive.parts);
    const delay = Number(rest[0]);
    if (delay >= 0 && delay <= 10) model.delays.push({ guard, seconds: delay });
    else remark(model, directive, "a delay must be 0 to 10 seconds");
  },
  "dhcp-pxe-vendor"(directive, model) {
    for (const part of directive.parts) {
      const name = part.split(":")[0] ?? "";
      if (name === "HTTPClient") model.settings.http = true;
      else if (name !== "PXEClient" && name !== "") model.settings.vendorClasses.push(name);
    }
  },
};

function seconds(text: string | undefined): number {
  const value = Number(text);
  return text === undefined || !Number.isInteger(value) || value < 0 || value > 255 ? 255 : value;
}

/** dhcp-boot=[tag:…,]FILE[,SERVERNAME[,ADDRESS]] */
function readBoot(directive: Directive, model: DnsmasqModel): void {
  const { guard, rest } = takeGuard(directive.parts);
  const [file = "", , address] = rest;
  const wrong = wrongFile(file) ?? wrongServer(address);
  if (wrong !== undefined) remark(model, directive, wrong);
  else model.boots.push({ guard, file, ...serverOf(address), line: directive.line });
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
  if (wrong !== undefined) remark(model, directive, wrong);
  else {
    const named = file === undefined ? {} : { file };
    model.services.push({ guard, arch, text, ...named, type, ...serverOf(address), line: directive.line });
  }
}
