import { lookedAt } from "./content.ts";
import { archOf, machineFor } from "./machines.ts";
import { found, type Rule } from "./rule.ts";

/** iPXE for UEFI hands every kernel to the firmware: memdisk, and a kernel without an EFI stub, are none of its programs. */
export const kernelForBios: Rule = {
  id: "B12",
  when(view) {
    const arch = archOf(view.boot);
    const wanted = arch === undefined ? undefined : machineFor(arch);
    if (arch === undefined || (wanted !== "x64" && wanted !== "x86")) return undefined;
    for (const { step, facts, use, by } of lookedAt(view)) {
      const { kind, machine } = facts;
      const isForBios = kind === "bios-program" || (kind === "linux-kernel" && (machine === "x64" || machine === "x86"));
      if (use !== "kernel" || !isForBios || by === undefined || view.factsOf(by.file)?.loader !== "ipxe") continue;
      return found("kernel-for-bios", "likely", [by, step], { file: step.file, arch: arch.replace(/-http$/, "") });
    }
    return undefined;
  },
};
