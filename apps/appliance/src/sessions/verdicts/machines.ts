import { architectureByName } from "@bootlace/dhcp-core";
import { uefiArchitectures } from "../../catalogue/names.ts";

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
