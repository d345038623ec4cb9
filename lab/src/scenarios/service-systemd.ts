import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { type Machine, startMachine } from "../machine.ts";
import { locate } from "../packages.ts";
import { localPorts } from "../ports.ts";
import { runOk, start } from "../processes.ts";

const CONFIG = "/etc/bootlace/bootlace.yaml";
const UNIT = "/etc/systemd/system/bootlace.service";
const LOG_OF_UNIT = ["journalctl", "-u", "bootlace", "-o", "json", "--no-pager"] as const;

/** A property of the unit, as systemctl shows it. */
async function property(machine: Machine, name: string): Promise<string> {
  return (await machine.ok("systemctl", "show", "--value", "-p", name, "bootlace")).trim();
}

interface Entry {
  readonly message: string;
  readonly priority: string;
  readonly microseconds: number;
}

async function journal(machine: Machine): Promise<Entry[]> {
  // What a program has written may still lie in the socket.
  await machine.ok("journalctl", "--sync");
  const text = await machine.ok(...LOG_OF_UNIT);
  const rows = text.split("\n").filter((line) => line !== "");
  return rows.map((row) => {
    const entry = JSON.parse(row) as Record<string, string>;
    return {
      message: String(entry.MESSAGE),
      priority: entry.PRIORITY ?? "",
      microseconds: Number(entry.__MONOTONIC_TIMESTAMP),
    };
  });
}

/** What the kernel says of the daemon: a user that is not root, and one capability, CAP_NET_BIND_SERVICE (bit 10). */
async function runsWithOneRight(machine: Machine): Promise<string> {
  const status = await machine.ok("cat", `/proc/${await property(machine, "MainPID")}/status`);
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
  const found = ["CapEff", "CapPrm", "CapBnd", "NoNewPrivs"].map((name) => `${name} ${field(name)}`).join(", ");
  const one = "0000000000000400";
  must(found === `CapEff ${one}, CapPrm ${one}, CapBnd ${one}, NoNewPrivs 1`, `the rights of the daemon: ${found}`);
  must(field("Uid") !== "0", "the daemon runs as root");
  return `uid ${field("Uid")}, ${found}`;
}

async function readyAfterBind(machine: Machine): Promise<void> {
  const open = localPorts(readFileSync(join(machine.root, "proc/1/net/udp"), "latin1"));
  must(
    [67, 4011, 69].every((port) => open.has(port)),
    `the start has ended, and these UDP ports are bound: ${[...open].join(", ")}`,
  );
  const entries = await journal(machine);
  const bound = entries.filter(({ message }) => message.includes("listening on")).map((entry) => entry.microseconds);
  const active = Number(await property(machine, "ActiveEnterTimestampMonotonic"));
  must(bound.length >= 4 && bound.every((at) => at < active), `active at ${active}, bound at ${bound.join(", ")}`);
}

async function logIsForTheJournal(machine: Machine): Promise<void> {
  const entries = await journal(machine);
  const priority = (text: RegExp) => entries.find(({ message }) => text.test(message))?.priority;
  must(priority(/^ready$/) === "6", `"ready" has priority ${priority(/^ready$/)}`);
  must(priority(/no boot files yet/) === "4", `a warning has priority ${priority(/no boot files yet/)}`);
  const odd = entries.find(({ message }) => message.includes("\u001b") || /\d\d:\d\d:\d\d|^</.test(message));
  must(odd === undefined, `a line has a time, a colour or its priority in it: ${odd?.message}`);
}

async function reloads(lab: Lab, machine: Machine): Promise<void> {
  const main = await property(machine, "MainPID");
  writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\ntftp: { maxBlockSize: 1400 }\n");
  await machine.ok("systemctl", "reload", "bootlace");
  must(
    (await journal(machine)).some(({ message }) => message.includes("changed: tftp.maxBlockSize")),
    "no reload",
  );
  writeFileSync(join(machine.root, CONFIG), "rot: /srv/boot\n");
  const refused = await machine.run("systemctl", "reload", "bootlace");
  must(refused.code !== 0, "systemctl reload of a broken config ended with 0");
  const status = await eventually(lab, "the status after a refused reload", 10, async () => {
    const text = await property(machine, "StatusText");
    return text.includes("last reload failed") ? text : undefined;
  });
  must((await property(machine, "ActiveState")) === "active", "a refused reload ended the service");
  must((await property(machine, "MainPID")) === main, "a reload made another process");
  const wrong = (await journal(machine)).find(({ message }) => message.includes("error[E003]"));
  must(wrong?.priority === "3", `a fault of the config has priority ${wrong?.priority}`);
  lab.proof(`reload: 0; of a broken config ${refused.code}, ${status}`);
  writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\n");
  await machine.ok("systemctl", "reload", "bootlace");
}

/** Faster than in the unit that is shipped, else this would take minutes. */
async function quicken(machine: Machine): Promise<void> {
  const lines = ["[Service]", "WatchdogSec=2", "TimeoutAbortSec=1", "RestartSec=500ms"];
  await machine.ok("mkdir", "-p", `${UNIT}.d`);
  writeFileSync(join(machine.root, `${UNIT}.d/lab.conf`), `${lines.join("\n")}\n`);
  await machine.ok("systemctl", "daemon-reload");
  await machine.ok("systemctl", "restart", "bootlace");
}

/** A token file of root's, closed to the user of the service, is what the API wants, and a reload works with it. */
async function handsTheTokenOver(lab: Lab, machine: Machine): Promise<void> {
  const [node, main] = machine.bootlace;
  const token = "a-token-that-is-long-enough";
  writeFileSync(join(machine.root, "etc/bootlace/token"), `${token}\n`, { mode: 0o600 });
  const guarded = "root: /srv/boot\nadmin: { tokenFile: /etc/bootlace/token }\n";
  writeFileSync(join(machine.root, CONFIG), guarded);
  await machine.ok(node, main, "install-service", "--force");
  const status = (...words: string[]) =>
    machine.run(locate("curl"), "--silent", "--fail", ...words, "http://127.0.0.1:8067/api/v1/status");
  must((await status()).code !== 0, "the API answers without the token");
  must((await status("--header", `Authorization: Bearer ${token}`)).code === 0, "the API does not take the token");
  await machine.ok("systemctl", "reload", "bootlace");
  writeFileSync(join(machine.root, CONFIG), guarded.replace("root:", "rot:"));
  must((await machine.run("systemctl", "reload", "bootlace")).code !== 0, "a reload with a fault did not fail");
  writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\n");
  await machine.ok(node, main, "install-service", "--force");
  lab.proof("a token file that only root reads is handed over, to the daemon and to its reload");
}

/** An ordinary user in the group uses the command line without root and token; one outside sees, and changes nothing. */
async function letsTheGroupIn(lab: Lab, machine: Machine): Promise<void> {
  const [node, main] = machine.bootlace;
  for (const user of ["alice", "eve"]) await machine.ok("useradd", "--no-create-home", user);
  await machine.ok("usermod", "--append", "--groups", "bootlace", "alice");
  const as = (user: string, ...words: string[]) => machine.run("runuser", "-u", user, "--", ...words);
  const rights = (await machine.ok("stat", "-c", "%F %a %U %G", "/run/bootlace/bootlace.sock")).trim();
  must(rights === "socket 660 bootlace bootlace", `the socket: ${rights}`);
  const wish = ["next", "52:54:00:12:34:56", "--ignore"];
  for (const words of [["status"], ["logs"], ["reload"], wish]) {
    const { code, stderr } = await as("alice", node, main, ...words);
    must(code === 0, `${words}, by a member of the group: ${code} ${stderr}`);
  }
  must((await as("eve", node, main, "status")).code === 0, "another user does not see the state");
  for (const words of [["reload"], wish]) {
    const { code, stderr } = await as("eve", node, main, ...words);
    const helps = stderr.includes("usermod --append --groups bootlace");
    must(code === 5 && helps, `${words}, by a user outside of the group: ${code} ${stderr}`);
  }
  const post = ["--silent", "--json", "{}", "--output", "/dev/null", "--write-out", "%{http_code}"];
  const answer = (await as("eve", locate("curl"), ...post, "http://127.0.0.1:8067/api/v1/reload")).stdout.toString();
  must(answer === "403", `a reload by TCP: ${answer}`);
  const planted = await as("eve", "sh", "-c", "rm -f /run/bootlace/bootlace.sock; touch /run/bootlace/x");
  must(planted.code !== 0, "another user writes into the folder of the socket");
  await machine.ok(node, main, ...wish.slice(0, 2), "--clear");
  lab.proof(`the socket is ${rights}: a member of the group sets a one-time boot and reloads, another user does not`);
}

async function watchdogBites(lab: Lab, machine: Machine): Promise<void> {
  const main = await property(machine, "MainPID");
  const began = performance.now();
  // It is fed: two of its times pass, and the process is the same.
  await eventually(lab, "four seconds of good health", 10, () => performance.now() - began > 4_000 || undefined);
  must((await property(machine, "MainPID")) === main, "the watchdog ended a daemon in good health");
  await machine.ok("kill", "-STOP", main);
  await eventually(lab, "a restart by the watchdog", 20, async () => {
    const [state, now] = [await property(machine, "ActiveState"), await property(machine, "MainPID")];
    return (state === "active" && now !== "0" && now !== main) || undefined;
  });
  await machine.ok("journalctl", "--sync");
  const said = await machine.ok("journalctl", "--no-pager", "-o", "cat");
  must(said.includes("Watchdog timeout"), "the journal knows nothing of a watchdog");
  lab.proof("kill -STOP: restarted by the watchdog");
}

async function stopsInTime(lab: Lab, machine: Machine, client: string): Promise<void> {
  const large = join(machine.root, "srv/boot/large");
  writeFileSync(large, "");
  truncateSync(large, 1024 ** 3);
  const clients = [`tftp://${BOOT_SERVER}/large`, `http://${BOOT_SERVER}:8069/large`].map((url) => {
    // By HTTP a gigabyte could be over before it is seen to run.
    const args = ["--silent", "--limit-rate", "2M", "--output", "/dev/null", url];
    return start(lab, client, { name: `stuck-${url.slice(0, 4)}`, command: locate("curl"), args });
  });
  const { bootlace } = machine;
  await eventually(lab, "two running transfers", 20, async () => {
    const text = (await machine.run(bootlace[0], bootlace[1], "status", "--json")).stdout.toString();
    return /"transfers":\{"tftp":1,"http":1\}/.test(text) || undefined;
  });
  for (const { pid } of clients) process.kill(pid, "SIGSTOP");
  const began = performance.now();
  await machine.ok("systemctl", "stop", "bootlace");
  const seconds = (performance.now() - began) / 1000;
  must(seconds < 5, `the stop took ${seconds.toFixed(1)} s`);
  must((await property(machine, "Result")) === "success", "the stop was no success");
  must((await property(machine, "ExecMainStatus")) === "0", "the daemon did not end with 0");
  for (const { pid } of clients) process.kill(pid, "SIGKILL");
  lab.proof(`stopped with two transfers running in ${seconds.toFixed(1)} s`);
}

async function brokenConfigStaysDown(machine: Machine): Promise<void> {
  writeFileSync(join(machine.root, CONFIG), "rot: /srv/boot\n");
  const { code } = await machine.run("systemctl", "start", "bootlace");
  must(code !== 0, "a broken config was started");
  const found = await Promise.all(
    ["ExecMainStatus", "ActiveState", "NRestarts"].map((name) => property(machine, name)),
  );
  must(found.join(" ") === "3 failed 0", `with a broken config: ${found.join(" ")}`);
  writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\n");
}

export const serviceSystemd: Scenario = {
  name: "service-systemd",
  proves:
    "install-service under a real systemd: ready after binding, one privilege, journal, reload, watchdog, stop, uninstall",
  async run(lab) {
    const { bootServer, router } = await buildHomeLan(lab);
    const machine = await startMachine(lab, bootServer, { command: [locate("systemd"), "--unit=lab.target"] });
    await eventually(lab, "systemd", 30, async () => {
      const { stdout } = await machine.run("systemctl", "is-system-running");
      return /running|degraded/.test(stdout.toString()) || undefined;
    });
    const [node, main] = machine.bootlace;
    writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\n");
    lab.proof((await machine.ok(node, main, "install-service")).trim().replaceAll("\n", ", "));
    await machine.ok("systemd-analyze", "verify", UNIT);
    const exposure = await machine.ok("systemd-analyze", "security", "--offline=true", "--threshold=25", UNIT);
    lab.proof(/Overall exposure level.*/.exec(exposure)?.[0] ?? "");
    await readyAfterBind(machine);
    lab.proof(await runsWithOneRight(machine));
    must((await property(machine, "StatusText")).includes(BOOT_SERVER), "the status does not say what is served");
    await logIsForTheJournal(machine);
    writeFileSync(join(machine.root, "srv/boot/hello"), "hello\n");
    const got = await runOk(lab, router.netns, locate("curl"), ["--silent", `tftp://${BOOT_SERVER}/hello`]);
    must(got.stdout.toString() === "hello\n", "a file by TFTP is not what it was");
    await reloads(lab, machine);
    await letsTheGroupIn(lab, machine);
    await handsTheTokenOver(lab, machine);
    await quicken(machine);
    await watchdogBites(lab, machine);
    await stopsInTime(lab, machine, router.netns);
    await brokenConfigStaysDown(machine);
    await machine.ok(node, main, "install-service", "--uninstall");
    must((await machine.run("systemctl", "cat", "bootlace")).code !== 0, "the unit is still there");
  },
};
