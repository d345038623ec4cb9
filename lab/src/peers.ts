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

/** Starts the ISC relay agent, which adds option 82 to what it passes on to the servers. */
export async function startDhcrelay(
  lab: Lab,
  host: Host,
  { downstream, upstream, servers }: { downstream: string; upstream: string; servers: readonly string[] },
): Promise<Started> {
  const args = ["-4", "-d", "--no-pid", "-a", "-id", downstream, "-iu", upstream, ...servers];
  const started = start(lab, host.netns, { name: `dhcrelay-${host.role}`, command: locate("dhcrelay"), args });
  await started.output.until(/Sending on\s+LPF\/eth\d/, 10);
  return started;
}
