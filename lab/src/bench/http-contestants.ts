import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN } from "../bootlace.ts";
import { LabFailure, must } from "../failure.ts";
import { eventually, type Lab } from "../lab.ts";
import { addHost, type Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run, type Started, start } from "../processes.ts";
import { folderName } from "../run-name.ts";
import { type Account, openAccount } from "./account.ts";

export const HTTP_PORT = 8069;

/** An HTTP server that takes part. */
interface HttpContestant {
  readonly name: string;
  readonly command: () => string;
  /** `folder` is its own. */
  readonly args: (root: string, folder: string) => string[];
  readonly version: (lab: Lab, host: Host) => Promise<string>;
}

/** A contestant at 127.0.0.1 port 8069 of a namespace of its own. */
export interface RunningHttp {
  readonly name: string;
  readonly version: string;
  readonly host: Host;
  readonly account: Account;
}

/** Bootlace as the appliance that it is, with its usual log; one address may hold all connections. */
export const bootlaceHttp: HttpContestant = {
  name: "Bootlace",
  command: () => process.execPath,
  args(root, folder) {
    must(existsSync(BOOTLACE_MAIN), `${BOOTLACE_MAIN} is missing: npm run build`);
    const config = join(folder, "bootlace.yaml");
    const off = ["dhcp", "tftp", "admin"].map((key) => `${key}: { enabled: false }\n`).join("");
    const http = `http: { port: ${HTTP_PORT}, maxConnectionsPerClient: 64 }\n`;
    const state = `state: { directory: ${join(folder, "state")} }\n`;
    writeFileSync(config, `interfaces: [lo]\nroot: ${root}\n${off}${http}${state}log: { format: json }\n`);
    const profile = process.env.BENCH_PROFILE === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
    return [...profile, BOOTLACE_MAIN, "serve", "--config", config];
  },
  async version(lab, host) {
    const { stdout } = await run(lab, host.netns, process.execPath, [BOOTLACE_MAIN, "version"]);
    return `${/\d+\.\d+\.\d+/.exec(stdout.toString())?.[0] ?? "?"}, Node ${process.version.slice(1)}`;
  },
};

/** Debian's nginx with the lines of Debian's nginx.conf that matter here: as many workers as cores, sendfile, a log. */
export const nginx: HttpContestant = {
  name: "nginx",
  command: () => locate("nginx"),
  args(root, folder) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const config = `user root;
worker_processes auto;
daemon off;
pid ${join(folder, "nginx.pid")};
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  default_type application/octet-stream;
  access_log ${join(folder, "access.log")};
${temporary.map((name) => `  ${name}_temp_path ${join(folder, name)};\n`).join("")}  server { listen 127.0.0.1:${HTTP_PORT}; root ${root}; }
}
`;
    writeFileSync(join(folder, "nginx.conf"), config);
    return ["-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
  },
  async version(lab, host) {
    const { stderr } = await run(lab, host.netns, locate("nginx"), ["-v"]);
    return /nginx\/(\S+)/.exec(stderr)?.[1] ?? "?";
  },
};

/** Words for taskset. Server and load generator have a core each: else the server with more processes gets more time. */
export function onCore(core: number): string[] {
  return ["--cpu-list", String(core)];
}

/** Starts a contestant in a new namespace; what it writes goes into a file. */
export async function startHttpContestant(lab: Lab, contestant: HttpContestant, root: string): Promise<RunningHttp> {
  const name = contestant.name.toLowerCase();
  const host = await addHost(lab, name);
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  const log = join(folder, "output.log");
  const words = [log, contestant.command(), ...contestant.args(root, folder)];
  const args = [...onCore(0), "/bin/sh", "-c", 'exec "$@" >"$0" 2>&1', ...words];
  const started = start(lab, host.netns, { name, command: locate("taskset"), args });
  try {
    await eventually(lab, `${name} on TCP ${HTTP_PORT}`, 20, () => isListening(started) || undefined);
  } catch (error) {
    const said = existsSync(log) ? readFileSync(log, "utf8").slice(-2000) : "";
    throw new LabFailure(`${error instanceof Error ? error.message : String(error)}\n${said}`);
  }
  // After the namespace, whose own view of /sys hides the control groups.
  const account = openAccount(`${folderName(lab.run)}-${name}`, started.pid, ...childrenOf(started.pid));
  return { name: contestant.name, version: await contestant.version(lab, host), host, account };
}

/** The workers that a server has forked by now (proc(5)). */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
  return text.split(" ").filter(Boolean).map(Number);
}

/** A line of `/proc/PID/net/tcp` in state 0A is a listener (proc(5)). */
function isListening(started: Started): boolean {
  if (!started.running()) throw new LabFailure(`${started.name} ended before it listened`);
  const port = HTTP_PORT.toString(16).toUpperCase().padStart(4, "0");
  const lines = readFileSync(`/proc/${started.pid}/net/tcp`, "latin1").split("\n");
  return lines.some((line) => new RegExp(`^\\s*\\d+: [0-9A-F]{8}:${port} [0-9A-F:]+ 0A `).test(line));
}
