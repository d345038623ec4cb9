/**
 * The name of one run of the lab: its process id and the kernel's start time of that process (field 22 of
 * proc(5) stat, in clock ticks). Both together stay unique when a process id is used again.
 */
export interface RunName {
  readonly pid: number;
  readonly started: string;
}

const NAMESPACE = /^bootlace-(\d+)-(\d+)-(\d+)-([a-z0-9-]+)$/;
const FOLDER = /^run-(\d+)-(\d+)$/;

/** The run's folder below `lab/out`. */
export function folderName(run: RunName): string {
  return `run-${run.pid}-${run.started}`;
}

/** The name of a network namespace; `counter` tells the scenarios of one run apart. */
export function namespaceName(run: RunName, counter: number, role: string): string {
  return `bootlace-${run.pid}-${run.started}-${counter}-${role}`;
}

/** The run that a namespace or a folder belongs to, or undefined for a name that is not the lab's. */
export function parseRunName(name: string): RunName | undefined {
  const match = NAMESPACE.exec(name) ?? FOLDER.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { pid: Number(match[1]), started: match[2] };
}

/** The start time in the text of `/proc/PID/stat`; the command in brackets may itself hold brackets and spaces. */
export function startTime(stat: string): string | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  return fields[22 - 3];
}

/** Those names that belong to a run whose process is gone. Names of others are never in the answer. */
export function deadNames(names: readonly string[], isAlive: (run: RunName) => boolean): string[] {
  return names.filter((name) => {
    const run = parseRunName(name);
    return run !== undefined && !isAlive(run);
  });
}
