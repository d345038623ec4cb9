import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { listening } from "./ports.ts";
import { type Started, start } from "./processes.ts";

/** Starts tftpd-hpa on a host for the files below `root`. */
export async function startTftpdHpa(lab: Lab, host: Host, root: string): Promise<Started> {
  const args = ["--foreground", "--listen", "--secure", "--user", "root", "--verbosity", "3", root];
  const started = start(lab, host.netns, { name: `tftpd-hpa-${host.role}`, command: locate("tftpdHpa"), args });
  await listening(lab, started, [69]);
  return started;
}
