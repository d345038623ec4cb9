import { chownSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BOOTLACE_MAIN } from "../bootlace.ts";
import { must } from "../failure.ts";
import { bootlace, fingerprint, initJson } from "../init.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { addHost, addSwitch, type Host, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run, runOk, start } from "../processes.ts";

const NOBODY = 65534;
const KILLED_AT_SYNC = fileURLToPath(new URL("../../tools/killed-at-sync.c", import.meta.url));
const MAIN = [process.execPath, BOOTLACE_MAIN];

export const initByHand: Scenario = {
  name: "init-by-hand",
  proves: "bootlace init asks three questions on a terminal, outlives a kill and a full disk, and needs no root",
  async run(lab) {
    const host = await addHost(lab, "boot");
    await plugIn(host, await addSwitch(lab, "lan1"), { addresses: ["192.168.11.109/24"] });
    await plugIn(host, await addSwitch(lab, "lan2"), { interface: "eth1", addresses: ["10.3.0.2/16"] });
    await runOk(lab, host.netns, locate("ip"), ["route", "add", "default", "via", "192.168.11.1"]);
    await eventually(lab, "both cables", 10, async () => {
      const { stdout } = await runOk(lab, host.netns, locate("ip"), ["-o", "link", "show", "type", "veth"]);
      return stdout.toString().match(/state UP/g)?.length === 2 ? true : undefined;
    });
    await answers(lab, host);
    await killed(lab, host);
    await fullDisk(lab, host);
    await withoutRights(lab, host);
  },
};

/** `script` gives it a terminal, and takes what a person would type. */
async function answers(lab: Lab, host: Host): Promise<void> {
  const folder = join(lab.folder, "by-hand");
  const command = [...MAIN, "init", folder].join(" ");
  const typed = { input: "eth1\n2\ny\n", seconds: 60 };
  const { stdout } = await runOk(lab, host.netns, locate("script"), ["-qec", command, "/dev/null"], typed);
  const screen = stdout.toString();
  for (const text of [
    "Which network do machines boot from?",
    "1  eth0  192.168.11.109 in 192.168.11.0/24, router 192.168.11.1",
    "What do UEFI machines boot?",
  ]) {
    must(screen.includes(text), `the screen lacks "${text}":\n${screen}`);
  }
  const questions = screen.match(/\[(?:1|Y\/n)\]: /g)?.length;
  must(questions === 3, `${questions} questions were asked:\n${screen}`);
  must(/\r\S*\[2\/\d+\] boot\/\S+ +100 %/.test(screen), `no progress on the screen:\n${screen}`);
  const config = readFileSync(join(folder, "bootlace.yaml"), "utf8");
  must(/^interfaces: eth1$/m.test(config), `eth1 was answered, and bootlace.yaml says:\n${config}`);
  must(/^ {2}- name: Secure Boot$/m.test(config), `Secure Boot was answered, and bootlace.yaml says:\n${config}`);
  await bootlace(lab, host, "check", join(folder, "bootlace.yaml"));
  lab.proof("three questions on a terminal, answered: eth1, Secure Boot, yes; check finds no fault");

  const piped = await run(lab, host.netns, process.execPath, [BOOTLACE_MAIN, "init", join(lab.folder, "piped")]);
  must(piped.code === 2 && piped.stderr.includes("--yes"), `without a terminal: ${piped.code} ${piped.stderr}`);
  lab.proof(`without a terminal: exit 2, ${piped.stderr.trim()}`);
}

/** The sixth file that it writes is not finished. */
const KILLED_AT = 6;

/** SIGKILL in the middle of a file: none may be half there, and the next run completes the rest. */
async function killed(lab: Lab, host: Host): Promise<void> {
  const folder = join(lab.folder, "killed");
  const library = join(lab.folder, "killed-at-sync.so");
  await runOk(lab, host.netns, locate("cc"), ["-O2", "-shared", "-fPIC", "-o", library, KILLED_AT_SYNC]);
  const whole = await initJson(lab, host, "--yes", join(lab.folder, "whole"));
  const [command = "", ...words] = [...MAIN, "init", "--yes", folder];
  const env = { LD_PRELOAD: library, KILLED_AT_SYNC: String(KILLED_AT) };
  const exit = await start(lab, host.netns, { name: "init-killed", command, args: words, env }).exited;
  must("signal" in exit, `init was not killed: ${JSON.stringify(exit)}`);
  const parts = filesIn(folder).filter((name) => name.endsWith(".bootlace-part"));
  must(parts.length === 1, `init was killed in the middle of a file, and left these parts: ${parts.join(", ")}`);
  const there = filesIn(folder).filter((name) => !name.endsWith(".bootlace-part"));
  for (const name of there) {
    const same = readFileSync(join(folder, name)).equals(readFileSync(join(lab.folder, "whole", name)));
    must(same, `${name} is not whole after SIGKILL`);
  }
  const again = await initJson(lab, host, "--yes", folder);
  const kept = again.files.filter(({ status }) => status === "kept").length;
  must(there.length === KILLED_AT - 1, `there are ${there.join(", ")}`);
  must(kept === there.length, `${there.length} files were there, ${kept} were kept`);
  must(again.files.length === whole.files.length, "the second run does not list every file");
  must(filesIn(folder).length === whole.files.length, `left behind: ${filesIn(folder).join(", ")}`);
  must(contents(folder) === contents(join(lab.folder, "whole")), "after the second run something differs");
  lab.proof(`killed after ${there.length} files, each whole; the next run made the other ${again.files.length - kept}`);
}

async function fullDisk(lab: Lab, host: Host): Promise<void> {
  const folder = join(lab.folder, "full");
  mkdirSync(folder);
  // `ip netns exec` has its own mounts: this one ends with the command.
  const script = `mount -t tmpfs -o size=1m none ${folder}; ${MAIN.join(" ")} init --yes ${folder}; echo "exit $?"; find ${folder} -name "*.bootlace-part"`;
  const { stdout } = await runOk(lab, host.netns, "/bin/sh", ["-c", script]);
  const said = stdout.toString();
  must(said.endsWith("exit 1\n"), `on a full disk:\n${said}`);
  must(/failed +boot\/\S+, the disk is full/.test(said), `the full disk is not named:\n${said}`);
  lab.proof(`full disk: ${/failed.*/.exec(said)?.[0]}`);
}

/** Without a capability root is a user like any other: it may write in its own folders only. */
async function withoutRights(lab: Lab, host: Host): Promise<void> {
  const [own, others] = [join(lab.folder, "own"), join(lab.folder, "others")];
  mkdirSync(others);
  chownSync(others, NOBODY, NOBODY);
  const bare = ["--bounding-set", "-all", "--inh-caps", "-all", ...MAIN, "init", "--yes"];
  const good = await run(lab, host.netns, locate("setpriv"), [...bare, own]);
  must(good.code === 0, `without capabilities: ${good.code}\n${good.stdout}${good.stderr}`);
  must(contents(own) === contents(join(lab.folder, "whole")), "without capabilities the files differ");
  const refused = await run(lab, host.netns, locate("setpriv"), [...bare, join(others, "boot")]);
  const said = `${refused.stdout}${refused.stderr}`;
  must(refused.code === 1 && said.includes("permission denied"), `in a folder of nobody: ${refused.code}\n${said}`);
  lab.proof("without a capability: the same files; in a folder of another user: exit 1");
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

function contents(folder: string): string {
  return fingerprint(folder).replaceAll(folder, "");
}
