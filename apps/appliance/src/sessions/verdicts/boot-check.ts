import { quote } from "@bootlace/dhcp-core";
import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import { type Verdict, verdict } from "./verdict.ts";
import { type BootView, cameBack } from "./view.ts";

/** The boot check stays on the screen for 30 s or until a key. Firmware that refuses it comes back sooner than a hand. */
const refusedWithin = 4_000;

/**
 * The boot check was the last that the client got: the network does its part, and a boot file is wanting. Whoever was
 * told nothing to boot fetched it by hand, and reached nothing.
 */
export function reachedCheck(view: BootView): Verdict | undefined {
  const file = view.done.at(-1);
  const { boot, context, telling } = view;
  if (file === undefined || telling?.bootFile === undefined) return undefined;
  const program = checkProgramNamed(file.file);
  if (program === undefined) return undefined;
  const arch = boot.arch?.replace(/-http$/, "") ?? "this architecture";
  const back = cameBack(view, file);
  const backAt = back?.at ?? (boot.givenUp ? context.now : undefined);
  if (boot.firmware !== "bios" && boot.firmware !== "ipxe" && backAt !== undefined) {
    if (backAt - file.lastAt < refusedWithin) {
      const sentence =
        "the client fetched all of the boot check, then the firmware asked for a boot server again at once: Secure Boot refused it, for it is not signed, unless somebody pressed a key at once";
      const fix = `put a signed shim for ${arch} into the root folder, with the boot loader that it starts, or switch Secure Boot off in the firmware`;
      return verdict("B12", "likely", [file, back], sentence, fix);
    }
  }
  if (backAt === undefined && !view.silentFor(refusedWithin)) return undefined;
  const { rule, bootFile } = telling;
  const leads = rule === undefined ? quote(bootFile) : `rule ${quote(rule)}`;
  const told = view.told.some((name) => checkProgramNamed(name) === program);
  const why = rule === undefined && told ? `no boot file for ${arch}` : `${leads} led to it`;
  const fix = `put a boot file for ${arch} into the root folder, or name one in a rule`;
  return verdict("checked", "likely", [telling, file], `reached the boot check: network boot works, ${why}`, fix);
}
