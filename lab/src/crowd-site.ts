import { join } from "node:path";
import { BOOTLACE_MAIN, type Bootlace, type Program, startBootlace, workspaceProgram } from "./bootlace.ts";
import { addCrowdHost, addLoneHost, CROWD_POOL, CROWD_TREE, CROWD_YAML, LONE_LEASE, plantKernel } from "./crowd.ts";
import { buildHomeLan } from "./home-lan.ts";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { listening } from "./ports.ts";
import { runOk } from "./processes.ts";

/** The LAN with room for a crowd. */
export interface CrowdSite {
  readonly bootServer: Host;
  readonly crowd: Host;
  /** A single machine. */
  readonly pc: Host;
}

/** Builds it. Of what passes on the LAN only DHCP is captured: files are compared where they arrive. */
export async function buildCrowdSite(lab: Lab): Promise<CrowdSite> {
  const only = "udp and (port 67 or port 4011)";
  const { lan, bootServer } = await buildHomeLan(lab, { pool: CROWD_POOL, routerLines: [LONE_LEASE], only });
  return { bootServer, crowd: await addCrowdHost(lab, lan), pc: await addLoneHost(lab, lan) };
}

export interface CrowdServer extends Bootlace {
  /** Its boot tree. */
  readonly root: string;
}

export interface CrowdServerOptions {
  /** Its folder; a second one of that name takes over what the first has left. */
  readonly name: string;
  /** Bytes of the kernel. */
  readonly kernel: number;
  readonly yaml?: string;
  readonly program?: Partial<Program>;
  readonly troubles?: readonly string[];
}

/** Starts Bootlace with what a crowd boots. */
export async function startCrowdServer(lab: Lab, host: Host, options: CrowdServerOptions): Promise<CrowdServer> {
  const { name, kernel, yaml = CROWD_YAML, troubles = [] } = options;
  const folder = join(lab.folder, name);
  const root = join(folder, "boot");
  plantKernel(root, kernel);
  const program = { ...workspaceProgram(folder), ...options.program };
  const bootlace = await startBootlace(lab, host, { name, yaml, tree: CROWD_TREE, troubles, program });
  await listening(lab, bootlace.process, [8067, 8069], 20, "tcp");
  return { ...bootlace, root };
}

/** `bootlace next` for a machine. */
export async function bootOnce(lab: Lab, host: Host, { folder }: Bootlace, mac: string, file: string): Promise<void> {
  await runOk(lab, host.netns, process.execPath, [BOOTLACE_MAIN, "next", mac, "--file", file], { cwd: folder });
}
