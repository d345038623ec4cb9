import { isKernelName } from "../../catalogue/file-role.ts";
import { found, type Rule } from "./rule.ts";
import { shimMayRefuse } from "./secure-boot.ts";
import type { BootView } from "./view.ts";

/** Proof that an operating system runs: it asked for an address in its own name. */
export const systemSeen: Rule = {
  id: "booted",
  when(view) {
    const [system] = view.systems;
    const last = view.done.at(-1);
    if (system === undefined || last === undefined) return undefined;
    const facts = { who: system.hostName ?? system.vendorClass, file: last.file };
    return found("system-seen", "certain", [...lastFiles(view), system], facts);
  },
};

/** A kernel or image arrived whole, and nothing is under way. */
export const kernelSent: Rule = {
  id: "booted",
  when(view) {
    const last = view.done.findLast(({ file }) => isKernelName(file));
    if (last === undefined || !view.silentFor(10_000)) return undefined;
    const facts = { file: last.file };
    return shimMayRefuse(view, last)
      ? found("kernel-shim-may-refuse", "guess", lastFiles(view), facts)
      : found("kernel-sent", "likely", lastFiles(view), facts);
  },
};

/** The boot loader got its files; what follows cannot be seen from here. */
export const loaderSent: Rule = {
  id: "booted",
  when(view) {
    const last = view.done.findLast(
      (file) => file.role === "config" || file.role === "script" || file.number > (view.done[0]?.number ?? 0),
    );
    if (last === undefined || !view.silentFor(30_000)) return undefined;
    const cause = last.role === "script" ? "script-sent" : "loader-sent";
    return found(cause, "guess", lastFiles(view), { file: last.file });
  },
};

/**
 * GRUB is there and fetches nothing here. Debian's takes the server of its files from the DHCP server's reply, and its
 * signed ones have no HTTP.
 */
export const grubWentElsewhere: Rule = {
  id: "unclear",
  when(view) {
    const last = view.done.at(-1);
    if (last === undefined || !/(^|\/)grub[^/]*\.efi/i.test(last.file) || !view.silentFor(30_000)) return undefined;
    if (view.files.some(({ number, protocol }) => number > last.number && protocol === last.protocol)) return undefined;
    const { file } = last;
    return last.protocol === "http"
      ? found("grub-without-http", "likely", [last], { file })
      : found("grub-went-elsewhere", "likely", [last], { file, server: view.reply?.server });
  },
};

function lastFiles(view: BootView) {
  return view.done.slice(-8);
}
