import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** An example that runs as a person starts it, but from the source of the libraries. */
export interface Program {
  /** The first match in what it has printed, as soon as it is there; throws when the program ends without it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it as Ctrl-C does. Gives its status and all it printed. */
  interrupt(): Promise<{ status: number | null; out: string; err: string }>;
  /** Waits for its own end. */
  ended(): Promise<{ status: number | null; out: string; err: string }>;
}

// Without it each start strips the types of some hundred files again, which is most of the time that the tests take.
const env = {
  ...process.env,
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url)),
};

/** Starts an example by its file name. A program that still runs when the test is over is killed. */
export function startProgram(name: string, ...words: readonly string[]): Program {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--conditions=source", file, ...words], { env });
  const closed = once(child, "close");
  let out = "";
  let err = "";
  child.stdout?.on("data", (text: Buffer) => (out += text));
  child.stderr?.on("data", (text: Buffer) => (err += text));
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = async () => {
    const [status] = await closed;
    return { status, out, err };
  };
  return {
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(out);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`${name} ended without ${pattern}: ${out}${err}`);
        await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), closed]);
      }
    },
    interrupt() {
      child.kill("SIGINT");
      return ended();
    },
    ended,
  };
}
