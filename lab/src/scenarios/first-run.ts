import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { asPerson, personEnvironment } from "../npm/environment.ts";
import { locate } from "../packages.ts";
import { run, runOk, start } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { commandsUnder } from "../readme.ts";
import { bootRows } from "../record/rows.ts";

const HEADING = "From zero to memtest86+";

/** A clone outside this checkout, so that nothing of this one's node_modules is found by chance. */
function freshClone(lab: Lab): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-first-run-"));
  lab.defer(async () => rmSync(folder, { recursive: true, force: true }));
  const clone = join(folder, "bootlace");
  execFileSync("git", ["clone", "--quiet", process.cwd(), clone]);
  return clone;
}

const npm = (...words: readonly string[]) => asPerson(personEnvironment(), "npm", ...words);

export const firstRun: Scenario = {
  name: "first-run",
  proves:
    "the README's commands, in a fresh clone, lead a BIOS machine to memtest86+; offline, and without rights, too",
  rows: bootRows("By the pages", "SeaBIOS, iPXE ROM, e1000", {
    "page-readme": "the README's commands in a fresh clone: pxelinux.0 → its menu → memtest86+",
  }),
  async run(lab) {
    const clone = freshClone(lab);
    const [command, install] = npm("run", "setup");
    execFileSync(command, install, { cwd: clone, stdio: "pipe" });
    const { lan, bootServer } = await buildHomeLan(lab);

    const recipe = commandsUnder(readFileSync(join(clone, "README.md"), "utf8"), HEADING);
    const [, ...doable] = recipe.filter((line) => line !== "npm start");
    must(recipe[0]?.startsWith("apt-get install ") === true, `the README does not begin with packages: ${recipe[0]}`);
    must(doable.length > 0 && recipe.includes("npm start"), `the README has no recipe under "${HEADING}"`);
    // Inside the namespace there is no registry: installing, building and starting must do without.
    for (const line of doable) {
      const [program = "", ...rest] = line.split(" ");
      must(program === "npm", `the README has a step that is not npm's: ${line}`);
      const [env, args] = npm(...rest);
      const { stdout } = await runOk(lab, bootServer.netns, env, args, { cwd: clone, seconds: 180 });
      lab.proof(`${line}: ${/x86-bios.*/.exec(stdout.toString())?.[0]}`);
      // What init says comes next, typed in the same folder.
      const check = /npm (run -s bootlace -- check.*)/.exec(stdout.toString())?.[1];
      must(check !== undefined, `init does not say how to check: ${stdout}`);
      const [shell, words] = npm(...check.split(" "));
      const checked = await runOk(lab, bootServer.netns, shell, words, { cwd: clone, seconds: 60 });
      lab.proof(`npm ${check}: ${checked.stdout.toString().trim()}`);
    }

    const [, words] = npm("start");
    // Not the state folder of the machine the lab runs on.
    words.splice(1, 0, `STATE_DIRECTORY=${join(lab.folder, "state")}`);
    const served = start(lab, bootServer.netns, { name: "npm-start", command, args: words, cwd: clone });
    lab.proof((await served.output.until(/x86-bios.*pxelinux\/pxelinux\.0/, 180))[0].trim());
    const machine = await startBios(lab, lan, { mac: "52:54:00:ae:00:07" });
    await machine.output.until(/Automatic boot in \d+ seconds/, 180);
    // A person chooses memtest86+ for the screen; the lab reads the serial line.
    machine.write("s\r");
    lab.row("page-readme", (await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180))[0], machine.age());
    const exit = await served.stop("SIGTERM", 15);
    must("code" in exit && exit.code === 0, `SIGTERM to npm start ended with ${JSON.stringify(exit)}, not with 0`);
    const left = (await run(lab, bootServer.netns, "/usr/bin/pgrep", ["-f", clone])).stdout.toString().trim();
    must(left === "", `SIGTERM to npm left processes behind: ${left}`);

    const began = performance.now();
    const again = start(lab, bootServer.netns, { name: "npm-start-again", command, args: words, cwd: clone });
    await again.output.until(/x86-bios.*pxelinux\/pxelinux\.0/, 60);
    lab.proof(`second start, offline: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await again.stop("SIGTERM", 15);

    const denied = ["--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service", command, ...words];
    const refused = await run(lab, bootServer.netns, locate("setpriv"), denied, { cwd: clone, seconds: 60 });
    const said = `${refused.stdout}${refused.stderr}`;
    must(refused.code === 4, `npm start without the right to low ports exited with ${refused.code}:\n${said}`);
    const lines = refused.stderr.split("\n").filter((line) => line.includes("AmbientCapabilities"));
    must(lines.length === 1, `expected one line with the three ways to get the ports:\n${said}`);
    for (const part of ["67", "69", "root", "config"]) {
      must(lines[0]?.includes(part) === true, `the line about the ports lacks "${part}": ${lines[0]}`);
    }
    lab.proof(lines[0]?.trim().slice(0, 200) ?? "");
  },
};
