import { mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { LabFailure, must } from "./failure.ts";
import { eventually, type Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { type Finished, run, type Started, start } from "./processes.ts";

const SCRIPT = fileURLToPath(new URL("../tools/machine.sh", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** This machine's files with a memory disk over them, and a process 1 of its own, on the network of a host. */
export interface Machine {
  readonly first: Started;
  /** Its root folder as the lab sees it: for reading and writing files inside. */
  readonly root: string;
  /** `node main.js` of this checkout, as it is seen inside. */
  readonly bootlace: readonly [string, string];
  /** Runs a command inside to its end. */
  run(command: string, ...args: readonly string[]): Promise<Finished>;
  /** As `run`, and throws a LabFailure unless the status is 0. Gives what it printed. */
  ok(command: string, ...args: readonly string[]): Promise<string>;
}

export interface MachineOptions {
  /** Process 1 and its words. */
  readonly command: readonly string[];
  /** Trees of unpacked packages that are laid over the files. */
  readonly trees?: readonly string[];
}

export async function startMachine(lab: Lab, host: Host, { command, trees = [] }: MachineOptions): Promise<Machine> {
  const folder = join(lab.folder, `machine-${host.role}`);
  mkdirSync(folder);
  const name = `bootlace-machine-${lab.run.pid}-${lab.counter}`;
  lab.defer(async () => removeGroups(name));
  const args = [REPOSITORY, folder, name, ...trees, "--", ...command];
  const first = start(lab, host.netns, { name: `machine-${host.role}`, command: SCRIPT, args });
  // --kill-child: with unshare, which ignores SIGTERM, everything inside ends.
  lab.defer(async () => void (await first.stop("SIGKILL")));
  const pid = await eventually(lab, "the machine's process 1", 20, () => {
    must(first.running(), `the machine did not start:\n${first.output.text()}`);
    const child = childOf(first.pid);
    return child !== undefined && commandOf(child) === command[0] ? child : undefined;
  });
  const inside = ["-t", String(pid), "-m", "-p", "-u", "-i", "-C", "-r", "-w", "/usr/bin/env", "-i"];
  const path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  const caller = `SUDO_UID=${process.env.SUDO_UID ?? 0}`;
  const runInside: Machine["run"] = (program, ...words) =>
    run(lab, host.netns, locate("nsenter"), [...inside, path, caller, program, ...words], { seconds: 60 });
  const node = join("/opt/bootlace", relative(REPOSITORY, process.execPath));
  return {
    first,
    root: `/proc/${pid}/root`,
    bootlace: [node, "/opt/bootlace/apps/appliance/dist/main.js"],
    run: runInside,
    async ok(program, ...words) {
      const { code, stdout, stderr } = await runInside(program, ...words);
      if (code !== 0) throw new LabFailure(`${program} ${words.join(" ")} exited with ${code}:\n${stderr}${stdout}`);
      return stdout.toString();
    },
  };
}

function childOf(pid: number): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    return child ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0];
  } catch {
    return undefined;
  }
}

/** Control groups can be removed from the inside out, once nobody is in them. */
function removeGroups(name: string): void {
  for (const top of ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"]) {
    removeGroup(join(top, name));
  }
}

function removeGroup(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(group, entry.name));
    }
    rmdirSync(group);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EBUSY") throw error;
  }
}
