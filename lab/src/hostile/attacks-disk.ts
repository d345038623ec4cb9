import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BOOTLACE_MAIN, type Program } from "../bootlace.ts";
import { must } from "../failure.ts";
import type { Lab } from "../lab.ts";
import { locate } from "../packages.ts";
import { run } from "../processes.ts";
import type { Attack, HostileSite } from "./attack.ts";
import { misbehave } from "./attacks-http.ts";

const SOURCE = fileURLToPath(new URL("../../tools/hang/hang.c", import.meta.url));
/** Seconds after SIGTERM. */
const longestStop = 5;

/** Bootlace with a file system below its root that answers until its flag is set. @param hangs from the beginning on */
function besideHangingFiles(hangs: boolean) {
  return (lab: Lab, folder: string): Program => {
    const hang = join(lab.folder, "hang");
    execFileSync(locate("cc"), ["-O2", "-Wall", "-Wextra", "-Werror", "-o", hang, SOURCE]);
    mkdirSync(join(folder, "boot/nfs"), { recursive: true });
    if (hangs) writeFileSync(join(folder, "flag"), "");
    const words = [join(folder, "boot/nfs"), join(folder, "flag"), process.execPath, BOOTLACE_MAIN];
    return { command: hang, args: words, folder };
  };
}

/** The folder is named to the supervisor, and to whoever reads the log. */
async function namesTheFolder({ lab, server, bootlace, root }: HostileSite): Promise<string> {
  const { stdout } = await run(lab, server.netns, locate("curl"), ["-s", "http://127.0.0.1:8067/readyz"]);
  const text = stdout.toString();
  must(text.includes(`${join(root, "nfs")} does not answer`), `/readyz does not say which folder is silent: ${text}`);
  const lines = bootlace.records().filter(({ event }) => event === "boot.folder-silent");
  must(lines.length > 0 && lines.length < 5, `the log says ${lines.length} times which folder is silent`);
  return "/readyz and the log name the folder";
}

async function endsInTime({ bootlace }: HostileSite): Promise<string> {
  const began = performance.now();
  await bootlace.process.stop("SIGTERM", 2 * longestStop);
  const seconds = (performance.now() - began) / 1000;
  await bootlace.kill();
  must(seconds < longestStop, `SIGTERM ended it after ${seconds.toFixed(1)} s`);
  return `SIGTERM ended it after ${seconds.toFixed(1)} s`;
}

export const attacksByDisk: readonly Attack[] = [
  {
    name: "hanging-files",
    program: besideHangingFiles(false),
    async start(site) {
      const end = await misbehave(site, { kind: "hanging", connections: 4 });
      writeFileSync(join(site.bootlace.folder, "flag"), "");
      return end;
    },
    meanwhile: namesTheFolder,
    afterwards: endsInTime,
  },
  {
    name: "hanging-at-the-start",
    program: besideHangingFiles(true),
    start: (site) => misbehave(site, { kind: "hanging", connections: 4 }),
    meanwhile: namesTheFolder,
    afterwards: endsInTime,
  },
];
