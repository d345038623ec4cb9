import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, type Program } from "../bootlace.ts";
import { LabFailure, must } from "../failure.ts";
import type { Lab } from "../lab.ts";
import { locate } from "../packages.ts";
import { start } from "../processes.ts";
import { vitalsOf } from "../vitals.ts";
import type { Attack } from "./attack.ts";
import { HTTP_PORT, MiB, plantSparse, SERVER } from "./site.ts";

const LIMIT = 256 * MiB;
/** The memory controller, by the version of control groups, and the file of its limit. */
const CONTROLLERS = [
  ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
  ["/sys/fs/cgroup", "memory.max"],
] as const;

/** Bootlace in a control group that may use 256 MiB: the kernel ends it when that is not enough. */
function limited(lab: Lab, folder: string): Program {
  const group = makeGroup(lab);
  // A process in a namespace of the lab does not see the control groups of the machine but by the lab's own root.
  const procs = `/proc/${process.pid}/root${join(group, "cgroup.procs")}`;
  const script = `echo $$ > ${procs} && exec "$@"`;
  return { command: "/bin/sh", args: ["-c", script, "sh", process.execPath, BOOTLACE_MAIN], folder };
}

function makeGroup(lab: Lab): string {
  for (const [top, file] of CONTROLLERS) {
    const group = join(top, `bootlace-lab-${process.pid}-${lab.counter}`);
    if (!existsSync(top)) continue;
    mkdirSync(group, { recursive: true });
    if (!existsSync(join(group, file))) {
      rmdirSync(group);
      continue;
    }
    writeFileSync(join(group, file), String(LIMIT));
    lab.defer(async () => {
      // Empty a moment after its last process has ended.
      if (existsSync(group) && readFileSync(join(group, "cgroup.procs"), "utf8") === "") rmdirSync(group);
    });
    return group;
  }
  throw new LabFailure("no control group for memory can be made");
}

export const attacksByMemory: readonly Attack[] = [
  {
    name: "memory-256",
    program: limited,
    seconds: 8,
    async start(site) {
      const { lab, attacker, root } = site;
      plantSparse(root, "huge.iso", 3000 * MiB);
      const url = `http://${SERVER}:${HTTP_PORT}/huge.iso`;
      const args = ["-s", "-o", "/dev/null", "--limit-rate", "100M", url];
      const download = start(lab, attacker.netns, { name: "download", command: locate("curl"), args });
      return async () => void (await download.stop("SIGKILL"));
    },
    async afterwards({ bootlace }) {
      must(bootlace.process.running(), "it was ended for want of memory");
      const { memory } = vitalsOf(bootlace.process);
      must(memory < LIMIT / MiB, `it has ${memory.toFixed(0)} MiB`);
      return `${memory.toFixed(0)} MiB of 256`;
    },
  },
];
