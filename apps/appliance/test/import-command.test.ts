import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readArguments } from "../src/cli/arguments.ts";
import type { Surroundings } from "../src/cli/command.ts";
import { importCommand } from "../src/cli/import.ts";
import { parseConfig } from "../src/config/parse.ts";

describe("bootlace import", () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-import-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "d.conf"), "pxe-service=x86PC,a,b\nenable-tftp\nserver=1.1.1.1\u001b[2J\n");

  async function run(...words: string[]) {
    const args = readArguments(words, importCommand.options, 2);
    if (!args.ok) throw new Error(args.problem);
    const said = { out: "", err: "" };
    const surroundings = {
      cwd: folder,
      env: {},
      networkInterfaces: () => ({}),
      out: (text: string) => (said.out += text),
      err: (text: string) => (said.err += text),
    } as unknown as Surroundings;
    return { code: await importCommand.run(args.args, surroundings), ...said };
  }

  it("reads stdin: a pipe, a file, and a device, of which it takes no end", () => {
    const main = join(import.meta.dirname, "../dist/main.js");
    const read = (stdio: "pipe" | number, input?: string) => {
      const options = { stdio: [stdio, "pipe", "pipe"] as const, encoding: "utf8" as const };
      const words = [main, "import", "dnsmasq", "-", "--json"];
      const more = input === undefined ? {} : { input };
      return JSON.parse(spawnSync(process.execPath, words, { ...options, stdio: [...options.stdio], ...more }).stdout);
    };
    const made = "# Made from standard input by bootlace import dnsmasq.\n";
    expect(read("pipe", "enable-tftp\nserver=1.1.1.1\n")).toMatchObject({
      config: expect.stringContaining(made),
      leftOut: [{ line: 2 }],
    });
    for (const [path, found] of [
      [join(folder, "d.conf"), { config: expect.stringContaining("file: b.0"), leftOut: [{ line: 3 }] }],
      ["/dev/null", { config: expect.stringContaining(made), leftOut: [] }],
      ["/dev/zero", { error: { message: '"-": the file is too large' } }],
    ] as const) {
      const descriptor = openSync(path, "r");
      expect(read(descriptor)).toMatchObject(found);
      closeSync(descriptor);
    }
  });

  it("prints the config, and on stderr what was left out", async () => {
    const { code, out, err } = await run("dnsmasq", "d.conf");
    expect([code, err]).toEqual([0, '"d.conf" line 3: "server=1.1.1.1\\x1b[2J": Bootlace is not a DNS server\n']);
    expect(parseConfig(out, "f").ok).toBe(true);
    expect(out).not.toContain("\u001b");
  });

  it("writes a file, but not over one, and one that nobody else can write", async () => {
    const before = process.umask(0);
    expect(await run("dnsmasq", "d.conf", "-o", "new.yaml")).toMatchObject({ code: 0, out: "" });
    process.umask(before);
    expect(statSync(join(folder, "new.yaml")).mode & 0o777).toBe(0o644);
    expect(readFileSync(join(folder, "new.yaml"), "utf8")).toContain("file: b.0");
    expect(await run("dnsmasq", "d.conf", "-o", "new.yaml")).toMatchObject({
      code: 1,
      err: expect.stringContaining("already exists"),
    });
  });

  it("prints one JSON document, also about a failure", async () => {
    const { out } = await run("dnsmasq", "d.conf", "--json");
    expect(JSON.parse(out)).toMatchObject({ schema: 1, file: "d.conf", leftOut: [{ line: 3 }], faults: [] });
    const failed = await run("dnsmasq", "none.conf", "--json");
    expect([failed.code, JSON.parse(failed.out)]).toEqual([
      1,
      { schema: 1, error: { code: "unreadable", message: '"none.conf": no such file or folder (ENOENT)' } },
    ]);
    expect((await run("isc-dhcpd", "x")).code).toBe(2);
    expect((await run()).code).toBe(2);
  });

  it("ends with 1 and a remark on the whole when nobody, or one kind of client, is answered", async () => {
    const head = "enable-tftp\ndhcp-range=192.168.11.0,proxy,255.255.255.0\npxe-prompt=x,0\n";
    writeFileSync(join(folder, "nobody.conf"), `${head}dhcp-option=67,loader.0\n`);
    const nobody = await run("dnsmasq", "nobody.conf");
    expect(nobody.code).toBe(1);
    expect(nobody.err).toContain('"nobody.conf": this config answers nobody: no converted line names a boot file\n');
    const one = `${head}dhcp-match=set:efi,93,7\ndhcp-boot=tag:!efi,a.0\ndhcp-boot=tag:efi,b.efi,,files.lan\n`;
    writeFileSync(join(folder, "one.conf"), one);
    const { code, out } = await run("dnsmasq", "one.conf", "--json");
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      {
        unanswered: [
          {
            who: "x64-uefi",
            text: "x64-uefi gets nothing: none of its lines were converted (line 6)",
          },
        ],
      },
    ]);
  });

  it("reads the files that the config names, each once, and filters a folder as dnsmasq does", async () => {
    mkdirSync(join(folder, "more"));
    const lines = "conf-file=first.inc\nconf-dir=more,.bak,*.conf\nconf-file=none.inc\ndhcp-hostsfile=hosts.inc\n";
    writeFileSync(join(folder, "main.conf"), `enable-tftp\npxe-prompt=x,0\n${lines}`);
    writeFileSync(join(folder, "first.inc"), "dhcp-boot=first.0\nconf-file=main.conf\nconf-file=again.inc\n");
    symlinkSync("first.inc", join(folder, "again.inc"));
    writeFileSync(join(folder, "hosts.inc"), "# machines\n52:54:00:00:00:02,set:bench\n");
    for (const [name, boot] of [
      ["1.conf", "tag:bench,bench.0"],
      ["2.conf.bak", "never.0"],
      ["3.off", "never.0"],
      [".4.conf", "never.0"],
      ["5.conf~", "never.0"],
    ] as const)
      writeFileSync(join(folder, "more", name), `dhcp-boot=${boot}\nodd=1\n`);
    const { code, out, err } = await run("dnsmasq", "main.conf");
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({
      boot: [
        { when: { firmware: "uefi-http" }, ignore: true },
        { when: { firmware: "raspberry-pi" }, ignore: true },
        { when: { mac: "52:54:00:00:00:02" }, file: "bench.0" },
        { file: "first.0" },
      ],
    });
    expect(err.split("\n").slice(0, -1)).toEqual([
      expect.stringMatching(
        /^"main.conf" line 5: "conf-file=none.inc": none.inc: no such file .*its lines are missing from the result$/,
      ),
      '"first.inc" line 2: "conf-file=main.conf": main.conf was already read, and dnsmasq reads each file once',
      '"first.inc" line 3: "conf-file=again.inc": again.inc was already read, and dnsmasq reads each file once',
      '"more/1.conf" line 2: "odd=1": unknown directive',
    ]);
    expect(out).toContain("# more/1.conf line 2: odd=1");
  });

  it("does not follow files without end", async () => {
    for (let at = 0; at < 205; at++) writeFileSync(join(folder, `chain${at}`), `conf-file=chain${at + 1}\n`);
    writeFileSync(join(folder, "chain.conf"), "conf-file=chain0\nconf-dir=nowhere\n");
    const { err } = await run("dnsmasq", "chain.conf");
    expect(err).toContain("was not read: the config names too many files, or too large ones");
    expect(err).toContain(
      '"conf-dir=nowhere": no such file or folder (ENOENT): the lines of its files are missing from the result',
    );
  });
});
