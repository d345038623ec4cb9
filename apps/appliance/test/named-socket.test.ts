import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { nameSocket, SocketError } from "../src/os/unix-socket.ts";

const me = process.geteuid?.() ?? 0;
const trusted = new Set([0, me]);

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-socket-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Gives a server a name, as the API does. */
async function named(path: string, server: Server = createServer((socket) => socket.end())) {
  onTestFinished(() => void server.close());
  const listen = async (first: string) => {
    server.listen(first);
    await once(server, "listening");
  };
  return { server, name: await nameSocket(path, listen, trusted) };
}

/** What a process with another identity gets: "in", or the code of the system's error. */
function tryAs(path: string, identity: { uid?: number; gid?: number }): string {
  const program = `require("net").connect(process.argv[1]).on("connect", () => { console.log("in"); process.exit() })
    .on("error", ({ code }) => { console.log(code); process.exit() })`;
  return spawnSync("/proc/self/exe", ["-e", program, path], { ...identity, encoding: "utf8" }).stdout.trim();
}

/** A socket whose process has died: nothing removes its name. */
function leftBehind(path: string): void {
  const program = "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
  spawnSync(process.execPath, ["-e", program, path]);
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe("a named socket", () => {
  it("is open to its owner and the group, and nothing else is left in the folder", async () => {
    const path = join(scratch(), "run/bootlace/a.sock");
    const { name } = await named(path);
    const { mode, uid, gid } = lstatSync(path);
    expect([mode & 0o777, uid, gid]).toEqual([0o660, me, process.getegid?.()]);
    expect([readdirSync(join(path, "..")), tryAs(path, {})]).toEqual([["a.sock"], "in"]);
    await name.close();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("lets in members of the group, and no other user", async () => {
    const path = join(scratch(), "a.sock");
    await named(path);
    // Only root can become another user.
    const others = me === 0;
    if (others) chownSync(path, 0, 64_001);
    expect(tryAs(path, others ? { uid: 64_066, gid: 64_001 } : {})).toBe("in");
    if (!others) chmodSync(path, 0);
    expect(tryAs(path, others ? { uid: 64_066, gid: 64_066 } : {})).toBe("EACCES");
  });

  it("replaces one that a dead process left, and none that answers", async () => {
    const path = join(scratch(), "a.sock");
    leftBehind(path);
    const first = await named(path);
    expect(tryAs(path, {})).toBe("in");
    const before = lstatSync(path).ino;
    await expect(named(path)).rejects.toThrow(`${path}: another process listens there`);
    expect([lstatSync(path).ino, tryAs(path, {})]).toEqual([before, "in"]);
    await first.name.close();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("leaves alone what is no socket, where a link leads, and the socket of whoever came later", async () => {
    const folder = scratch();
    const file = join(folder, "file");
    writeFileSync(file, "mine");
    await expect(named(file)).rejects.toThrow("exists and is not a socket");
    symlinkSync(file, join(folder, "link"));
    await expect(named(join(folder, "link"))).rejects.toThrow("exists and is not a socket");
    const first = await named(join(folder, "a.sock"));
    rmSync(join(folder, "a.sock"));
    await named(join(folder, "a.sock"));
    await first.name.close();
    expect(readdirSync(folder).sort()).toEqual(["a.sock", "file", "link"]);
  });

  it.each([
    ["everybody can write", 0o777, "every user can write"],
    ["everybody can write and is sticky, such as /tmp", 0o1777, "every user can write"],
  ])("is refused in a folder that %s", async (_, mode, problem) => {
    const folder = join(scratch(), "open");
    mkdirSync(folder);
    chmodSync(folder, mode);
    await expect(named(join(folder, "a.sock"))).rejects.toThrow(problem);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is refused below a folder of another user, and behind a link of theirs", async () => {
    const folder = scratch();
    mkdirSync(join(folder, "home/run"), { recursive: true });
    mkdirSync(join(folder, "mine"));
    symlinkSync(join(folder, "mine"), join(folder, "link"));
    const strangers = me === 0 ? trusted : new Set<number>();
    if (me === 0) {
      chownSync(join(folder, "home"), 64_066, 64_066);
      spawnSync("chown", ["-h", "64066", join(folder, "link")]);
    }
    const refused = (path: string) => nameSocket(join(folder, path), async () => undefined, strangers);
    await expect(refused("home/run/a.sock")).rejects.toThrow(/belongs to another user \(\d+\)/);
    await expect(refused("link/a.sock")).rejects.toThrow(/belongs to another user \(\d+\)/);
    expect(readdirSync(join(folder, "mine"))).toEqual([]);
  });

  it("has a path that fits into a socket's name", async () => {
    const path = join(scratch(), `${"x".repeat(107)}.sock`);
    await expect(named(path)).rejects.toBeInstanceOf(SocketError);
    await expect(named(path)).rejects.toThrow("too long for a socket");
  });
});
