import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCodes } from "../os/exit-codes.ts";
import { makeFoldersSync } from "../os/make-folders.ts";
import { findUser } from "../os/users.ts";
import type { Call, Manager } from "./managers.ts";
import { serviceFileMark } from "./request.ts";

/** Why it failed, with the exit code. */
export interface Problem {
  readonly exit: number;
  readonly message: string;
  readonly hint?: string;
}

interface Place {
  /** A folder used as /; nothing is started there, and no user is created. */
  readonly root: string | undefined;
  /** Replaces or removes a file from elsewhere; the old file is kept. */
  readonly force: boolean;
  readonly out: (text: string) => void;
}

export interface InstallRequest extends Place {
  readonly start: boolean;
  /** Folders it needs and may be unable to create. */
  readonly folders: readonly string[];
  /** A user to create if missing, with a group of this name, whose members may use the socket of the API. */
  readonly user: string | undefined;
}

/** Writes the service file, enables the service and starts it. */
export function installService(manager: Manager, text: string, request: InstallRequest): Problem | undefined {
  const { root, force, out, start, folders, user } = request;
  const rootless = needsRoot(root);
  if (rootless !== undefined) return rootless;
  const file = join(root ?? "/", manager.file);
  return attempt(() => {
    const packaged = manager.packaged.map((path) => join(root ?? "/", path)).find((path) => existsSync(path));
    if (packaged !== undefined && !existsSync(file) && !force) {
      return {
        exit: exitCodes.findings,
        message: `a package already installed ${packaged}`,
        hint: `Enable it with ${start ? "systemctl enable --now bootlace" : "systemctl enable bootlace"}, or override it with --force`,
      };
    }
    const there = contentOf(file);
    if (there !== undefined && there !== text) {
      if (!force) {
        return {
          exit: exitCodes.findings,
          message: `${file} already exists with other content`,
          hint: "Compare it with install-service --print, or replace it with --force, which keeps the old one as *.old",
        };
      }
      renameSync(file, `${file}.old`);
      out(`kept the old file as ${file}.old\n`);
    }
    if (root === undefined) {
      for (const folder of folders) {
        if (makeFoldersSync(folder, 0o755) !== undefined) out(`created ${folder}\n`);
      }
      const problem = user === undefined ? undefined : makeUser(user, out);
      if (problem !== undefined && !manager.makesUser) return problem;
      if (problem !== undefined) out(`${problem.message}; systemd makes a user while the service runs\n`);
    }
    if (there === text) out(`${file} is up to date\n`);
    else {
      makeFoldersSync(dirname(file));
      writeFileSync(file, text);
      chmodSync(file, manager.mode);
      out(`wrote ${file}\n`);
    }
    if (root !== undefined) {
      const link = join(root, manager.link);
      makeFoldersSync(dirname(link));
      rmSync(link, { force: true });
      symlinkSync(manager.file, link);
      out("enabled at boot\n");
      return undefined;
    }
    const failed = callAll(manager.enable) ?? (start ? callAll(manager.start) : undefined);
    if (failed === undefined) out(start ? "enabled and running\n" : "enabled at boot\n");
    return failed;
  });
}

/** Stops a service and removes its file. */
export function uninstallService(manager: Manager, { root, force, out }: Place): Problem | undefined {
  const rootless = needsRoot(root);
  if (rootless !== undefined) return rootless;
  const file = join(root ?? "/", manager.file);
  return attempt(() => {
    const there = contentOf(file);
    if (there === undefined) {
      out(`${file} does not exist\n`);
      return undefined;
    }
    if (!there.includes(serviceFileMark) && !force) {
      return {
        exit: exitCodes.findings,
        message: `${file} was not written by install-service`,
        hint: "Use --force to stop and remove it anyway",
      };
    }
    const failed = root === undefined ? callAll(manager.disable) : undefined;
    if (failed !== undefined) return failed;
    if (root !== undefined) rmSync(join(root, manager.link), { force: true });
    rmSync(file);
    out(`removed ${file}; kept config, boot files and state\n`);
    return root === undefined ? callAll(manager.forget) : undefined;
  });
}

function needsRoot(root: string | undefined): Problem | undefined {
  if (root !== undefined || process.geteuid?.() === 0) return undefined;
  return { exit: exitCodes.start, message: "installing a service needs root", hint: "Run it with sudo or doas" };
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** An error of the system is returned, not thrown. */
function attempt(work: () => Problem | undefined): Problem | undefined {
  try {
    return work();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { exit: exitCodes.start, message: `${path ?? "a file"}: ${code}` };
  }
}

function callAll(calls: readonly Call[]): Problem | undefined {
  for (const [program, ...words] of calls) {
    const { error, status, stderr, stdout } = spawnSync(program, words, { encoding: "utf8" });
    if (error === undefined && status === 0) continue;
    const why = error?.message ?? (`${stderr}${stdout}`.trim().replaceAll(/\s*\n\s*/g, "; ") || `status ${status}`);
    return { exit: exitCodes.start, message: `${[program, ...words].join(" ")} failed: ${why}` };
  }
  return undefined;
}

/** Creates a system user without home and shell, with the tools of the distribution. */
function makeUser(name: string, out: (text: string) => void): Problem | undefined {
  if (findUser(name) !== undefined) return undefined;
  const comment = "Bootlace network boot server";
  const home = "/var/lib/bootlace";
  const shadow: Call = ["useradd", "--system", "--user-group", "--home-dir", home, "--no-create-home"];
  const busybox: Call = ["adduser", "-S", "-D", "-H", "-h", home, "-s", "/sbin/nologin", "-G", name, "-g", comment];
  const made =
    callAll([[...shadow, "--shell", "/usr/sbin/nologin", "--comment", comment, name]]) &&
    callAll([
      ["addgroup", "-S", name],
      [...busybox, name],
    ]);
  if (made === undefined) out(`created the user ${name}\n`);
  return made;
}
