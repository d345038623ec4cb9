import { quote } from "@bootlace/dhcp-core";
import { isKernelName } from "../../catalogue/file-role.ts";
import { shimMayRefuse } from "./secure-boot.ts";
import { type Verdict, verdict } from "./verdict.ts";
import type { BootView } from "./view.ts";

/** Proof that an operating system runs: it asked for an address in its own name. */
export function systemSeen(view: BootView): Verdict | undefined {
  const [system] = view.systems;
  if (system === undefined || view.done.length === 0) return undefined;
  const who = system.hostName ?? system.vendorClass;
  const name = who === undefined ? "an operating system" : `an operating system (${quote(who)})`;
  const last = view.done.at(-1);
  return verdict(
    "booted",
    "certain",
    [...lastFiles(view), system],
    `${name} asked for an address after ${quote(last?.file ?? "")}`,
  );
}

/** A kernel or image arrived whole, and nothing is under way. */
export function kernelSent(view: BootView): Verdict | undefined {
  const kernels = view.done.filter(({ file }) => isKernelName(file));
  const last = kernels.at(-1);
  if (last === undefined || !view.silentFor(10_000)) return undefined;
  const sentence = `all of ${quote(last.file)} was sent, and nothing more was asked for`;
  const doubt = shimMayRefuse(view, last);
  if (doubt === undefined) return verdict("booted", "likely", lastFiles(view), sentence);
  return verdict("booted", "guess", lastFiles(view), `${sentence}; but ${doubt.sentence}`, doubt.fix);
}

/** The boot loader got its files; what follows cannot be seen from here. */
export function loaderSent(view: BootView): Verdict | undefined {
  const last = view.done.findLast(
    (file) => file.role === "config" || file.role === "script" || file.number > (view.done[0]?.number ?? 0),
  );
  if (last === undefined || !view.silentFor(30_000)) return undefined;
  const sentence =
    last.role === "script"
      ? `iPXE has its script ${quote(last.file)}; what it fetches from elsewhere is not seen here`
      : `the boot loader got its files, ${quote(last.file)} last: it waits at a menu, or goes on without Bootlace`;
  return verdict("booted", "guess", lastFiles(view), sentence);
}

/**
 * GRUB is there and fetches nothing here. Debian's takes the server of its files from the DHCP server's reply, and its
 * signed ones have no HTTP.
 */
export function grubWentElsewhere(view: BootView): Verdict | undefined {
  const last = view.done.at(-1);
  if (last === undefined || !/(^|\/)grub[^/]*\.efi/i.test(last.file) || !view.silentFor(30_000)) return undefined;
  if (view.files.some(({ number, protocol }) => number > last.number && protocol === last.protocol)) return undefined;
  if (last.protocol === "http") {
    const sentence = `${quote(last.file)} arrived by HTTP and asked for nothing more: a GRUB without its http module ends at its prompt, and those that Debian has signed have none`;
    return verdict("unclear", "likely", [last], sentence, "let the firmware boot by PXE, or give it iPXE by HTTP");
  }
  const server = view.telling?.server;
  return verdict(
    "unclear",
    "likely",
    [last],
    `${quote(last.file)} arrived and asked Bootlace for nothing more: GRUB looks for its configuration at the server the DHCP server names`,
    `let the DHCP server name ${server ?? "Bootlace"} as next server (siaddr, dnsmasq: dhcp-boot=,,${server ?? "ADDRESS"})`,
  );
}

function lastFiles(view: BootView) {
  return view.done.slice(-8);
}
