import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { ownProgram } from "../os/own-program.ts";
import type { Installation } from "./next-steps.ts";

/** What init reads from the system it runs on. */
export interface InitSystem {
  /** The root of this system's files. */
  readonly root: string;
  readonly osRelease: () => Promise<string>;
  /** The text of /proc/net/route; empty where there is none. */
  readonly routes: () => Promise<string>;
  /** Node's name of the processor. */
  readonly architecture: string;
  readonly isRoot: boolean;
  readonly installation: (env: Readonly<Record<string, string | undefined>>) => Installation;
}

/** A unit in /etc overrides that of a package (systemd.unit(5)). */
function unitOf(): Installation["unit"] {
  if (existsSync("/etc/systemd/system/bootlace.service")) return "own";
  const folders = ["/usr/lib/systemd/system", "/lib/systemd/system"];
  return folders.some((folder) => existsSync(`${folder}/bootlace.service`)) ? "packaged" : undefined;
}

export const realSystem: InitSystem = {
  root: "/",
  osRelease: async () => (await textOf("/etc/os-release")) || (await textOf("/usr/lib/os-release")),
  routes: () => textOf("/proc/net/route"),
  architecture: process.arch,
  isRoot: process.getuid?.() === 0,
  installation(env) {
    const own = ownProgram();
    const program = realPath(own.at(-1) ?? own[0]);
    const searched = (env.PATH ?? "").split(":").filter((folder) => folder.startsWith("/"));
    return {
      program,
      single: own.length === 1,
      unit: unitOf(),
      // npm puts a link to the script there.
      onPath: searched.some((folder) => realPath(`${folder}/bootlace`) === program),
    };
  },
};

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
