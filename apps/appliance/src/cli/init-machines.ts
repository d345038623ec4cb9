import { checkProgramNamed } from "../catalogue/boot-check.ts";
import { loadConfig } from "../config/load.ts";
import type { Surroundings } from "./command.ts";
import { explainOffline } from "./explain.ts";

/** The boot file for one kind of machine. */
export interface MachineAnswer {
  readonly arch: string;
  readonly file: string;
  /** The boot file for iPXE on it, if different. */
  readonly ipxe?: string;
}

const architectures = ["x86-bios", "x64-uefi", "ia32-uefi", "arm64-uefi"];
/** A locally administered address, so no real machine has it from its maker. */
const anyMac = "02:00:00:00:00:01";

/** The boot file that each usual kind of machine gets with this config; undefined when the config has errors. */
export async function answersOf(config: string, surroundings: Surroundings): Promise<MachineAnswer[] | undefined> {
  const { cwd, env } = surroundings;
  const result = loadConfig({ file: config, cwd, env });
  if (!result.ok) return undefined;
  const answers: MachineAnswer[] = [];
  for (const arch of architectures) {
    const file = await fileFor({ mac: anyMac, arch });
    if (file === undefined) continue;
    // The boot check continues with the next boot device, so no iPXE sends a request.
    if (checkProgramNamed(file) !== undefined) {
      answers.push({ arch, file });
      continue;
    }
    const ipxe = await fileFor({ mac: anyMac, arch, userClass: ["iPXE"] });
    answers.push({ arch, file, ...(ipxe === undefined || ipxe === file ? {} : { ipxe }) });
  }
  return answers;

  async function fileFor(request: Parameters<typeof explainOffline>[1]): Promise<string | undefined> {
    if (!result.ok) return undefined;
    const explained = await explainOffline(result.loaded, request, surroundings);
    // A URL for iPXE carries the MAC address in its query.
    return explained.ok ? explained.explanation.bootFile?.replace(/\?mac=.*$/, "") : undefined;
  }
}
