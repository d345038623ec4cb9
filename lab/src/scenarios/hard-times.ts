import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, readRecords } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { LogRecord } from "../log-record.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { listening } from "../ports.ts";
import { run, runOk, start } from "../processes.ts";

/** A daemon whose state and log lie on a disk of their own, and a client that fetches a file from it. */
interface Daemon {
  readonly disk: string;
  readonly folder: string;
  /** How often the console has shown an event so far. */
  reported(event: string): number;
  records(): readonly LogRecord[];
  stop(): Promise<void>;
  /** Gets a file by TFTP, `hello` when none is named; the status of curl. */
  fetch(file?: string): Promise<number>;
  command(...words: readonly string[]): Promise<number>;
  /** The boot file that a machine would be offered now. */
  offered(mac: string, arch: string): Promise<string>;
  /** Waits until an event was logged that often. */
  logs(event: string, times: number, seconds?: number): Promise<void>;
}

const yaml = (disk: string) => `user: root
root: ${disk}/boot
state: { directory: ${disk}/state }
log: { file: ${disk}/log/bootlace.log }
`;

/** A disk that is full after some pages: the kernel refuses what does not fit, as any full disk does. */
function addDisk(lab: Lab): string {
  const disk = join(lab.folder, "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", disk]);
  lab.defer(async () => void execFileSync("umount", ["--lazy", disk]));
  mkdirSync(join(disk, "log"));
  return disk;
}

async function startDaemon(lab: Lab, host: Host, client: Host): Promise<Daemon> {
  const disk = addDisk(lab);
  const folder = join(lab.folder, host.role);
  mkdirSync(folder);
  mkdirSync(join(disk, "boot"));
  for (const name of ["hello", "pxelinux.0"]) writeFileSync(join(disk, "boot", name), "hello\n");
  writeFileSync(join(folder, "bootlace.yaml"), yaml(disk));
  const args = [BOOTLACE_MAIN, "serve", "--config", "bootlace.yaml"];
  const started = start(lab, host.netns, { name: "bootlace", command: process.execPath, args, cwd: folder });
  await listening(lab, started, [67, 4011, 69]);
  const records = () => readRecords(started.output.text());
  const reported = (event: string) => records().filter((record) => record.event === event).length;
  return {
    disk,
    folder,
    records,
    reported,
    async fetch(file = "hello") {
      const args = ["--silent", "--max-time", "10", `tftp://${BOOT_SERVER}/${file}`];
      return (await run(lab, client.netns, locate("curl"), args)).code;
    },
    async command(...words) {
      const args = [BOOTLACE_MAIN, ...words];
      return (await run(lab, host.netns, process.execPath, args, { cwd: folder })).code;
    },
    async offered(mac, arch) {
      const body = JSON.stringify({ mac, arch });
      const header = ["--silent", "--header", "Content-Type: application/json", "--data", body];
      const url = "http://127.0.0.1:8067/api/v1/explain";
      const { stdout } = await run(lab, host.netns, locate("curl"), [...header, url]);
      return String((JSON.parse(stdout.toString()) as { bootFile?: string }).bootFile);
    },
    async logs(event, times, seconds = 15) {
      await eventually(lab, `${event}, ${times} times`, seconds, () => reported(event) >= times || undefined);
      must(reported(event) === times, `${event} was logged ${reported(event)} times, not ${times}`);
    },
    async stop() {
      const exit = await started.stop("SIGTERM", 10);
      must("code" in exit && exit.code === 0, `SIGTERM ended it with ${JSON.stringify(exit)}, not with 0`);
    },
  };
}

/** Fills the disk; the last that is copied there is a boot file, which does not fit. */
function fill(disk: string, program: Buffer): () => void {
  const file = join(disk, "filler");
  const untilFull = (write: () => void) => {
    try {
      for (;;) write();
    } catch (error) {
      must((error as NodeJS.ErrnoException).code === "ENOSPC", `the disk is not full: ${error}`);
    }
  };
  untilFull(() => writeFileSync(file, Buffer.alloc(65_536), { flag: "a" }));
  truncateSync(file, statSync(file).size - 40_960);
  const cut = join(disk, "boot/bootx64.efi");
  untilFull(() => writeFileSync(cut, program));
  const { size } = statSync(cut);
  must(size > 0 && size < program.length, `${size} of ${program.length} bytes of the boot file were written`);
  untilFull(() => writeFileSync(file, Buffer.alloc(4_096), { flag: "a" }));
  return () => rmSync(file);
}

async function fullDisk(lab: Lab, daemon: Daemon): Promise<void> {
  must((await daemon.command("next", "52:54:00:00:00:01", "--file", "hello")) === 0, "no one-time boot could be set");
  const program = readFileSync(locate("syslinuxX64"));
  const empty = fill(daemon.disk, program);
  for (let round = 0; round < 12; round += 1) must((await daemon.fetch()) === 0, "no file with a full disk");
  await daemon.logs("log.file-failed", 1);
  // A boot that came to nothing is worth keeping, and cannot be kept.
  must((await daemon.fetch("pxelinux.0")) === 0 && (await daemon.fetch("ldlinux.c32")) !== 0, "not a boot that fails");
  await daemon.logs("history.write-failed", 1, 30);
  for (const last of [2, 3]) {
    must((await daemon.command("next", `52:54:00:00:00:0${last}`, "--file", "hello")) === 0, "no one-time boot");
  }
  await daemon.logs("boot.next-unwritable", 1);
  empty();
  must((await daemon.fetch()) === 0, "no file with room on the disk");
  const mac = "52:54:00:00:00:09";
  const offered = () => daemon.offered(mac, "x64-uefi");
  const cut = await offered();
  must(cut !== "bootx64.efi", "a boot file that was cut short is handed out");
  writeFileSync(join(daemon.disk, "boot/bootx64.efi"), program);
  await eventually(lab, "the whole boot file", 15, async () => (await offered()) === "bootx64.efi" || undefined);
  must((await daemon.command("next", "52:54:00:00:00:04", "--file", "hello")) === 0, "no one-time boot could be set");
  for (const event of ["log.file-back", "history.writable-again", "boot.next-writable"]) await daemon.logs(event, 1);
  await daemon.logs("log.file-failed", 1);
  const kept = JSON.parse(readFileSync(join(daemon.disk, "state/next.json"), "utf8")) as { next: unknown[] };
  must(kept.next.length === 4, `${kept.next.length} one-time boots were kept, not 4`);
  lab.row("disk-full", `with the cut bootx64.efi an x64 machine would have got ${cut}; 4 one-time boots kept`);
}

/** A disk that fills up cuts a line off; all others stay whole. */
function logIsWhole(path: string): void {
  const broken = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .filter((line) => !isJson(line));
  must(broken.length <= 1, `${broken.length} lines of the log are no JSON: ${broken[1]}`);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

async function logRotated(lab: Lab, daemon: Daemon): Promise<void> {
  const log = join(daemon.disk, "log/bootlace.log");
  logIsWhole(log);
  renameSync(log, `${log}.1`);
  await eventually(lab, "a new log file", 15, async () => {
    await daemon.fetch();
    return existsSync(log) || undefined;
  });
  rmSync(join(daemon.disk, "log"), { recursive: true });
  await eventually(lab, "the folder of the log to be missed", 15, async () => {
    await daemon.fetch();
    return daemon.reported("log.file-failed") === 2 || undefined;
  });
  mkdirSync(join(daemon.disk, "log"));
  await eventually(lab, "the log file again", 15, async () => {
    await daemon.fetch();
    return daemon.reported("log.file-back") === 2 || undefined;
  });
  must(existsSync(log), "the log file is not there again");
  lab.row("log-gone", "a new file after the rename; the missing folder is logged once, and used again when it is back");
}

async function treeRemoved(lab: Lab, daemon: Daemon): Promise<void> {
  const tree = join(daemon.disk, "boot");
  renameSync(tree, `${tree}.away`);
  await daemon.logs("boot.root-gone", 1);
  // A file that was open a moment ago is not looked for again.
  await eventually(lab, "no file from a tree that is gone", 5, async () => (await daemon.fetch()) !== 0 || undefined);
  const trees = daemon.reported("boot.tree");
  renameSync(`${tree}.away`, tree);
  await daemon.logs("boot.tree", trees + 1);
  await eventually(lab, "a file from the tree that is back", 5, async () => (await daemon.fetch()) === 0 || undefined);
  await daemon.logs("boot.root-gone", 1);
  lab.row("tree-gone", "logged once; the folder is read again when it is back");
}

async function interfaceDown(lab: Lab, daemon: Daemon, host: Host): Promise<void> {
  const link = (state: string) => runOk(lab, host.netns, locate("ip"), ["link", "set", "eth0", state]);
  const before = daemon.reported("net.interfaces");
  const ready = () => run(lab, host.netns, locate("curl"), ["--silent", "--fail", "http://127.0.0.1:8067/readyz"]);
  must((await ready()).code === 0, "it does not call itself ready");
  await link("down");
  await daemon.logs("net.interfaces", before + 1);
  must((await ready()).code !== 0, "it calls itself ready without an interface");
  await link("up");
  await daemon.logs("net.interfaces", before + 2);
  await eventually(
    lab,
    "a file after the interface came back",
    15,
    async () => (await daemon.fetch()) === 0 || undefined,
  );
  must((await ready()).code === 0, "it does not call itself ready again");
  lab.row("interface-down", "/readyz fails meanwhile; a file comes when it is up again");
}

export const hardTimes: Scenario = {
  name: "hard-times",
  proves: "a full disk, a missing log, a missing boot folder, an interface that is down: it logs each and recovers",
  rows: [
    {
      id: "disk-full",
      section: "Faults",
      done: "the disk with log, state and boot folder is full, which truncates a boot file",
      holds:
        "files are served; what cannot be written is logged once; no machine gets the truncated program; once there is room, everything is written",
    },
    {
      id: "log-gone",
      section: "Faults",
      done: "the log file is renamed, then its folder is removed and restored",
      holds: "no line is cut; a new file is started; logged once",
    },
    {
      id: "tree-gone",
      section: "Faults",
      done: "the boot folder is missing, and comes back",
      holds: "it is logged once; no restart",
    },
    {
      id: "interface-down",
      section: "Faults",
      done: "the interface goes down, and up again",
      holds: "it is logged; no restart",
    },
  ],
  async run(lab) {
    const { bootServer, router } = await buildHomeLan(lab);
    const daemon = await startDaemon(lab, bootServer, router);
    must((await daemon.fetch()) === 0, "no file at the beginning");
    await fullDisk(lab, daemon);
    await logRotated(lab, daemon);
    await treeRemoved(lab, daemon);
    await interfaceDown(lab, daemon, bootServer);
    await daemon.stop();
    const errors = daemon.records().filter(({ level }) => level === "error" || level === "fatal");
    must(
      errors.every(({ event }) => event === "boot.root-gone"),
      `it logged another error: ${JSON.stringify(errors)}`,
    );
  },
};
