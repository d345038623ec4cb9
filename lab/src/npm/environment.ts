import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { LabFailure } from "../failure.ts";
import type { Lab } from "../lab.ts";

const executeFile = promisify(execFile);

/** What a person's shell has; everything else is what the npm that runs this lab has put there. */
const KEPT = /^(HOME|USER|LANG|CI|SSL_CERT_FILE)$|proxy|node_extra_ca_certs/i;

/** The environment of a person at a shell, with `first` before the other folders of PATH. */
export function personEnvironment(first: readonly string[] = []): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name, value]) => KEPT.test(name) && value !== undefined);
  const path = (process.env.PATH ?? "").split(":").filter((entry) => !entry.includes("node_modules"));
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: [...first, ...path].join(":") };
}

/** The same as the words of a command line, for a program that is started with more in its environment. */
export function asPerson(
  environment: Readonly<Record<string, string>>,
  ...command: readonly string[]
): [string, string[]] {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return ["/usr/bin/env", ["-i", ...variables, ...command]];
}

export interface Call {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly seconds?: number;
}

/** Runs a command to its end and gives its output. Throws a LabFailure with all it said unless the status is 0. */
export async function execute(
  lab: Lab,
  command: string,
  args: readonly string[],
  { cwd, environment = personEnvironment(), seconds = 300 }: Call,
): Promise<string> {
  try {
    const options = { cwd, env: environment, timeout: seconds * 1000, signal: lab.signal, maxBuffer: 2 ** 26 };
    return (await executeFile(command, args, options)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    throw new LabFailure(`${message}\n${stdout}${stderr}`);
  }
}

/** `npm install` and the like, quietly. */
export async function npm(lab: Lab, words: readonly string[], call: Call): Promise<string> {
  return execute(lab, "npm", [...words, "--no-audit", "--no-fund", "--prefer-offline"], call);
}
