import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { status } from "../src/cli/status.ts";
import { foundConfigProblem } from "../src/config/found-config.ts";
import { loadConfig } from "../src/config/load.ts";
import { commandLine } from "./helpers/command-line.ts";

function folderWith(config: string): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-found-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "bootlace.yaml"), config, { mode: 0o644 });
  return folder;
}

const me = process.geteuid?.() ?? 0;
const somebody = 64_007;

function reported(cwd: string, more: { uid?: number; env?: Record<string, string> } = {}): string[] {
  const result = loadConfig({ cwd, ...more });
  return result.ok ? [] : result.faults.map(({ code, problem }) => `${code} ${problem.replaceAll(cwd, "DIR")}`);
}

describe("a config that was found and not named", () => {
  test("counts where nobody else could have written it", () => {
    expect(reported(folderWith("root: files\n"))).toEqual([]);
  });

  test.each([
    ["a file that every user can write", "bootlace.yaml", 0o666, "every user can write DIR/bootlace.yaml"],
    ["a folder that every user can write", ".", 0o777, "every user can write DIR"],
    ["a folder such as /tmp", ".", 0o1777, "every user can write DIR"],
  ])("does not count from %s", (_name, place, mode, why) => {
    const folder = folderWith("root: files\n");
    chmodSync(join(folder, place), mode);
    expect(reported(folder)).toEqual([`E042 this file was found here, not named, and ${why}`]);
    expect(loadConfig({ cwd: folder, file: "bootlace.yaml" }).ok).toBe(true);
    expect(loadConfig({ cwd: folder, env: { BOOTLACE_CONFIG: "bootlace.yaml" } }).ok).toBe(true);
  });

  test("does not count when another user owns the file, the link or the folder, for root neither", () => {
    const own = { uid: 0, gid: 0, mode: 0o100644, link: false };
    const problem = (theirs: string, uid: number, env = {}) =>
      foundConfigProblem("/x/bootlace.yaml", { uid, env }, (path, follow) => ({
        ...own,
        ...(theirs === `${path}${follow ? "" : " link"}` ? { uid: somebody } : {}),
      }))?.problem;
    for (const theirs of ["/x/bootlace.yaml", "/x/bootlace.yaml link", "/x"]) {
      const place = theirs.split(" ")[0];
      const text = `this file was found here, not named, and ${place} belongs to another user (${somebody})`;
      expect([problem(theirs, 0), problem(theirs, 1000)]).toEqual([text, text]);
      // Their own, and those of who became root by sudo.
      expect(problem(theirs, somebody)).toBeUndefined();
      expect(problem(theirs, 0, { SUDO_UID: String(somebody) })).toBeUndefined();
      expect(problem(theirs, 0, { SUDO_UID: "1000" })).toBe(text);
    }
  });

  test("does not count for root in a folder of an ordinary user", () => {
    const folder = folderWith("user: root\nroot: /etc\n");
    // Whoever runs the tests as root has no ordinary user's folder otherwise.
    if (me === 0) chownSync(folder, somebody, somebody);
    expect(reported(folder, { uid: 0 })).toEqual([
      expect.stringContaining(`belongs to another user (${me === 0 ? somebody : me})`),
    ]);
  });

  test("may be written by its user's own group, and by no other", () => {
    const group = (gid: number) =>
      foundConfigProblem("/x/b", { uid: 1000, env: {} }, () => ({ uid: 1000, gid, mode: 0o664, link: false }))?.problem;
    expect(group(1000)).toBeUndefined();
    expect(group(100)).toMatch(/a group \(100\) can write \/x\/b$/);
  });

  test("does not count by a link into a folder of somebody's", () => {
    const folder = folderWith("root: files\n");
    rmSync(join(folder, "bootlace.yaml"));
    mkdirSync(join(folder, "theirs"));
    writeFileSync(join(folder, "theirs/c.yaml"), "");
    symlinkSync("theirs/c.yaml", join(folder, "bootlace.yaml"));
    expect(reported(folder)).toEqual([]);
    chmodSync(join(folder, "theirs/c.yaml"), 0o666);
    expect(reported(folder)).toEqual([expect.stringContaining("every user can write")]);
  });
});

describe("a token", () => {
  /** A listener that stands for another machine: it remembers what it was sent. */
  async function listener(address: string) {
    const tokens: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    onTestFinished(() => void server.close());
    return { tokens, port: (server.address() as AddressInfo).port };
  }
  const shadow = "root:$y$j9T$abcdefghijklmnopqrst:19000:0:99999:7:::\n";

  test("goes to this machine only, unless the config was named", async () => {
    const there = await listener("127.0.0.1");
    const config = (address: string) =>
      `admin: { address: ${address}, port: ${there.port}, tokenFile: token }\nroot: boot\n`;
    const folder = folderWith(config("192.0.2.66"));
    writeFileSync(join(folder, "token"), "0123456789abcdef0123\n", { mode: 0o600 });
    const cli = commandLine(folder);
    const refused = await cli.run(status);
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('no other machine ("192.0.2.66")')]);
    writeFileSync(join(folder, "bootlace.yaml"), config("127.0.0.1"));
    await cli.run(status);
    expect(there.tokens).toEqual(["Bearer 0123456789abcdef0123"]);
  });

  test("is not read from a config in a folder that others can write", async () => {
    const there = await listener("127.0.0.1");
    const folder = folderWith(`admin: { address: 127.0.0.1, port: ${there.port}, tokenFile: token }\n`);
    writeFileSync(join(folder, "token"), "0123456789abcdef0123\n", { mode: 0o600 });
    chmodSync(folder, 0o777);
    const { code, err } = await commandLine(folder).run(status);
    expect([code, err]).toEqual([3, expect.stringContaining("every user can write")]);
    expect(there.tokens).toEqual([]);
  });

  test("is one line: a list of passwords is none", async () => {
    const there = await listener("127.0.0.1");
    const folder = folderWith(`admin: { address: 127.0.0.1, port: ${there.port}, tokenFile: shadow }\n`);
    writeFileSync(join(folder, "shadow"), `${shadow}bin:*:19000:0:99999:7:::\n`);
    const { code, err } = await commandLine(folder).run(status, "--config", "bootlace.yaml");
    expect([code, err]).toEqual([5, expect.stringContaining("on one line")]);
    expect(there.tokens).toEqual([]);
  });
});
