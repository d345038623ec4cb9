import { basename, dirname, relative, resolve, sep } from "node:path";
import { serviceConfig } from "../service-files/request.ts";

/** How this program was started: decides the command lines shown to the person. */
export interface Installation {
  /** The script that Node runs, or the single-file program. */
  readonly program: string;
  /** The single-file program, without Node and script. */
  readonly single: boolean;
  /** The installed systemd unit, from a package or from install-service. */
  readonly unit?: "packaged" | "own" | undefined;
  /** `bootlace` in a shell starts this very program. */
  readonly onPath: boolean;
}

/** A step, and its command line. */
export interface NextStep {
  readonly what: string;
  readonly command?: string;
}

export interface NextInput {
  readonly installation: Installation;
  readonly cwd: string;
  /** The current folder of the person's shell: npm runs its scripts in the folder of the package. */
  readonly shell?: string | undefined;
  /** Absolute path of bootlace.yaml. */
  readonly config: string;
  /** bootlace.yaml could not be written. */
  readonly configMissing?: boolean;
  /** bootlace.yaml may be copied elsewhere: its root is absolute. */
  readonly movable?: boolean;
  readonly isRoot: boolean;
  /** The command that installs missing packages. */
  readonly install?: string;
  readonly directory: string;
}

/** The next steps, in order. */
export function nextSteps(input: NextInput): NextStep[] {
  const { installation, cwd, shell = cwd, config, isRoot, install, directory } = input;
  const call = callOf(installation, cwd, shell);
  const written = (path: string) => word(shell === cwd ? shortest(cwd, path) : path);
  const sudo = isRoot ? "" : "sudo ";
  const named = relative(cwd, config) === basename(config) ? "" : written(config);
  const more = install === undefined ? [] : [installStep(install, `${call.run} init ${written(directory)}`)];
  if (input.configMissing === true) {
    return [{ what: "Fix the cause and run init again", command: `${call.run} init ${written(directory)}` }];
  }
  const file = named === "" ? "" : ` --config ${named}`;
  const look = {
    what: "Check config and boot files",
    command: [call.run, "check", named].filter((part) => part !== "").join(" "),
  };
  if (installation.unit === "packaged" && input.movable === true && config !== serviceConfig) {
    return [
      ...more.flat(),
      look,
      {
        what: `Copy the config to the service, which reads ${serviceConfig} (the old one is kept as ${serviceConfig}~)`,
        command: `${sudo}cp --backup ${word(config)} ${serviceConfig}`,
      },
      { what: "Restart the service", command: `${sudo}systemctl restart bootlace` },
      { what: "Boot a machine from the network; this shows each step", command: `${call.run} logs -f` },
    ];
  }
  return [
    ...more.flat(),
    look,
    { what: "Start the server; binding the DHCP and TFTP ports needs root", command: `${sudo}${serve(file)}` },
    { what: "Boot a machine from the network; the log shows each step" },
    { what: "When it works, install it as a service", command: `${sudo}${service()}` },
  ];

  function serve(file: string): string {
    if (call.npm !== undefined) return `${call.npm} start${file === "" ? "" : ` --${file}`}`;
    return `${call.run} serve${file}`;
  }

  function service(): string {
    if (installation.unit !== undefined && config === serviceConfig) return "systemctl enable --now bootlace";
    // The service's config does not depend on the current folder.
    const its = config === serviceConfig ? "" : ` --config ${word(config)}`;
    return `${call.run} install-service${its}`;
  }
}

function installStep(install: string, again: string): NextStep[] {
  return [
    { what: "Install the missing packages", command: install },
    { what: "Run init again to add their files", command: again },
  ];
}

/** How to call this program from a shell in that folder, and npm where npm started it. */
function callOf(
  { program, single, onPath }: Installation,
  cwd: string,
  shell: string,
): { readonly run: string; readonly npm?: string } {
  const isWorkspace = program.endsWith(`${sep}apps${sep}appliance${sep}dist${sep}main.js`);
  if (isWorkspace) {
    const top = resolve(dirname(program), "../../..");
    if (cwd !== top) return { run: `node ${word(shortest(cwd, program))}` };
    const npm = relative(top, shell).startsWith("..") ? `npm --prefix ${word(top)}` : "npm";
    return { run: `${npm} run -s bootlace --`, npm };
  }
  if (onPath) return { run: "bootlace" };
  if (!single) return { run: `node ${word(shortest(cwd, program))}` };
  const path = shortest(cwd, program);
  return { run: word(path.includes("/") ? path : `./${path}`) };
}

function shortest(cwd: string, path: string): string {
  const way = relative(cwd, path) || ".";
  return way.startsWith("..") ? path : way;
}

/** A word of a shell. */
function word(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
