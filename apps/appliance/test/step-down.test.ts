import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../src/config/parse.ts";
import { handOver, rootOnlyProblem } from "../src/os/hand-over.ts";
import { writableProblem } from "../src/os/root-paths.ts";
import { chooseIdentity } from "../src/os/step-down.ts";
import type { User } from "../src/os/users.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-user-"));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

describe("as whom the daemon goes on", () => {
  const users: Readonly<Record<string, User>> = {
    bootlace: { name: "bootlace", uid: 64_001, gid: 64_001, gids: [64_001] },
    pxe: { name: "pxe", uid: 64_002, gid: 64_002, gids: [64_002] },
    toor: { name: "toor", uid: 0, gid: 0, gids: [0] },
  };
  const open = join(folder, "open");
  writeFileSync(open, "", { mode: 0o644 });
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o700 });
  const choose = (requested: string | undefined, more: Partial<Parameters<typeof chooseIdentity>[1]> = {}) =>
    chooseIdentity(requested, { uid: 0, find: (name) => users[name], needed: [open], ...more });

  it("is itself where root did not start it, or where it shall stay root", () => {
    expect(choose("pxe", { uid: 1000 })).toEqual({ kind: "stay" });
    expect(choose("root")).toEqual({ kind: "stay" });
    expect(choose("toor")).toEqual({ kind: "stay" });
  });

  it("is the user that was named, else bootlace, else root, which is reported", () => {
    expect(choose("pxe")).toEqual({ kind: "become", user: users.pxe });
    expect(choose(undefined)).toEqual({ kind: "become", user: users.bootlace });
    expect(choose(undefined, { find: () => undefined })).toMatchObject({
      kind: "stay",
      note: { level: "info", event: "bootlace.user" },
    });
  });

  it("is nobody when the user that was named is not there or cannot read what it needs", () => {
    expect(choose("nemo")).toEqual({ kind: "impossible", problem: "unknown user nemo (user)" });
    expect(choose("pxe", { needed: [open, closed] })).toEqual({
      kind: "impossible",
      problem: `the user pxe cannot read ${closed}: ${closed} is closed to it`,
    });
    expect(choose(undefined, { needed: [closed] })).toMatchObject({
      kind: "stay",
      note: { level: "warn", message: expect.stringContaining(closed) },
    });
  });
});

describe("what a service of root's runs", () => {
  it("is safe where only root can write it and its folders, and the first part that others can is named", () => {
    const place = mkdtempSync(join(folder, "program-"));
    mkdirSync(join(place, "bin"), { mode: 0o755 });
    const program = join(place, "bin/bootlace");
    writeFileSync(program, "", { mode: 0o755 });
    const me = process.getuid?.() ?? 0;
    const others = me === 0 ? undefined : `belongs to another user (${me})`;
    const problem = () => writableProblem([program], []);
    expect(problem() ?? "safe").toContain(others ?? "safe");
    chmodSync(program, 0o775);
    if (me === 0) chownSync(program, 0, 64_002);
    expect(problem()).toContain(others ?? `a group (64002) can write ${program}`);
    chmodSync(program, 0o755);
    chmodSync(join(place, "bin"), 0o777);
    expect(problem()).toContain(others ?? `every user can write ${join(place, "bin")}`);
    expect(writableProblem([join(folder, "not-there")], [])).toBeUndefined();
  });
});

describe("what root gives away", () => {
  // Only root can give a file to another user. For everybody else the owner stays, and what is made can be seen.
  const root = process.getuid?.() === 0;
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const user: User = root
    ? { name: "x", uid: 64_001, gid: 64_001, gids: [64_001] }
    : { name: "me", ...own, gids: [own.gid] };
  const owner = (...path: string[]) => statSync(join(folder, ...path)).uid;

  function give(name: string) {
    const text = [
      `root: ${join(folder, name, "boot")}`,
      `state: { directory: ${join(folder, name, "bootlace")} }`,
      `log: { file: ${join(folder, name, "b.log")} }`,
    ].join("\n");
    const parsed = parseConfig(text, "f");
    if (!parsed.ok) throw new Error("no config");
    return handOver(parsed.config, user, []);
  }

  it("is the state folder and the log file, made where they are missing; the boot files stay root's", () => {
    mkdirSync(join(folder, "fresh"));
    give("fresh");
    expect([owner("fresh", "bootlace"), owner("fresh", "b.log")]).toEqual([user.uid, user.uid]);
    expect(owner("fresh", "boot")).toBe(own.uid);
    writeFileSync(join(folder, "fresh/bootlace/boots.db"), "");
    give("fresh");
    expect(owner("fresh", "bootlace", "boots.db")).toBe(user.uid);
  });

  it("is no file that a link leads to", () => {
    mkdirSync(join(folder, "links/bootlace"), { recursive: true });
    const secrets = ["hard", "soft", "log"].map((name) => join(folder, "links", name));
    for (const secret of secrets) writeFileSync(secret, "");
    const [hard = "", soft = "", log = ""] = secrets;
    linkSync(hard, join(folder, "links/bootlace/boots.db"));
    symlinkSync(soft, join(folder, "links/bootlace/next.json"));
    symlinkSync(log, join(folder, "links/b.log"));
    give("links");
    expect(secrets.map((secret) => statSync(secret).uid)).toEqual([own.uid, own.uid, own.uid]);
  });

  it("is nothing beside the log, whatever its folder is called, and no log that was somebody's", () => {
    mkdirSync(join(folder, "beside/bootlace"), { recursive: true });
    const others = ["bootlace.yaml", "token", "boots.db"].map((name) => join(folder, "beside/bootlace", name));
    for (const other of others) writeFileSync(other, "", { mode: 0o600 });
    const log = join(folder, "beside/bootlace/bootlace.log");
    const config = parseConfig(`log: { file: ${log} }\ntftp: { enabled: false }\nhttp: { enabled: false }\n`, "f");
    if (!config.ok) throw new Error("no config");
    expect(handOver(config.config, user, [])).toBeUndefined();
    expect([owner("beside/bootlace"), ...others.map((other) => statSync(other).uid)]).toEqual(Array(4).fill(own.uid));
    expect(statSync(log).uid).toBe(user.uid);
  });

  it("is every folder that was missing on the way to the state, and none that was there", () => {
    mkdirSync(join(folder, "deep"));
    const text = `state: { directory: ${join(folder, "deep/a/b/c")} }\ntftp: { enabled: false }\nhttp: { enabled: false }\n`;
    const parsed = parseConfig(text, "f");
    if (!parsed.ok) throw new Error("no config");
    handOver(parsed.config, user, []);
    expect(["deep", "deep/a", "deep/a/b", "deep/a/b/c"].map((name) => owner(name))).toEqual([
      own.uid,
      user.uid,
      user.uid,
      user.uid,
    ]);
  });

  it("is the folder of the socket where it was missing, and a socket of root's in it; no file that is called like it", () => {
    const config = (path: string) => {
      const parsed = parseConfig(
        `admin: { socket: ${path} }\ntftp: { enabled: false }\nhttp: { enabled: false }\n`,
        "f",
      );
      if (!parsed.ok) throw new Error("no config");
      return parsed.config;
    };
    const path = join(folder, "socket/bootlace/a.sock");
    mkdirSync(join(folder, "socket"));
    expect(handOver(config(path), user, [])).toBeUndefined();
    expect([owner("socket"), owner("socket/bootlace")]).toEqual([own.uid, user.uid]);
    // What root bound before it became that user.
    const program = "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
    spawnSync(process.execPath, ["-e", program, path]);
    handOver(config(path), user, []);
    expect([statSync(path).isSocket(), owner("socket/bootlace/a.sock")]).toEqual([true, user.uid]);
    const secret = join(folder, "socket/secret");
    writeFileSync(secret, "");
    rmSync(path);
    linkSync(secret, path);
    handOver(config(path), user, []);
    rmSync(path);
    symlinkSync(secret, path);
    handOver(config(path), user, []);
    expect(owner("socket/secret")).toBe(own.uid);
  });

  describe.each(["state", "log"] as const)("for the %s", (what) => {
    const setting = what === "state" ? "state.directory" : "log.file";
    /** A folder of root's with secrets, and a folder beside it in which an ordinary user may have put something. */
    function place(name: string) {
      const top = join(folder, `${what}-${name}`);
      mkdirSync(join(top, "secrets"), { recursive: true });
      mkdirSync(join(top, "home"));
      writeFileSync(join(top, "secrets/next.json"), "secret", { mode: 0o600 });
      const config = (path: string) => {
        const text = what === "state" ? `state: { directory: ${path} }` : `log: { file: ${path}/b.log }`;
        const parsed = parseConfig(`${text}\ntftp: { enabled: false }\nhttp: { enabled: false }\n`, "f");
        if (!parsed.ok) throw new Error("no config");
        return parsed.config;
      };
      const secretsStay = () => {
        expect([join(top, "secrets"), join(top, "secrets/next.json")].map((path) => statSync(path).uid)).toEqual([
          own.uid,
          own.uid,
        ]);
        expect(readdirSync(join(top, "secrets"))).toEqual(["next.json"]);
      };
      return { top, config, secretsStay };
    }

    it("nothing is behind a link, at any part of the path", () => {
      for (const depth of ["last", "middle"]) {
        const { top, config, secretsStay } = place(`link-${depth}`);
        // A group's members can put links here; that the link is root's own makes it none of theirs.
        chmodSync(join(top, "home"), 0o775);
        symlinkSync("../secrets", join(top, "home/x"));
        const path = depth === "last" ? join(top, "home/x") : join(top, "home/x/more");
        expect(handOver(config(path), user, [])).toMatch(`${setting}: ${join(top, "home/x")} is a link`);
        secretsStay();
      }
    });

    it("nothing is where an ordinary user could put a link, and the part is named", () => {
      const { top, config, secretsStay } = place("writable");
      chmodSync(join(top, "home"), 0o777);
      const path = join(top, "home/bootlace");
      const refused = `${setting}: every user can write ${join(top, "home")}`;
      expect([handOver(config(path), user, []), rootOnlyProblem(config(path), [own.uid])]).toEqual([refused, refused]);
      expect(readdirSync(join(top, "home"))).toEqual([]);
      secretsStay();
    });

    it("nothing is in a folder of another user, but that of who called sudo", () => {
      const { top, config } = place("theirs");
      // Without root nobody can give a folder away: then root is who is trusted, and this user is the other one.
      const theirs = root ? 64_009 : own.uid;
      if (root) chownSync(join(top, "home"), theirs, theirs);
      const path = join(top, "home/deep");
      expect(rootOnlyProblem(config(path), [])).toContain(`belongs to another user (${theirs})`);
      expect(rootOnlyProblem(config(path), [theirs])).toBeUndefined();
    });
  });

  it("is no folder with other things in it", () => {
    const text = `state: { directory: ${join(folder, "shared")} }\ntftp: { enabled: false }\nhttp: { enabled: false }\n`;
    mkdirSync(join(folder, "shared"));
    writeFileSync(join(folder, "shared/letter"), "");
    const parsed = parseConfig(text, "f");
    if (!parsed.ok) throw new Error("no config");
    handOver(parsed.config, user, []);
    expect([owner("shared"), owner("shared", "letter")]).toEqual([own.uid, own.uid]);
    expect(existsSync(join(folder, "shared/boots.db"))).toBe(false);
  });
});
