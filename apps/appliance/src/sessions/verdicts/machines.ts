import { architectureByName } from "@bootlace/dhcp-core";
import { uefiArchitectures } from "../../catalogue/names.ts";
import type { Boot } from "../boot.ts";

/**
 * The PE machine that programs for an architecture have (UEFI 2.10 §2.1.1). `none`: it starts no PE program at all.
 * Undefined: not known.
 */
export function machineFor(arch: string): string | undefined {
  const plain = arch.replace(/-http$/, "");
  if (plain === "x86-bios") return "none";
  const code = architectureByName(plain)?.code;
  return uefiArchitectures.find((row) => row.code === code)?.machine;
}

/** The architecture that a machine says it has. A Raspberry Pi says 0, which is that of a PC, and is none. */
export function archOf({
  arch,
  firmware,
}: {
  readonly arch?: string | undefined;
  readonly firmware?: Boot["firmware"] | undefined;
}): string | undefined {
  return firmware === "raspberry-pi" ? undefined : arch;
}
