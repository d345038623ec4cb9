import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ExpectedBoot, gapsInBootLog } from "./boot-log.ts";
import { LabFailure, must } from "./failure.ts";
import { eventually, type Lab } from "./lab.ts";
import type { LogRecord } from "./log-record.ts";
import type { Host } from "./namespaces.ts";
import { listening } from "./ports.ts";
import { type Started, start } from "./processes.ts";
import { type BootTree, plantTree } from "./tree.ts";

/** What `bootlace` runs. */
export const BOOTLACE_MAIN = fileURLToPath(new URL("../../apps/appliance/dist/main.js", import.meta.url));

export interface Bootlace {
  readonly process: Started;
  /** Its working folder, with bootlace.yaml and the boot tree in it. */
  readonly folder: string;
  /** Ends it by SIGTERM, which must give status 0. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL: it cannot say goodbye. */
  kill(): Promise<void>;
  /** What it has logged so far. */
  records(): readonly LogRecord[];
  /**
   * Throws a LabFailure unless the log shows a boot step by step, each of `files` with the size it has on disk. The
   * machine may have shown its proof before the last line is written, so it waits some seconds.
   */
  mustTell(boot: Omit<ExpectedBoot, "files"> & { readonly files: readonly string[] }): Promise<void>;
}

export interface BootlaceOptions {
  /** bootlace.yaml as a user would write it; without it Bootlace runs on its defaults. */
  readonly yaml?: string;
  /** The files below ./boot. */
  readonly tree?: BootTree;
  /** UDP ports it must listen on before the scenario goes on. */
  readonly ports?: readonly number[];
  /** Tells the Bootlaces that one host runs one after the other apart; its folder has this name. */
  readonly name?: string;
  /** Events that it may log as an error, because the scenario makes that trouble. */
  readonly troubles?: readonly string[];
  /** Another program than the workspace's, by the command that `serve` follows. */
  readonly program?: Program;
}

/** A way to run Bootlace. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Its working folder as the lab sees it. */
  readonly folder: string;
  /** Seconds until it must listen. */
  readonly patience?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts `bootlace serve` on a host, in a folder of its own, and waits until it listens. When the scenario went well,
 * it must end by SIGTERM with status 0, and must not have logged an error.
 */
export async function startBootlace(
  lab: Lab,
  host: Host,
  {
    yaml,
    tree = {},
    ports = [67, 4011, 69],
    name: own = host.role,
    troubles = [],
    program = workspaceProgram(join(lab.folder, own)),
  }: BootlaceOptions,
): Promise<Bootlace> {
  const { folder, command } = program;
  mkdirSync(folder, { recursive: true });
  plantTree(join(folder, "boot"), tree);
  if (yaml !== undefined) writeFileSync(join(folder, "bootlace.yaml"), yaml);
  const config = yaml === undefined ? [] : ["--config", "bootlace.yaml"];
  const name = `bootlace-${own}`;
  const args = [...program.args, "serve", ...config];
  // Not the state folder of the machine the lab runs on.
  const env = { STATE_DIRECTORY: join(folder, "state"), ...program.env };
  const started = start(lab, host.netns, { name, command, args, cwd: folder, env });
  await listening(lab, started, ports, program.patience);
  const records = () => readRecords(started.output.text());
  // The API comes last.
  const isReady = () => started.output.text().includes('"bootlace.ready"') || undefined;
  if (!yaml?.includes("log: { file:")) await eventually(lab, `${name}: ready`, program.patience ?? 20, isReady);
  let stopped = false;
  const stop = async () => {
    must(started.running(), `${name} ended by itself:\n${started.output.text()}`);
    const exit = await started.stop("SIGTERM", 10);
    stopped = true;
    must("code" in exit && exit.code === 0, `${name} ended by SIGTERM with ${JSON.stringify(exit)}, not with status 0`);
  };
  lab.afterwards(async () => {
    if (!stopped) await stop();
    const error = records().find(
      ({ level, event }) => (level === "error" || level === "fatal") && !troubles.includes(String(event)),
    );
    must(error === undefined, `${name} logged an error: ${JSON.stringify(error)}`);
  });
  return {
    process: started,
    folder,
    stop,
    async kill() {
      stopped = true;
      await started.stop("SIGKILL");
    },
    records,
    async mustTell({ files, ...boot }) {
      const sizes = files.map((path) => ({ path, size: statSync(join(folder, "boot", path)).size }));
      const deadline = Date.now() + 5000;
      let gaps = gapsInBootLog(records(), { ...boot, files: sizes });
      while (gaps.length > 0 && Date.now() < deadline) {
        await delay(50);
        gaps = gapsInBootLog(records(), { ...boot, files: sizes });
      }
      must(gaps.length === 0, `the log of ${name} lacks a step:\n${gaps.join("\n")}`);
    },
  };
}

/** The Bootlace of this workspace, to run in a folder. */
export function workspaceProgram(folder: string): Program {
  must(existsSync(BOOTLACE_MAIN), `${BOOTLACE_MAIN} is missing: npm run build`);
  return { command: process.execPath, args: [BOOTLACE_MAIN], folder };
}

/** The complete lines of a JSON log. Throws a LabFailure for a line that is not a JSON object. */
export function readRecords(text: string): LogRecord[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null) return value as LogRecord;
    } catch {
      // reported below
    }
    throw new LabFailure(`a line of the log is not JSON: ${line}`);
  });
}
