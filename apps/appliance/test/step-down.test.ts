import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../src/config/parse.ts";
import { handOver } from "../src/os/hand-over.ts";
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
    handOver(parsed.config, user);
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

  it("is no folder with other things in it", () => {
    const text = `state: { directory: ${join(folder, "shared")} }\ntftp: { enabled: false }\nhttp: { enabled: false }\n`;
    mkdirSync(join(folder, "shared"));
    writeFileSync(join(folder, "shared/letter"), "");
    const parsed = parseConfig(text, "f");
    if (!parsed.ok) throw new Error("no config");
    handOver(parsed.config, user);
    expect([owner("shared"), owner("shared", "letter")]).toEqual([own.uid, own.uid]);
    expect(existsSync(join(folder, "shared/boots.db"))).toBe(false);
  });
});
