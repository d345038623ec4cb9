import { chmodSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { clientFiles } from "../src/boot-files/client-files.ts";
import { formatFault } from "../src/config/faults.ts";
import { loadConfig } from "../src/config/load.ts";
import { rightsNotes } from "../src/file-check/check-rights.ts";

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
    ["etc/token", 0o644, "every user of this machine can read the token file, DIR/etc/token"],
    ["etc", 0o777, "every user of this machine can write the folder of the config file, DIR/etc"],
  ])("%s with the mode %i", (path, mode, note) => {
    expect(notes((top) => chmodSync(join(top, path), mode))).toEqual([expect.stringContaining(note)]);
  });

  test("a log beside the config", () => {
    const { load } = place("root: boot\nlog: { file: bootlace.log }\n");
    const result = load();
    expect(result.ok && rightsNotes(result.loaded)).toEqual([
      "the log is in the folder of bootlace.yaml: give it a folder of its own (log.file)",
    ]);
  });
});
