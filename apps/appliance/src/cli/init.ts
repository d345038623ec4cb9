import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { imagesFolder } from "../catalogue/images.ts";
import { checkInterface } from "../config/values.ts";
import { configText, rootName } from "../init/config-text.ts";
import { readOsRelease } from "../init/distribution.ts";
import { execute } from "../init/execute.ts";
import { findKits } from "../init/find.ts";
import { describeError, holdFolders } from "../init/folders.ts";
import { tellMissing } from "../init/missing.ts";
import { findCandidates, readDefaultRoutes } from "../init/network.ts";
import { nextSteps } from "../init/next-steps.ts";
import { present } from "../init/place.ts";
import { judge, type Preparation, prepareTree } from "../init/prepare.ts";
import { askConfirmation, askFor } from "../init/questions.ts";
import { type InitSystem, realSystem } from "../init/system.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { serviceConfig } from "../service-files/request.ts";
import type { Arguments, Command, Surroundings } from "./command.ts";
import { type Answers, answersFor } from "./init-answers.ts";
import { answersOf } from "./init-machines.ts";
import { createInitReport, type InitResult, sizeText } from "./init-report.ts";
import { printError } from "./output.ts";

const configName = "bootlace.yaml";

/** The command that creates a boot folder and a config from the files of this system. */
export function initCommand(system: InitSystem = realSystem): Command {
  return {
    name: "init",
    summary: "Create a boot folder and bootlace.yaml from this system's files",
    positionals: [{ name: "DIR", description: "Folder for bootlace.yaml and boot/, created if missing. Default: ." }],
    options: [
      { name: "yes", short: "y", description: "Ask nothing, accept the defaults." },
      {
        name: "interface",
        short: "i",
        value: "NAME",
        many: true,
        description: "Serve this network interface. Default: that of the default route.",
      },
      { name: "secure-boot", description: "Boot UEFI machines with shim and GRUB instead of iPXE." },
      {
        name: "from",
        value: "DIR",
        many: true,
        description: "Look for boot files in this folder first. Repeatable.",
      },
      { name: "dry-run", description: "Show what would be created; write nothing, ask nothing." },
      { name: "json", description: "Print one JSON document: files, missing packages, next steps." },
    ],
    examples: [
      ["bootlace init", "create ./bootlace.yaml and ./boot, asking up to 3 questions"],
      ["bootlace init --yes /srv/bootlace", "in another folder, without questions"],
      ["bootlace init --dry-run", "show what would be created"],
    ],
    async run(args, surroundings) {
      const json = args.options.has("json");
      const fail = (code: "usage" | "unusable", message: string, hint?: string): number => {
        printError(surroundings, "init", { code, message, ...(hint === undefined ? {} : { hint }) }, json);
        return code === "usage" ? exitCodes.usage : exitCodes.findings;
      };
      const strange = args.options.get("from")?.find((folder) => !isFolder(resolve(surroundings.cwd, folder)));
      if (strange !== undefined) return fail("usage", `--from ${quote(strange)}: no such folder`);
      const directory = resolve(surroundings.cwd, args.positionals[0] ?? ".");
      const asks = !args.options.has("yes") && !args.options.has("dry-run");
      if (asks && !surroundings.stdinIsTerminal) {
        return fail("usage", "stdin is not a terminal", "Use --yes to accept the defaults");
      }
      const wrongName = args.options.get("interface")?.find((name) => checkInterface(name) !== undefined);
      if (wrongName !== undefined) return fail("usage", `${quote(wrongName)} is not the name of a network interface`);
      const problem = problemWith(directory);
      if (problem !== undefined) return fail("unusable", `${quote(directory)}: ${problem}`);
      return make({ args, directory, surroundings, system, asks });
    },
  };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function problemWith(directory: string): string | undefined {
  try {
    if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
    if (!statSync(directory).isDirectory()) return "not a folder";
    // In /, `boot` is the folder that this machine boots from.
    return realpathSync(directory) === "/"
      ? "the root of the file system holds this machine's own files. Name another folder"
      : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "broken symbolic link" : describeError(error);
  }
}

interface Task {
  readonly args: Arguments;
  readonly directory: string;
  readonly surroundings: Surroundings;
  readonly system: InitSystem;
  readonly asks: boolean;
}

async function make({ args, directory, surroundings, system, asks }: Task): Promise<number> {
  const { options } = args;
  const dryRun = options.has("dry-run");
  const installation = system.installation(surroundings.env);
  // A package has its own config elsewhere; this one will replace it.
  const root =
    installation.unit === "packaged" && directory !== dirname(serviceConfig) ? { root: join(directory, rootName) } : {};
  const report = createInitReport(surroundings, { json: options.has("json"), dryRun });
  await using folders = holdFolders(directory);
  const roots = [...(options.get("from") ?? []).map((root) => resolve(surroundings.cwd, root)), system.root];
  const found = await findKits(roots);
  const distribution = readOsRelease(await system.osRelease());
  const candidates = findCandidates(surroundings.networkInterfaces(), readDefaultRoutes(await system.routes()));
  const tree = await prepareTree(folders, found);
  const hasConfig = (await present(folders, configName, { text: "" })).kind !== "missing";

  report.found({ distribution, candidates, directory });
  const answers = await answersFor({
    candidates,
    interfaces: options.get("interface") ?? [],
    secureBoot: options.has("secure-boot"),
    secureBootPossible: found.kits.has("secure-x64") || tree.inTree.has("secure-x64"),
    ask: asks && !hasConfig ? (question) => askFor(question, surroundings.ask, surroundings.err) : undefined,
  });
  if (answers === undefined) return report.brokenOff();
  if (answers.problem !== undefined) return report.refused(answers.problem);
  const all = await withConfig(tree, answers.answers);
  if (asks && all.steps.length > 0) {
    const bytes = all.steps.reduce((sum, { size }) => sum + size, 0);
    const what = `${all.steps.length} ${all.steps.length === 1 ? "file" : "files"}, ${sizeText(bytes)},`;
    const confirmed = await askFor(askConfirmation(what, directory), surroundings.ask, surroundings.err);
    if (confirmed !== true) return report.brokenOff();
  }

  for (const outcome of all.settled) report.done(outcome);
  const executed = dryRun
    ? undefined
    : await interruptibly(surroundings, (signal) =>
        execute(folders, all.steps, { signal, onProgress: report.progress, onDone: report.done }),
      );
  // For disc images: an ISO that is copied there is in the menu.
  if (executed?.complete === true) await folders.folder(`${rootName}/${imagesFolder}`, true);
  for (const { path, size } of dryRun ? all.steps : []) report.done({ path, status: "made", size });
  const config = textOf(join(directory, configName));
  const install = tellMissing(new Set([...found.kits.keys(), ...tree.inTree]), distribution, system);
  const result: InitResult = {
    directory,
    machines: dryRun ? [] : await answersOf(join(directory, configName), surroundings),
    missing: install,
    unreadable: found.unreadable,
    complete: executed?.complete ?? true,
    next: nextSteps({
      installation,
      cwd: surroundings.cwd,
      shell: surroundings.env.INIT_CWD,
      config: join(directory, configName),
      configMissing: !dryRun && lstatSync(join(directory, configName), { throwIfNoEntry: false }) === undefined,
      movable: /^root: *["']?\//m.test(config ?? ""),
      isRoot: system.isRoot,
      directory,
      ...(install.install === undefined ? {} : { install: install.install }),
    }),
    configKept: hasConfig,
    requested: options.has("interface") || options.has("secure-boot"),
  };
  return report.end(result);

  async function withConfig({ steps, settled }: Preparation, { served, secureBoot }: Answers) {
    const text = configText({ secureBoot, ...root, ...(served === undefined ? {} : { interface: served }) });
    const there = await present(folders, configName, { text });
    const { step, outcome } = judge(configName, { text }, Buffer.byteLength(text), there);
    return {
      // Last: a folder with a bootlace.yaml has everything else.
      steps: step === undefined ? steps : [...steps, step],
      settled: outcome === undefined ? settled : [...settled, outcome],
    };
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Runs to the end, or until SIGINT or SIGTERM. */
async function interruptibly<T>({ signals }: Surroundings, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) signals.on(name, stop);
  try {
    return await run(controller.signal);
  } finally {
    for (const name of names) signals.off(name, stop);
  }
}
