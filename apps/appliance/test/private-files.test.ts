import { chmodSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { clientFiles } from "../src/boot-files/client-files.ts";
import { formatFault } from "../src/config/faults.ts";
import { loadConfig } from "../src/config/load.ts";
import { exposedNotes, rightsNotes } from "../src/file-check/check-rights.ts";

const client = { address: "10.0.0.7", port: 2070, localAddress: "10.0.0.1", localPort: 69 };

/** A folder with `etc/bootlace.yaml`, and the secrets of the usual kinds. */
function place(config: string) {
  const top = mkdtempSync(join(tmpdir(), "bootlace-private-"));
  onTestFinished(() => rmSync(top, { recursive: true }));
  mkdirSync(join(top, "etc/state"), { recursive: true });
  mkdirSync(join(top, "etc/boot"));
  writeFileSync(join(top, "etc/token"), "0123456789abcdef0123\n", { mode: 0o600 });
  writeFileSync(join(top, "etc/state/boots.db"), "history");
  writeFileSync(join(top, "etc/bootlace.yaml"), config, { mode: 0o644 });
  return { top, load: () => loadConfig({ cwd: top, file: join(top, "etc/bootlace.yaml"), env: {} }) };
}

function problems(config: string): string[] {
  const { top, load } = place(config);
  const result = load();
  return result.ok ? [] : result.faults.map((fault) => formatFault(fault).replaceAll(top, "DIR"));
}

const allowed = "Everybody on the network can read the root: set it to a folder with nothing but boot files.";

describe("a root", () => {
  test.each([
    ["root: .\n", "the root DIR/etc contains the config file (DIR/etc/bootlace.yaml)"],
    ["root: ..\n", "the root DIR contains the config file (DIR/etc/bootlace.yaml)"],
    ["root: boot\nadmin: { tokenFile: boot/token }\n", "DIR/etc/boot contains admin.tokenFile (DIR/etc/boot/token)"],
    ["root: boot\nstate: { directory: boot }\n", "the root DIR/etc/boot contains state.directory (DIR/etc/boot)"],
    ["root: boot\nlog: { file: boot/sub/x.log }\n", "DIR/etc/boot contains log.file (DIR/etc/boot/sub/x.log)"],
  ])("with a secret in it is refused: %j", (config, problem) => {
    const [only, ...more] = problems(config);
    expect(more).toEqual([]);
    expect(only).toContain(`DIR/etc/bootlace.yaml:1:1: error[E051] root: the root`);
    expect(only).toContain(problem);
    expect(only).toContain(allowed);
  });

  test.each(["/", "/etc", "/home", "/proc", "/var", "/proc/self/cwd", "/sys/kernel", "/dev"])(
    "%s is refused",
    (root) => {
      expect(problems(`root: ${root}\n`).join()).toContain("error[E051] root: ");
    },
  );

  test("is refused by the folder that a link leads to", () => {
    const { top, load } = place("root: link\n");
    symlinkSync(".", join(top, "etc/link"));
    const result = load();
    expect(result.ok ? [] : result.faults.map(({ code }) => code)).toEqual(["E051"]);
    rmSync(join(top, "etc/link"));
    symlinkSync("boot", join(top, "etc/link"));
    expect(load().ok).toBe(true);
  });

  test("of its own beside the secrets is none to complain of, nor one of a config that serves no files", () => {
    expect(problems("root: boot\nadmin: { tokenFile: token }\nstate: { directory: state }\n")).toEqual([]);
    expect(problems("root: .\ntftp: { enabled: false }\nhttp: { enabled: false }\n")).toEqual([]);
  });

  test("named by a flag is reported at the flag", () => {
    const { top } = place("");
    const flags = [{ name: "--root", key: "root", value: "etc" }];
    const result = loadConfig({ cwd: top, file: "etc/bootlace.yaml", env: {}, flags });
    expect(result.ok ? [] : result.faults.map(formatFault)).toEqual([expect.stringMatching(/^--root: error\[E051\]/)]);
  });
});

describe("a log file", () => {
  test.each([
    ["log: { file: bootlace.yaml }\n", "DIR/etc/bootlace.yaml is the config file"],
    ["log: { file: other }\n", "DIR/etc/other is the config file"],
    ["admin: { tokenFile: token }\nlog: { file: token }\n", "DIR/etc/token is admin.tokenFile"],
    ["admin: { tokenFile: token }\nlog: { file: hard }\n", "DIR/etc/hard is admin.tokenFile"],
    ["state: { directory: state }\nlog: { file: state/boots.db }\n", "boots.db is a file of the state folder"],
    [
      "state: { directory: state }\nlog: { file: state/next.json.new }\n",
      "next.json.new is a file of the state folder",
    ],
    ["state: { directory: state }\nlog: { file: history }\n", "DIR/etc/history is a file of the state folder"],
  ])("that is another file of Bootlace is refused: %j", (config, problem) => {
    const { top, load } = place(`root: boot\n${config}`);
    symlinkSync("bootlace.yaml", join(top, "etc/other"));
    linkSync(join(top, "etc/token"), join(top, "etc/hard"));
    linkSync(join(top, "etc/state/boots.db"), join(top, "etc/history"));
    const result = load();
    const faults = result.ok ? [] : result.faults.map((fault) => formatFault(fault).replaceAll(top, "DIR"));
    expect(faults).toEqual([expect.stringMatching(/^DIR\/etc\/bootlace.yaml:\d:\d+: error\[E052\] log.file: /)]);
    expect(faults[0]).toContain(`${problem}, and the log would be written into it. Set log.file to a file of its own`);
  });

  test("of its own is none to complain of, not in the state folder either", () => {
    expect(problems("root: boot\nstate: { directory: state }\nlog: { file: state/x.log }\n")).toEqual([]);
  });
});

describe("a root with keys", () => {
  test.each([".ssh", ".ssh/boot", ".gnupg"])("is refused: %s", (folder) => {
    expect(problems(`root: home/${folder}\n`)).toEqual([expect.stringMatching(/error\[E051\].* holds keys\./)]);
  });

  test("in it, or that is a folder of the system, is warned of", () => {
    const { top, load } = place("root: boot\n");
    mkdirSync(join(top, "etc/boot/.ssh"));
    const noted = load();
    expect(noted.ok && rightsNotes(noted.loaded)).toEqual([
      `everybody on the network can read ${join(top, "etc/boot/.ssh")}: keep keys out of the root`,
    ]);
    for (const root of ["/usr/share", "/etc/ssl"]) {
      const result = place(`root: ${root}\n`).load();
      expect(result.ok && exposedNotes(result.loaded)).toEqual([
        expect.stringContaining(`everybody on the network can read the root, ${root}, a folder of the system`),
      ]);
    }
  });
});

describe("what is private", () => {
  test("is not served by another name, known by device and inode, a log after it was rotated neither", async () => {
    const { top } = place("");
    const paths = ["token", "bootlace.yaml", "state", "a.log"].map((name) => join(top, "etc", name));
    writeFileSync(join(top, "etc/a.log"), "old");
    let time = 0;
    const files = clientFiles(
      { root: join(top, "etc/boot"), never: paths },
      () => undefined,
      () => time,
      () => {},
    );
    const link = (name: string, as: string) => linkSync(join(top, "etc", name), join(top, "etc/boot", as));
    const reason = async (name: string) => {
      const opened = await files.source.open(name, client);
      if (!opened.ok) return opened.fault.reason;
      await opened.file.close();
      return "served";
    };
    link("token", "x.efi");
    link("state/boots.db", "y.efi");
    link("a.log", "z.efi");
    writeFileSync(join(top, "etc/boot/own.efi"), "own");
    expect(await Promise.all(["x.efi", "y.efi", "z.efi", "own.efi"].map(reason))).toEqual([
      "permission-denied",
      "permission-denied",
      "permission-denied",
      "served",
    ]);
    renameSync(join(top, "etc/a.log"), join(top, "etc/a.log.1"));
    writeFileSync(join(top, "etc/a.log"), "new");
    link("a.log", "w.efi");
    time += 1000;
    await reason("own.efi");
    await expect.poll(() => reason("w.efi")).toBe("permission-denied");
  });
});

describe("check warns of", () => {
  const notes = (change: (top: string) => void) => {
    const { top, load } = place("root: boot\nadmin: { tokenFile: token }\nstate: { directory: state }\n");
    change(top);
    const result = load();
    if (!result.ok) throw new Error("a config with faults");
    return rightsNotes(result.loaded).map((note) => note.replaceAll(top, "DIR"));
  };

  test("nothing where only the owner may write, and read the token", () => {
    expect(notes(() => {})).toEqual([]);
  });

  test.each([
    ["etc/bootlace.yaml", 0o666, "every user of this machine can write the config file, DIR/etc/bootlace.yaml"],
    ["etc/boot", 0o777, "every user of this machine can write the root, DIR/etc/boot"],
    ["etc/state", 0o777, "every user of this machine can write the state folder, DIR/etc/state"],
    ["etc/token", 0o602, "every user of this machine can write the token file, DIR/etc/token: chmod o-w DIR/etc/token"],
    ["etc/token", 0o644, "every user of this machine can read the token file, DIR/etc/token"],
    ["etc", 0o777, "every user of this machine can write the folder of the config file, DIR/etc"],
  ])("%s with the mode %i", (path, mode, note) => {
    expect(notes((top) => chmodSync(join(top, path), mode))).toEqual([expect.stringContaining(note)]);
  });

  test("no device: nobody should change the rights of one", () => {
    const { load } = place("root: boot\nadmin: { tokenFile: /dev/zero }\n");
    const result = load();
    expect(result.ok && rightsNotes(result.loaded)).toEqual([]);
  });

  test("a log beside the config", () => {
    const { load } = place("root: boot\nlog: { file: bootlace.log }\n");
    const result = load();
    expect(result.ok && rightsNotes(result.loaded)).toEqual([
      "the log is in the folder of bootlace.yaml: give it a folder of its own (log.file)",
    ]);
  });
});
