import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOOTLACE_MAIN, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { type Finished, run, runOk, start } from "../processes.ts";

/** An ordinary user of the machine, with nothing but a folder; and the one that the daemon becomes. */
const EVE = 64_066;
const NOBODY = { name: "nobody", uid: 65_534 };
const PORTS = { admin: 8067, http: 8069 };

/** A folder that every user reaches, as /srv and /home are. */
function openFolder(lab: Lab): string {
  const folder = mkdtempSync(join(tmpdir(), "hostile-host-"));
  chmodSync(folder, 0o755);
  lab.defer(async () => rmSync(folder, { recursive: true }));
  return folder;
}

function asEve(lab: Lab, host: Host, ...words: string[]): Promise<Finished> {
  const args = ["--reuid", String(EVE), "--regid", String(EVE), "--clear-groups", ...words];
  return runOk(lab, host.netns, locate("setpriv"), args);
}

/** Bootlace as root in a folder: it has to end by itself. */
async function asRoot(lab: Lab, host: Host, cwd: string, ...words: string[]): Promise<Finished> {
  return run(lab, host.netns, process.execPath, [BOOTLACE_MAIN, ...words], { cwd });
}

/** Whose every part of a folder is. */
function owners(folder: string): string {
  const names = ["", ...readdirSync(folder)].sort();
  return names.map((name) => `${name || "."}:${statSync(join(folder, name)).uid}`).join(" ");
}

/** A folder of hers with a config that wants a root's file as token, and as boot files. */
async function plantsAConfig(lab: Lab, host: Host, top: string): Promise<void> {
  const folder = join(top, "eve");
  mkdirSync(folder);
  chownSync(folder, EVE, EVE);
  const secret = join(top, "secret");
  writeFileSync(secret, "root-of-all-secrets\n", { mode: 0o600 });
  const config = `user: root\nadmin: { address: ${BOOT_SERVER}, tokenFile: ${secret} }\n`;
  await asEve(lab, host, "sh", "-c", `printf '%s' "$1" > "$2"`, "sh", config, join(folder, "bootlace.yaml"));
  for (const words of [["status"], ["serve"], ["reload"], ["logs"]]) {
    const { code, stderr } = await asRoot(lab, host, folder, ...words);
    must(code === 3 && /belongs to another user/.test(stderr), `${words}: ${code} ${stderr}`);
  }
  lab.proof("a config in a stranger's folder is not read by status, serve, reload and logs");
}

/** Her home is on the way to the state and to the log, and in it is a link to a folder of root's. */
async function plantsLinks(lab: Lab, host: Host, top: string): Promise<void> {
  const secrets = join(top, "secrets");
  mkdirSync(secrets);
  for (const name of ["boots.db", "next.json"]) writeFileSync(join(secrets, name), "", { mode: 0o600 });
  const home = join(top, "home");
  mkdirSync(home);
  chownSync(home, EVE, EVE);
  await asEve(lab, host, "ln", "-s", secrets, join(home, "bootlace"));
  const before = owners(secrets);
  for (const user of [NOBODY.name, "root"]) {
    for (const place of [`state.directory=${home}/bootlace`, `log.file=${home}/bootlace/next.json`]) {
      // Not the state folder of the machine the lab runs on.
      const state = place.startsWith("log") ? ["--set", `state.directory=${join(top, "state")}`] : [];
      const words = ["serve", "--set", `user=${user}`, "--set", place, ...state, "--root", join(top, "boot")];
      const { code, stderr } = await asRoot(lab, host, top, ...words);
      const named = stderr.includes(`${home} belongs to another user (${EVE})`);
      // Where the checkout itself is closed to that user, the message says so before.
      const closed = user === NOBODY.name && stderr.includes("cannot read");
      must(code === 4 && (named || closed), `${user}, ${place}: ${code} ${stderr}`);
    }
  }
  must(owners(secrets) === before, `what the link leads to changed: ${owners(secrets)}`);
  lab.proof("links on the way to state and log are refused, by name, and change nothing");
}

/** She has the ports of HTTP and the API first: machines are served by TFTP, and the rest follows when she goes. */
async function takesPorts(lab: Lab, host: Host, top: string): Promise<void> {
  const etc = join(top, "etc");
  mkdirSync(etc);
  for (const name of ["token", "other-secret"])
    writeFileSync(join(etc, name), "0123456789abcdef0123\n", { mode: 0o644 });
  const listener = `require("net").createServer().listen(${PORTS.admin}, "127.0.0.1");
    require("net").createServer().listen(${PORTS.http}, "${BOOT_SERVER}", () => console.log("taken"))`;
  const eve = start(lab, host.netns, {
    name: "eve",
    command: locate("setpriv"),
    args: ["--reuid", String(EVE), "--regid", String(EVE), "--clear-groups", process.execPath, "-e", listener],
  });
  await eventually(lab, "the ports taken", 10, () => eve.output.text().includes("taken") || undefined);
  const yaml = `log: { file: ${join(etc, "bootlace.log")} }\n`;
  const bootlace = await startBootlace(lab, host, { yaml, tree: {} });
  const said = (event: string) => bootlace.records().some((record) => record.event === event);
  await eventually(
    lab,
    "a report of both",
    10,
    () => (said("admin.listen-failed") && said("http.listen-failed")) || undefined,
  );
  must(
    !owners(etc)
      .replace(/bootlace\.log:\d+/, "")
      .includes(String(NOBODY.uid)),
    `given away: ${owners(etc)}`,
  );
  await eve.stop("SIGTERM", 10);
  await eventually(lab, "HTTP and the API", 20, () => (said("admin.listening") && said("http.listening")) || undefined);
  lab.proof(`TFTP and DHCP start beside taken ports, which are served once free; beside the log: ${owners(etc)}`);
}

export const hostileHost: Scenario = {
  name: "hostile-host",
  proves:
    "an ordinary user of the machine plants configs and links and takes ports: root reads, gives away and stops nothing",
  async run(lab) {
    const { bootServer } = await buildHomeLan(lab);
    const top = openFolder(lab);
    await plantsAConfig(lab, bootServer, top);
    await plantsLinks(lab, bootServer, top);
    await takesPorts(lab, bootServer, top);
  },
};
