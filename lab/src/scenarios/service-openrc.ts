import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { type Machine, startMachine } from "../machine.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";

const CONFIG = "/etc/bootlace/bootlace.yaml";
const LOG = "/var/log/bootlace/bootlace.log";

/** What the boot leaves behind: OpenRC believes it is over. */
const STATES =
  "starting started stopping inactive wasinactive failed hotplugged daemons options exclusive scheduled tmp";
const PAST_BOOT = `touch /etc/insserv.conf; for state in ${STATES}; do mkdir -p /run/openrc/$state; done; touch /run/openrc/softlevel`;

const NETWORK = `#!/sbin/openrc-run
depend() { provide net; }
start() { return 0; }
`;

/** The daemon, not the supervisor: the only process of this machine with this command line. */
async function daemon(machine: Machine): Promise<string | undefined> {
  const { stdout } = await machine.run("pgrep", "-f", "^/[^ ]+ /opt/bootlace/apps/appliance/dist/main.js serve");
  return stdout.toString().trim().split("\n")[0] || undefined;
}

async function fields(machine: Machine, pid: string): Promise<(name: string) => string | undefined> {
  const status = await machine.ok("cat", `/proc/${pid}/status`);
  return (name) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
}

/** Started by root, it is another user now, with one right; and that user owns what it writes. */
async function leftRoot(lab: Lab, machine: Machine, pid: string): Promise<void> {
  const field = await fields(machine, pid);
  const uid = (await machine.ok("id", "-u", "bootlace")).trim();
  const rights = ["CapEff", "CapPrm", "CapBnd"].map((name) => field(name));
  must(field("Uid") === uid && uid !== "0", `the daemon has uid ${field("Uid")}, bootlace is ${uid}`);
  must(
    rights.every((set) => set === "0000000000000400"),
    `the rights of the daemon: ${rights}`,
  );
  const owners = await machine.ok("stat", "-c", "%U", "/var/lib/bootlace", "/var/lib/bootlace/boots.db");
  must(owners === "bootlace\nbootlace\n", `the state belongs to ${owners}`);
  const socket = (await machine.ok("stat", "-c", "%F %a %U %G", "/run/bootlace/bootlace.sock")).trim();
  must(socket === "socket 660 bootlace bootlace", `the socket of the API: ${socket}`);
  lab.proof(`uid ${uid}, CapEff ${rights[0]}`);
}

async function reloads(lab: Lab, machine: Machine): Promise<void> {
  const log = () => readFileSync(join(machine.root, LOG), "utf8");
  writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\ntftp: { maxBlockSize: 1400 }\n");
  await machine.ok("rc-service", "bootlace", "reload");
  must(log().includes("changed: tftp.maxBlockSize"), "the reload changed nothing");
  writeFileSync(join(machine.root, CONFIG), "rot: /srv/boot\n");
  const refused = await machine.run("rc-service", "bootlace", "reload");
  must(refused.code !== 0, "the reload of a broken config ended with 0");
  const check = await machine.run("rc-service", "bootlace", "checkconfig");
  must(check.code !== 0 && check.stdout.toString().includes("E003"), `checkconfig: ${check.code} ${check.stdout}`);
  await machine.ok("rc-service", "bootlace", "status");
  lab.proof(`reload: 0; of a broken config ${refused.code}`);
  // Without the API a signal must do.
  writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\nadmin: { enabled: false }\n");
  await machine.ok("rc-service", "bootlace", "reload");
  await eventually(lab, "a reload by signal", 10, () => log().includes("admin.enabled") || undefined);
  writeFileSync(
    join(machine.root, CONFIG),
    "root: /srv/boot\ntftp: { maxBlockSize: 1428 }\nadmin: { enabled: false }\n",
  );
  await machine.ok("rc-service", "bootlace", "reload");
  await eventually(
    lab,
    "a reload by signal",
    10,
    () => /changed: tftp.maxBlockSize"?/.test(log().split("admin.enabled")[1] ?? "") || undefined,
  );
}

/** The sockets of an address that comes back are on low ports: root is left, and the right to them is not. */
async function followsItsInterface(lab: Lab, machine: Machine, log: () => string): Promise<void> {
  const ends = () => log().split("tftp.listening").length;
  const before = ends();
  await machine.ok("ip", "link", "set", "eth0", "down");
  await eventually(
    lab,
    "the interface to be missed",
    10,
    () => log().includes("waiting for an interface to serve") || undefined,
  );
  await machine.ok("ip", "link", "set", "eth0", "up");
  await eventually(lab, "TFTP on port 69 again", 10, () => ends() > before || undefined);
}

/** As on a machine without setpriv(1): the ports are bound first, then all rights are given up. */
async function leavesRootWithoutSetpriv(lab: Lab, machine: Machine, log: () => string): Promise<void> {
  const before = log().length;
  await machine.ok("rm", locate("setpriv"));
  await machine.ok("rc-service", "bootlace", "start");
  const fresh = () => log().slice(before);
  await eventually(lab, "a daemon that is ready", 20, () => fresh().includes("bootlace.ready") || undefined);
  const pid = await daemon(machine);
  must(pid !== undefined, "the daemon does not run");
  const field = await fields(machine, pid);
  const found = ["Uid", "Gid", "CapEff", "CapPrm"].map((name) => field(name));
  const ids = await Promise.all(
    ["-u", "-g"].map(async (option) => (await machine.ok("id", option, "bootlace")).trim()),
  );
  must(found.join() === [...ids, "0000000000000000", "0000000000000000"].join(), `the rights of the daemon: ${found}`);
  must(fresh().includes("without CAP_NET_BIND_SERVICE"), "the log does not say what is lost");
  await machine.ok("rc-service", "bootlace", "stop");
  lab.proof(`without setpriv: uid ${found[0]}, CapEff ${found[2]}`);
}

export const serviceOpenrc: Scenario = {
  name: "service-openrc",
  proves:
    "install-service under OpenRC: start, root dropped, status, reload, respawn, stop, a broken config, uninstall",
  async run(lab) {
    const { bootServer, router } = await buildHomeLan(lab);
    const trees = (["openrc", "libeinfo", "librc"] as const).map((piece) => locate(piece));
    // Process 1 has to wait for orphans, as an init does: supervise-daemon becomes one.
    const command = ["/bin/bash", "-c", "while :; do sleep 1 & wait; done"];
    const machine = await startMachine(lab, bootServer, { command, trees });
    await machine.ok("/bin/sh", "-c", PAST_BOOT);
    writeFileSync(join(machine.root, "etc/init.d/lab-network"), NETWORK, { mode: 0o755 });
    writeFileSync(join(machine.root, CONFIG), "root: /srv/boot\n");
    writeFileSync(join(machine.root, "srv/boot/hello"), "hello\n");
    const [node, main] = machine.bootlace;
    const said = await machine.ok(node, main, "install-service", "--openrc");
    lab.proof(said.trim().replaceAll("\n", ", "));
    must(said.includes("created the user bootlace"), "no user was made");
    must((await machine.ok("rc-update", "show", "default")).includes("bootlace"), "it does not start with the machine");
    await machine.ok("rc-service", "bootlace", "status");

    const log = () => readFileSync(join(machine.root, LOG), "utf8");
    await eventually(lab, "a daemon that is ready", 20, () => log().includes("bootlace.ready") || undefined);
    const got = await runOk(lab, router.netns, locate("curl"), ["--silent", `tftp://${BOOT_SERVER}/hello`]);
    must(got.stdout.toString() === "hello\n", "a file by TFTP is not what it was");
    const pid = await daemon(machine);
    must(pid !== undefined, "the daemon does not run");
    await leftRoot(lab, machine, pid);
    await followsItsInterface(lab, machine, log);
    await reloads(lab, machine);

    await machine.ok("kill", "-KILL", pid);
    await eventually(lab, "a new daemon after kill -9, and not as root", 30, async () => {
      const found = await daemon(machine);
      if (found === undefined || found === pid) return undefined;
      return (await fields(machine, found))("Uid") !== "0" || undefined;
    });

    await machine.ok("rc-service", "bootlace", "stop");
    must((await daemon(machine)) === undefined, "the daemon outlives its stop");
    must(
      (await machine.run("rc-service", "bootlace", "status")).code === 3,
      "the status of a stopped service is not 3",
    );
    await leavesRootWithoutSetpriv(lab, machine, log);
    writeFileSync(join(machine.root, CONFIG), "rot: /srv/boot\n");
    must((await machine.run("rc-service", "bootlace", "start")).code !== 0, "a broken config was started");
    must((await daemon(machine)) === undefined, "a broken config runs");
    await machine.ok(node, main, "install-service", "--openrc", "--uninstall");
    must(!existsSync(join(machine.root, "etc/init.d/bootlace")), "the script is still there");
    must(!(await machine.ok("rc-update", "show", "default")).includes("bootlace"), "it still starts with the machine");
  },
};
