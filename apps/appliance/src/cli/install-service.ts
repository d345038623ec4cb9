import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { formatFault } from "../config/faults.ts";
import { sudoUser } from "../config/found-config.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { configVariable } from "../config/overlay.ts";
import { checkUser } from "../config/values.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { ownProgram } from "../os/own-program.ts";
import { anybody, obstacle, type Reader } from "../os/reach.ts";
import { writableProblem } from "../os/root-paths.ts";
import { findUser, serviceUser } from "../os/users.ts";
import { installService, type Problem, uninstallService } from "../service-files/install.ts";
import { findManager, type Manager, managers } from "../service-files/managers.ts";
import { type ServiceRequest, serviceConfig } from "../service-files/request.ts";
import { type Arguments, type Command, lastValue, type Surroundings } from "./command.ts";
import { printError } from "./output.ts";

export const installServiceCommand: Command = {
  name: "install-service",
  summary: "Install, enable and start Bootlace as a systemd or OpenRC service",
  options: [
    { name: "print", description: "Print the service file; install nothing." },
    { name: "uninstall", description: "Stop and remove the service; keep config, boot files and state." },
    {
      name: "config",
      short: "c",
      value: "FILE",
      description: `Config file of the service. Default: $${configVariable}, else ${serviceConfig}`,
    },
    {
      name: "user",
      value: "NAME",
      description: `User it runs as. Default: ${serviceUser}, created if missing; with OpenRC: as in the config.`,
    },
    { name: "systemd", description: "Install a systemd unit, even where systemd is not running." },
    { name: "openrc", description: "Install an OpenRC script, even where OpenRC is not running." },
    { name: "exec", value: "FILE", description: "Program that the service runs. Default: this one." },
    { name: "root", value: "DIR", description: "Install into this folder as if it were /; start nothing." },
    { name: "no-start", description: "Enable at boot, but do not start now." },
    { name: "force", description: "Replace a changed file; the old one is kept as *.old." },
  ],
  examples: [
    ["bootlace install-service", "install, enable and start it"],
    ["bootlace install-service --print", "show the service file"],
    ["bootlace install-service --config /srv/boot/bootlace.yaml --user pxe", "with another config and user"],
    ["bootlace install-service --uninstall", "stop and remove it"],
  ],
  async run(args, surroundings) {
    const outcome = await act(args, surroundings);
    if (outcome === undefined) return exitCodes.ok;
    const { exit, ...error } = outcome;
    printError(surroundings, "install-service", { code: "install-service", ...error }, false);
    return exit;
  },
};

async function act(args: Arguments, surroundings: Surroundings): Promise<Problem | undefined> {
  const { options } = args;
  const { cwd, env, out } = surroundings;
  if (options.has("systemd") && options.has("openrc")) return wrong("--systemd and --openrc exclude each other");
  if (options.has("print") && options.has("uninstall")) return wrong("--print and --uninstall exclude each other");
  const exec = lastValue(args, "exec");
  if (exec !== undefined && !isAbsolute(exec)) return wrong(`--exec ${exec} is not an absolute path`);
  const folder = lastValue(args, "root");
  const root = folder === undefined ? undefined : resolve(cwd, folder);
  const below = (path: string) => (root === undefined ? path : join(root, path));
  const manager = managerOf(options, (path) => existsSync(below(path)));
  if (manager === undefined) {
    return {
      exit: exitCodes.start,
      message: "found neither systemd nor OpenRC",
      hint: "Choose one with --systemd or --openrc, or run bootlace serve from your own init system",
    };
  }
  const force = options.has("force");
  if (options.has("uninstall")) return uninstallService(manager, { root, force, out });

  const config = resolve(cwd, lastValue(args, "config") ?? env[configVariable] ?? serviceConfig);
  const user = lastValue(args, "user");
  const request: ServiceRequest = {
    command: exec === undefined ? ownProgram() : [exec],
    config,
    ...(user === undefined ? {} : { user }),
  };
  const odd = [...request.command, config, user ?? ""].find((word) => /[\p{Cc}]/u.test(word));
  if (odd !== undefined) return wrong("a path or name contains a control character");
  if (user !== undefined && checkUser(user) !== undefined) return wrong(`--user ${user} is not a valid user name`);

  const loaded = loadConfig({ file: below(config), cwd, env: {} });
  if (options.has("print")) {
    out(
      manager.text({
        ...request,
        ...placesOf(request, loaded.ok ? foldersOf(loaded.loaded, root ?? "") : { written: [] }),
        ...(loaded.ok ? secretsOf(loaded.loaded, root ?? "") : {}),
      }),
    );
    return undefined;
  }
  if (!loaded.ok) {
    const faults = loaded.faults.map(formatFault);
    for (const fault of faults) surroundings.err(`${fault}\n`);
    return { exit: exitCodes.config, message: "nothing was installed: the config has errors" };
  }
  const folders = foldersOf(loaded.loaded, root ?? "");
  // The program named by --exec may be installed later.
  const ours = root !== undefined && exec === undefined;
  const absent = !ours ? undefined : request.command.find((path) => !existsSync(below(path)));
  if (absent !== undefined) {
    return {
      exit: exitCodes.start,
      message: `${absent} is missing in ${root}, and the service would run it`,
      hint: "Copy the program there, or name another one with --exec FILE",
    };
  }
  const reader = root === undefined ? readerOf(manager, user) : undefined;
  if (reader === "unknown") return { exit: exitCodes.start, message: `unknown user ${user}` };
  const boot = folders.root ?? config;
  const secrets = secretsOf(loaded.loaded, root ?? "");
  // A unit passes the token to the service; a script cannot.
  const secret = manager.name === "systemd" || secrets.tokenFile === undefined ? [] : [secrets.tokenFile];
  const blocked =
    reader && [...request.command, config, boot, ...secret].find((path) => obstacle(path, reader) !== undefined);
  if (reader && blocked !== undefined) {
    return {
      exit: exitCodes.start,
      message: `the user ${user ?? serviceUser} cannot read ${blocked}: ${obstacle(blocked, reader)} is closed to other users`,
      hint: "Move it where every user may read it, or name another user with --user NAME",
    };
  }
  const unsafe = root === undefined ? writableProblem([...request.command, config], sudoUser(env)) : undefined;
  if (unsafe !== undefined) {
    return {
      exit: exitCodes.start,
      message: `others could change what the service runs: ${unsafe}`,
      hint: "Install the program and the config where only root can write, such as /usr/local/bin and /etc/bootlace",
    };
  }
  return installService(manager, manager.text({ ...request, ...placesOf(request, folders), ...secrets }), {
    root,
    force,
    out,
    start: !options.has("no-start"),
    folders: [boot],
    user: user === undefined ? serviceUser : undefined,
  });
}

function managerOf(options: Arguments["options"], exists: (path: string) => boolean): Manager | undefined {
  if (options.has("systemd")) return managers.systemd;
  return options.has("openrc") ? managers.openrc : findManager(exists);
}

/** The user it will run as; undefined: root, who reads everything. */
function readerOf({ name }: Manager, user: string | undefined): Reader | "unknown" | undefined {
  if (user !== undefined) return findUser(user) ?? "unknown";
  return name === "systemd" ? anybody : undefined;
}

/** The paths that the service reads and writes outside its own folders. */
function placesOf({ command, config }: ServiceRequest, { root, written }: Folders) {
  const foreign = written.filter((path) => !/^\/(var\/(lib|log)|run)\/bootlace(\/|$)/.test(path));
  const all = [...command, config, ...(root === undefined ? [] : [root]), ...foreign];
  return {
    readsHomes: all.some((path) => /^\/(home|root|run\/user)(\/|$)/.test(path)),
    writable: [...new Set(foreign)],
  };
}

interface Folders {
  /** Of the boot files. */
  readonly root?: string;
  readonly written: readonly string[];
}

/** The folders named in a config, as the service will see them: `top` is its root folder. */
function foldersOf({ config, originOf }: LoadedConfig, top: string): Folders {
  const seen = (path: string) => (path.startsWith(`${top}/`) ? path.slice(top.length) : path);
  const { state, log, root, admin } = config;
  const named = originOf(["state", "directory"]).kind === "file" ? state.directory : undefined;
  const socket = admin.enabled ? admin.socket : undefined;
  const written = [named, log.file && dirname(log.file), socket && dirname(socket)].filter(
    (path) => path !== undefined,
  );
  return { root: seen(root), written: written.map(seen) };
}

/** The token file, as the service will see it. */
function secretsOf({ config }: LoadedConfig, top: string): { tokenFile?: string } {
  const { enabled, tokenFile } = config.admin;
  if (!enabled || tokenFile === undefined) return {};
  return { tokenFile: tokenFile.startsWith(`${top}/`) ? tokenFile.slice(top.length) : tokenFile };
}

function wrong(message: string): Problem {
  return { exit: exitCodes.usage, message, hint: "See bootlace install-service --help" };
}
