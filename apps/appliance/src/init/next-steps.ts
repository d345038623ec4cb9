import { basename, dirname, relative, resolve, sep } from "node:path";
import { serviceConfig } from "../service-files/request.ts";

/** How this program was started, which decides what a person types. */
export interface Installation {
  /** The script Node runs, or the program when it is a single file. */
  readonly program: string;
  /** A single file: no Node, no script. */
  readonly single: boolean;
  /** A unit of systemd that starts `bootlace serve` is installed: that of a package, or one of install-service. */
  readonly unit?: "packaged" | "own" | undefined;
  /** A shell finds this very program under the name `bootlace`. */
  readonly onPath: boolean;
}

/** A thing to do, and the command line for it. */
export interface NextStep {
  readonly what: string;
  readonly command?: string;
}

export interface NextInput {
  readonly installation: Installation;
  readonly cwd: string;
  /** The folder of the person's shell: npm runs its scripts in the folder of the package, wherever it was called. */
  readonly shell?: string | undefined;
  /** Absolute path of bootlace.yaml. */
  readonly config: string;
  /** It could not be written. */
  readonly configMissing?: boolean;
  /** It may be copied: its root does not count from its own folder. */
  readonly movable?: boolean;
  readonly isRoot: boolean;
  /** Installs packages that are missing. */
  readonly install?: string;
  readonly directory: string;
}

/** What a person does next, in order. */
export function nextSteps(input: NextInput): NextStep[] {
  const { installation, cwd, shell = cwd, config, isRoot, install, directory } = input;
  const call = callOf(installation, cwd, shell);
  const written = (path: string) => word(shell === cwd ? shortest(cwd, path) : path);
  const sudo = isRoot ? "" : "sudo ";
  const named = relative(cwd, config) === basename(config) ? "" : written(config);
  const more = install === undefined ? [] : [installStep(install, `${call.run} init ${written(directory)}`)];
  if (input.configMissing === true) {
    return [{ what: "Run init again when that is mended", command: `${call.run} init ${written(directory)}` }];
  }
  const file = named === "" ? "" : ` --config ${named}`;
  const look = { what: "Look for faults", command: [call.run, "check", named].filter((part) => part !== "").join(" ") };
  if (installation.unit === "packaged" && input.movable === true && config !== serviceConfig) {
    return [
      ...more.flat(),
      look,
      {
        what: `Give it to the service of the package, which reads ${serviceConfig}; its old one is kept as ${serviceConfig}~`,
        command: `${sudo}cp --backup ${word(config)} ${serviceConfig}`,
      },
      { what: "Let the service start anew", command: `${sudo}systemctl restart bootlace` },
      { what: "Switch on a PC and let it boot from the network; this shows each step", command: `${call.run} logs -f` },
    ];
  }
  return [
    ...more.flat(),
    look,
    { what: "Serve; DHCP and TFTP have low port numbers, which only root may open", command: `${sudo}${serve(file)}` },
    { what: "Switch on a PC and let it boot from the network; the log shows each step" },
    { what: "When all is well, let the system run it, now and at every start", command: `${sudo}${service()}` },
  ];

  function serve(file: string): string {
    if (call.npm !== undefined) return `${call.npm} start${file === "" ? "" : ` --${file}`}`;
    return `${call.run} serve${file}`;
  }

  function service(): string {
    if (installation.unit !== undefined && config === serviceConfig) return "systemctl enable --now bootlace";
    // What the service reads does not hang on the folder in which somebody types this.
    const its = config === serviceConfig ? "" : ` --config ${word(config)}`;
    return `${call.run} install-service${its}`;
  }
}

function installStep(install: string, again: string): NextStep[] {
  return [
    { what: "Install what is missing", command: install },
    { what: "Let init add it; what is there stays", command: again },
  ];
}

/** How this program is called from a shell in that folder, and how npm is where it starts it. */
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
