import { LabFailure } from "./failure.ts";
import type { Lab } from "./lab.ts";
import type { Switch } from "./namespaces.ts";
import { startUefi } from "./qemu.ts";

export const MEMTEST = /Memtest86\+ v\d+\.\d\d/;

/**
 * That, or syslinux.efi has all its files and cannot leave the firmware. It asks for the memory map once, and is lost when
 * ExitBootServices refuses it (UEFI 2.10 section 7.4.6): a timer of the firmware's network stack came between, and no timer
 * runs after that. Whoever sits there resets the machine.
 */
export const MEMTEST_OR_STUCK = new RegExp(`${MEMTEST.source}|Failed to exit boot services: \\S{18}`);

/** In MiB: enough for OVMF, and little for memtest86+, which shows its title after a first look at all of it. */
export const MEMTEST_MEMORY = 160;

/** Switches UEFI machines on until one shows memtest86+, which syslinux.efi has loaded, three at most; stops it. */
export async function memtestBySyslinuxEfi(
  lab: Lab,
  lan: Switch,
  { mac, name }: { readonly mac: string; readonly name: string },
): Promise<{ readonly shown: string; readonly seconds: number }> {
  for (let tries = 1; tries <= 3; tries++) {
    const machine = await startUefi(lab, lan, { mac, name: `${name}-${tries}`, memory: MEMTEST_MEMORY });
    lab.proof((await machine.output.until(/NBP file downloaded successfully/, 180))[0]);
    lab.proof((await machine.output.until(/Loading memtest(\.bin)?\.\.\. ok/, 180))[0]);
    const [shown] = await machine.output.until(MEMTEST_OR_STUCK, 180);
    const seconds = machine.age();
    await machine.stop("SIGKILL");
    if (MEMTEST.test(shown)) return { shown, seconds };
    lab.proof(`try ${tries}: ${shown}`);
  }
  throw new LabFailure("syslinux.efi never left the firmware");
}
