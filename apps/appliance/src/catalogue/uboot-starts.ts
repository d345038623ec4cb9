import type { FileFacts, UBootStart } from "./file-facts.ts";

/**
 * The command of U-Boot that starts a kernel of this form, where a script names another one: `booti` takes the plain Image of
 * arm64 and RISC-V, `bootz` the zImage of 32-bit ARM, and `bootm` neither (U-Boot, doc/usage/cmd).
 */
export function otherUBootStart(command: UBootStart, { kernel, machine }: FileFacts): UBootStart | undefined {
  if (kernel !== true) return undefined;
  const wants = machine === "arm64" || machine === "riscv64" ? "booti" : machine === "arm32" ? "bootz" : undefined;
  return wants === command ? undefined : wants;
}
