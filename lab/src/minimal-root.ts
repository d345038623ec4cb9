import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./bootlace.ts";
import { must } from "./failure.ts";
import type { Lab } from "./lab.ts";
import { locate } from "./packages.ts";
import { type Finished, run } from "./processes.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A minimal Debian system in a folder, without network: a copy that the scenario may change. */
export interface MinimalRoot {
  readonly folder: string;
  /** Runs a command inside to its end, in a namespace, with /proc and an environment of its own. */
  run(netns: string, command: string, ...args: string[]): Promise<Finished>;
  /** Types a line into a shell inside, in a folder of it; the status must be 0. Gives what it printed. */
  type(netns: string, folder: string, line: string): Promise<string>;
  /** Copies the files of Debian packages that are installed on this machine. */
  plant(...packages: readonly string[]): void;
  /** A way to run Bootlace inside, in a folder that is made for it. */
  program(folder: string, command: string, ...args: string[]): Program;
}

/** Copies the system that `lab/install` has made; the copy goes with the scenario. */
export function copyRoot(lab: Lab): MinimalRoot {
  const folder = join(lab.folder, "root");
  execFileSync("cp", ["--archive", "--reflink=auto", locate("debian"), folder]);
  lab.defer(async () => rmSync(folder, { recursive: true, force: true }));
  // `ip netns exec` gives each process mounts of its own: this one is gone with it.
  const enter = 'mount -t proc proc "$1/proc" && shift && exec "$@"';
  const command = (inside: string, program: string, ...args: string[]) => {
    const environment = [`PATH=${PATH}`, "HOME=/root", "DEBIAN_FRONTEND=noninteractive"];
    const words = ["/usr/sbin/chroot", folder, "/usr/bin/env", "-i", `--chdir=${inside}`, ...environment];
    return { command: "/bin/sh", args: ["-ec", enter, "sh", folder, ...words, program, ...args] };
  };
  return {
    folder,
    run: (netns, program, ...args) => {
      const { command: shell, args: words } = command("/", program, ...args);
      return run(lab, netns, shell, words, { seconds: 120 });
    },
    async type(netns, inside, line) {
      const { command: shell, args: words } = command(inside, "/bin/sh", "-ec", line);
      const { code, stdout, stderr } = await run(lab, netns, shell, words, { seconds: 180 });
      must(code === 0, `${line} exited with ${code}:\n${stderr}${stdout}`);
      return stdout.toString();
    },
    plant(...packages) {
      const listed = execFileSync(locate("dpkgQuery"), ["--listfiles", ...packages], { encoding: "utf8" }).split("\n");
      const files = listed.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false);
      execFileSync("cp", ["--archive", "--parents", "--target-directory", folder, ...files], { cwd: "/" });
    },
    program: (inside, program, ...args) => {
      mkdirSync(join(folder, inside), { recursive: true });
      const state = ["/usr/bin/env", `STATE_DIRECTORY=${join(inside, "state")}`, program, ...args];
      const [first = "", ...rest] = state;
      return { ...command(inside, first, ...rest), folder: join(folder, inside), patience: 60 };
    },
  };
}
