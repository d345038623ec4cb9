import { checkProgramNamed } from "../catalogue/boot-check.ts";
import { loadConfig } from "../config/load.ts";
import type { Surroundings } from "./command.ts";
import { explainOffline } from "./explain.ts";

/** What one kind of machine will get. */
export interface MachineAnswer {
  readonly arch: string;
  readonly file: string;
  /** What iPXE gets on it, when that is something else. */
  readonly ipxe?: string;
}

const architectures = ["x86-bios", "x64-uefi", "ia32-uefi", "arm64-uefi"];
/** Belongs to nobody: its second bit says that it was given by hand. */
const anyMac = "02:00:00:00:00:01";

/** What each usual kind of machine will be answered with this config; undefined when the config has faults. */
export async function answersOf(config: string, surroundings: Surroundings): Promise<MachineAnswer[] | undefined> {
  const { cwd, env } = surroundings;
  const result = loadConfig({ file: config, cwd, env });
  if (!result.ok) return undefined;
  const answers: MachineAnswer[] = [];
  for (const arch of architectures) {
    const file = await fileFor({ mac: anyMac, arch });
    if (file === undefined) continue;
    // The boot check goes on to the next device, and no iPXE will ask.
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
    // What iPXE is to fetch names its owner behind a question mark.
    return explained.ok ? explained.explanation.bootFile?.replace(/\?mac=.*$/, "") : undefined;
  }
}
