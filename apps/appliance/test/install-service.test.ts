import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { installServiceCommand } from "../src/cli/install-service.ts";
import { anybody, obstacle } from "../src/os/reach.ts";
import { findUser } from "../src/os/users.ts";
import { findManager, managers } from "../src/service-files/managers.ts";
import { openrcScript } from "../src/service-files/openrc-script.ts";
import { systemdUnit } from "../src/service-files/systemd-unit.ts";
import { commandLine } from "./helpers/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-service-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder that stands for the root of a machine, with a config in the usual place. */
function machine(name: string, config = "root: /srv/boot\n") {
  const root = join(folder, name);
  mkdirSync(join(root, "etc/bootlace"), { recursive: true });
  writeFileSync(join(root, "etc/bootlace/bootlace.yaml"), config);
  const cli = commandLine(folder);
  const install = (...words: string[]) =>
    cli.run(installServiceCommand, "--exec", "/usr/bin/bootlace", "--root", root, ...words);
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  return { root, install, read };
}

const unitPath = "etc/systemd/system/bootlace.service";

describe("the unit", () => {
  const request = { command: ["/usr/bin/bootlace"], config: "/etc/bootlace/bootlace.yaml" } as const;

  it("runs as a user that systemd makes, with the one right it needs", () => {
    const lines = systemdUnit(request).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "Type=notify",
        "ExecStart=/usr/bin/bootlace serve --config /etc/bootlace/bootlace.yaml",
        "ExecReload=/usr/bin/bootlace reload --config /etc/bootlace/bootlace.yaml --pid $MAINPID",
        "RestartPreventExitStatus=2 3",
        "User=bootlace",
        "DynamicUser=yes",
        "RuntimeDirectory=bootlace",
        "AmbientCapabilities=CAP_NET_BIND_SERVICE",
        "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
        "ProtectHome=yes",
      ]),
    );
    expect(lines.filter((line) => /^MemoryDenyWriteExecute|^ReadWritePaths/.test(line))).toEqual([]);
  });

  it("hands the token of the API over, which its user need not be able to read", () => {
    expect(systemdUnit(request)).not.toMatch(/LoadCredential|ExecReload=!/);
    const text = systemdUnit({ ...request, tokenFile: "/etc/bootlace/100% token" });
    expect(text).toContain("\nLoadCredential=token:/etc/bootlace/100%% token\n");
    expect(text).toMatch(/^ExecReload=!\//m);
  });

  it("takes a user, further folders and a home", () => {
    const text = systemdUnit({ ...request, user: "pxe", writable: ["/data/log", "/my state"], readsHomes: true });
    expect(text).toContain("User=pxe\nStateDirectory=");
    expect(text).toContain('ProtectSystem=strict\nReadWritePaths=-/data/log "-/my state"\nProtectHome=read-only\n');
    expect(text).not.toContain("DynamicUser");
  });

  it.each([
    [["/opt/boot lace/b"], '"/opt/boot lace/b"'],
    [["/a%b$c", "/d$e%"], "/a%%b$c /d$$e%%"],
    [["/a", 'q"\\'], '/a "q\\"\\\\"'],
  ] as const)("quotes the words of %j", (command, expected) => {
    expect(systemdUnit({ ...request, command })).toContain(`ExecStart=${expected} serve `);
  });
});

describe("the service script", () => {
  it("quotes what the shell reads twice", () => {
    const text = openrcScript({ command: ["/opt/my node", "/it's/main.js"], config: "/etc/b.yaml", user: "pxe" });
    expect(text).toContain(`command=''\\''/opt/my node'\\'''\n`);
    expect(text).toContain(`serve --config /etc/b.yaml --set user=pxe'\n`);
    expect(text.startsWith("#!/sbin/openrc-run\n")).toBe(true);
    expect(text).toContain('\nexport RUNTIME_DIRECTORY="/run/bootlace"\n');
  });
});

describe("install-service", () => {
  it("writes the unit below a folder and enables it, once", async () => {
    const { root, install, read } = machine("fresh");
    expect(await install("--systemd")).toEqual({
      code: 0,
      out: `wrote ${join(root, unitPath)}\nenabled at boot\n`,
      err: "",
    });
    expect(read(unitPath)).toBe((await install("--systemd", "--print")).out);
    expect(readlinkSync(join(root, "etc/systemd/system/multi-user.target.wants/bootlace.service"))).toBe(
      "/etc/systemd/system/bootlace.service",
    );
    expect((await install("--systemd")).out).toContain("is up to date");
  });

  it("makes a config named from the working folder absolute in the unit", async () => {
    writeFileSync(join(folder, "here.yaml"), "root: boot\n");
    const words = ["--systemd", "--print", "--exec", "/usr/bin/bootlace", "--config", "here.yaml"];
    const { out } = await commandLine(folder).run(installServiceCommand, ...words);
    expect(out).toContain(`ExecStart=/usr/bin/bootlace serve --config ${join(folder, "here.yaml")}\n`);
  });

  it("replaces another file only on request, and keeps it then", async () => {
    const { root, install, read } = machine("changed");
    await install("--systemd");
    writeFileSync(join(root, unitPath), "mine\n");
    const refused = await install("--systemd");
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("already exists with other content")]);
    expect(read(unitPath)).toBe("mine\n");
    expect((await install("--systemd", "--uninstall")).code).toBe(1);
    expect((await install("--systemd", "--force")).code).toBe(0);
    expect([read(unitPath).length > 1000, read(`${unitPath}.old`)]).toEqual([true, "mine\n"]);
  });

  it("leaves the unit of a package alone", async () => {
    const { root, install } = machine("packaged");
    mkdirSync(join(root, "lib/systemd/system"), { recursive: true });
    writeFileSync(join(root, "lib/systemd/system/bootlace.service"), "x");
    expect(await install("--systemd")).toMatchObject({
      code: 1,
      err: expect.stringContaining("a package already installed"),
    });
    expect((await install("--systemd", "--force")).code).toBe(0);
  });

  it("takes it away again, and the second time there is nothing to take", async () => {
    const { root, install } = machine("gone");
    await install("--systemd");
    expect((await install("--systemd", "--uninstall")).code).toBe(0);
    expect(() => statSync(join(root, unitPath))).toThrow("ENOENT");
    expect(() => readlinkSync(join(root, managers.systemd.link))).toThrow("ENOENT");
    expect(await install("--systemd", "--uninstall")).toMatchObject({
      code: 0,
      out: expect.stringContaining("does not exist"),
    });
  });

  it("finds OpenRC by itself, and its script may be run", async () => {
    const { root, install, read } = machine("alpine");
    mkdirSync(join(root, "sbin"));
    writeFileSync(join(root, "sbin/openrc-run"), "");
    expect((await install()).code).toBe(0);
    expect(statSync(join(root, "etc/init.d/bootlace")).mode & 0o777).toBe(0o755);
    expect(read("etc/init.d/bootlace")).toContain("command=/usr/bin/bootlace\n");
    expect(readlinkSync(join(root, "etc/runlevels/default/bootlace"))).toBe("/etc/init.d/bootlace");
  });

  it("installs nothing with a config that is broken or missing", async () => {
    const broken = machine("broken", "rot: x\n");
    const refused = await broken.install("--systemd");
    expect([refused.code, refused.out]).toEqual([3, ""]);
    expect(refused.err).toContain("error[E003]");
    expect(() => statSync(join(broken.root, unitPath))).toThrow("ENOENT");
    expect((await broken.install("--systemd", "--config", "/etc/none.yaml")).code).toBe(3);
  });

  it("gives the folders of the config that are not its own", async () => {
    const { install } = machine("folders", "root: /home/me/boot\nlog: { file: /data/log/b.log }\n");
    const { out } = await install("--systemd", "--print");
    expect(out).toContain("ReadWritePaths=-/data/log\nProtectHome=read-only\n");
    const inside = machine("inside", "state: { directory: keep }\nlog: { file: /var/log/bootlace/b.log }\n");
    expect((await inside.install("--systemd", "--print")).out).toContain("ReadWritePaths=-/etc/bootlace/keep\n");
    const socket = machine("socket", "root: /srv/boot\nadmin: { socket: /data/run/b.sock }\n");
    expect((await socket.install("--systemd", "--print")).out).toContain("ReadWritePaths=-/data/run\n");
  });

  it.each([
    [["--systemd", "--openrc"]],
    [["--print", "--uninstall"]],
    [["--systemd", "--user", "a b"]],
    [["--systemd", "--config", "/a\nb"]],
  ])("does not understand %j", async (words) => expect((await machine("usage").install(...words)).code).toBe(2));

  it("says so where there is no init it knows", async () => {
    expect(await machine("bare").install()).toMatchObject({ code: 4, err: expect.stringContaining("neither systemd") });
    const cli = commandLine(folder);
    expect((await cli.run(installServiceCommand, "--exec", "bootlace")).code).toBe(2);
  });

  it("names this very program when no other is named", async () => {
    const { out } = await commandLine(folder).run(installServiceCommand, "--print", "--systemd");
    expect(out).toContain(`ExecStart=${process.execPath} ${process.argv[1]} serve`);
  });
});

describe("the init", () => {
  it.each([
    ["systemd", ["/run/systemd/system", "/sbin/openrc-run"]],
    ["openrc", ["/run/openrc"]],
    ["openrc", ["/sbin/openrc-run", "/lib/systemd/systemd"]],
    ["systemd", ["/usr/lib/systemd/systemd"]],
    [undefined, []],
  ])("is %s where %j is", (name, there: readonly string[]) => {
    expect(findManager((path) => there.includes(path))?.name).toBe(name);
  });
});

describe("what a user may read", () => {
  const owner = process.getuid?.() ?? 0;
  const [stranger, member] = [
    { uid: owner + 1, gids: [] },
    { uid: owner + 1, gids: [process.getgid?.() ?? 0] },
  ];
  const dir = join(folder, "reach");
  mkdirSync(dir);
  const file = join(dir, "file");
  writeFileSync(file, "");
  const modes = (top: number, own: number) => {
    chmodSync(folder, 0o755);
    chmodSync(dir, top);
    chmodSync(file, own);
  };

  it("is decided by the mode of each folder on the way", () => {
    modes(0o755, 0o644);
    expect([stranger, member, anybody].map((reader) => obstacle(file, reader))).toEqual(Array(3).fill(undefined));
    modes(0o750, 0o644);
    expect([stranger, member, anybody].map((reader) => obstacle(file, reader))).toEqual([dir, undefined, dir]);
    modes(0o755, 0o640);
    expect([stranger, member, anybody].map((reader) => obstacle(file, reader))).toEqual([file, undefined, file]);
    expect(obstacle(file, { uid: 0, gids: [] })).toBe(undefined);
    expect(obstacle(join(dir, "none"), anybody)).toBe(undefined);
  });

  it("needs a user that is there", () => {
    expect(findUser("root")).toEqual({ name: "root", uid: 0, gid: 0, gids: expect.arrayContaining([0]) });
    expect(findUser("no-such-user")).toBe(undefined);
  });
});
