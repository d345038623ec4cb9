import { spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { LabFailure } from "./failure.ts";
import type { Lab } from "./lab.ts";
import { locate } from "./packages.ts";
import { createTranscript, lastLines, type Transcript } from "./transcript.ts";

/** How a process ended: an exit status, or the signal that ended it. */
export type Exit = { readonly code: number } | { readonly signal: string };

/** A long-running process in a namespace. Its output goes to a log file in the scenario's folder. */
export interface Started {
  readonly name: string;
  readonly pid: number;
  readonly output: Transcript;
  readonly exited: Promise<Exit>;
  /** Seconds since it was started. */
  age(): number;
  running(): boolean;
  write(text: string): void;
  /** Sends the signal and waits; after `graceSeconds` it is killed. Gives how it ended. */
  stop(signal?: "SIGTERM" | "SIGINT" | "SIGKILL", graceSeconds?: number): Promise<Exit>;
}

export interface Start {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

// setpriv: a lab that is killed outright takes its children with it. A session of their own: Ctrl-C reaches only the lab.
function insideOf(netns: string, command: string, args: readonly string[]): [string, string[]] {
  return [locate("setpriv"), ["--pdeathsig", "SIGKILL", locate("ip"), "netns", "exec", netns, command, ...args]];
}

/** Starts a process in a namespace; it is stopped when the scenario ends. */
export function start(lab: Lab, netns: string, { name, command, args, cwd = lab.folder, env = {} }: Start): Started {
  // Straight into a file: a pipe or socket that is read a moment too late makes QEMU drop characters of the serial
  // line, and a server's forked children hold it open for minutes.
  const log = openSync(join(lab.folder, `${name}.log`), "a+");
  const [program, words] = insideOf(netns, command, args);
  const output = createTranscript(name, lab.signal);
  const follow = followFile(log, output);
  const began = performance.now();
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["pipe", log, log],
  });
  const timer = setInterval(follow, 20);
  let running = true;
  child.stdin?.on("error", () => undefined);
  const exited = new Promise<Exit>((resolve) => {
    const over = (exit: Exit, why: string) => {
      if (!running) return;
      running = false;
      clearInterval(timer);
      follow();
      closeSync(log);
      output.end(why);
      resolve(exit);
    };
    child.on("error", (error) => over({ code: 127 }, `could not start (${error.message})`));
    child.on("exit", (code, signal) => {
      if (code === null) over({ signal: signal ?? "?" }, `ended by ${signal}`);
      else over({ code }, `exited with ${code}`);
    });
  });
  const started: Started = {
    name,
    pid: child.pid ?? -1,
    output,
    exited,
    age: () => (performance.now() - began) / 1000,
    running: () => running,
    write: (text) => void child.stdin?.write(text),
    async stop(signal = "SIGTERM", graceSeconds = 5) {
      if (running) child.kill(signal);
      const timer = setTimeout(() => running && signalGroup(child.pid, "SIGKILL"), graceSeconds * 1000);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
  lab.defer(async () => {
    await started.stop();
    signalGroup(child.pid, "SIGKILL");
  });
  return started;
}

/** Gives a function that feeds the transcript with what has come to the end of the file since its last call. */
function followFile(file: number, output: Transcript): () => void {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(64 * 1024);
  let at = fstatSync(file).size;
  return () => {
    for (let count = -1; count !== 0; at += count) {
      count = readSync(file, buffer, 0, buffer.length, at);
      if (count > 0) output.feed(decoder.write(buffer.subarray(0, count)));
    }
  };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** What a command that ran to its end has said. */
export interface Finished {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a command in a namespace to its end. Throws a LabFailure when `seconds` pass or the lab is interrupted. */
export function run(
  lab: Lab,
  netns: string,
  command: string,
  args: readonly string[],
  { seconds = 30, cwd = lab.folder, input = "" } = {},
): Promise<Finished> {
  const [program, words] = insideOf(netns, command, args);
  const child = spawn(program, words, { cwd, detached: true });
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    let stderr = "";
    const stop = (why: string) => {
      signalGroup(child.pid, "SIGKILL");
      reject(new LabFailure(`${command} ${args.join(" ")}: ${why}; ${lastLines(stderr, 5)}`));
    };
    const timer = setTimeout(() => stop(`${seconds} s passed`), seconds * 1000);
    const abort = () => stop("interrupted");
    lab.signal.addEventListener("abort", abort);
    child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => {
      stderr += bytes;
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      lab.signal.removeEventListener("abort", abort);
      if (code === null) reject(new LabFailure(`${command} was ended by ${signal}`));
      else resolve({ code, stdout: Buffer.concat(stdout), stderr });
    });
  });
}

/** As `run`, and throws a LabFailure unless the status is 0. */
export async function runOk(...call: Parameters<typeof run>): Promise<Finished> {
  const finished = await run(...call);
  if (finished.code === 0) return finished;
  const said = lastLines(finished.stderr + finished.stdout, 5);
  throw new LabFailure(`${call[2]} ${call[3].join(" ")} exited with ${finished.code}: ${said}`);
}
