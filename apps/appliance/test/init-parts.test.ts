import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createAsker } from "../src/cli/ask.ts";
import { parseConfig } from "../src/config/parse.ts";
import { configSchema } from "../src/config/schema.ts";
import { configText } from "../src/init/config-text.ts";
import { distributionIds, installCommand, readOsRelease } from "../src/init/distribution.ts";
import { type KitId, kits } from "../src/init/kits.ts";
import { tellMissing } from "../src/init/missing.ts";
import { findCandidates, readDefaultRoutes } from "../src/init/network.ts";
import { type Installation, nextSteps } from "../src/init/next-steps.ts";
import { askConfirmation, askFor, askInterface, askSecureBoot, everyInterface } from "../src/init/questions.ts";
import { routesText, twoNetworks } from "./helpers/init-system.ts";

describe("os-release", () => {
  it.each([
    ["ID=debian", "debian"],
    ['ID="ubuntu"\nID_LIKE=debian', "debian"],
    ["ID=linuxmint\nID_LIKE='ubuntu debian'", "debian"],
    ["ID=raspbian", "debian"],
    ["NAME=x\r\nID=fedora\r\n", "fedora"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', "fedora"],
    ["ID=alpine", "alpine"],
    ["ID=manjaro\nID_LIKE=arch", "arch"],
    ["ID=nixos", undefined],
    ["# ID=debian", undefined],
    ["", undefined],
  ])("%j is of the family %s", (text, id) => expect(readOsRelease(text).id).toBe(id));

  it("gives the name for people", () => {
    expect(readOsRelease('PRETTY_NAME="A \\"B\\" C"\nNAME=B').name).toBe('A "B" C');
    expect(readOsRelease("").name).toBe("this system");
  });

  it("leads to the command that installs", () => {
    const lines = distributionIds.map((id) => installCommand(id, ["one", "two"], id === "debian"));
    expect(lines).toEqual([
      "apt-get install one two",
      "doas apk add one two",
      "sudo dnf install one two",
      "sudo pacman -S --needed one two",
    ]);
  });
});

describe("the default route", () => {
  it("with the least metric comes first", () => {
    expect(readDefaultRoutes(routesText)).toEqual([
      { interface: "eth0", router: "192.168.11.1", metric: 100 },
      { interface: "wlan0", router: "10.3.0.1", metric: 600 },
    ]);
  });

  it.each([
    [
      "a tunnel needs no router",
      "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000",
      [{ interface: "tun0", metric: 50 }],
    ],
    ["a route that is down is none", "eth0\t00000000\t010BA8C0\t0002\t0\t0\t0\t00000000", []],
    ["another network is none", "eth0\t0000000A\t010BA8C0\t0003\t0\t0\t0\t000000FF", []],
    ["no text has none", "", []],
    ["other text has none", "\0\n\t\t\n00000000 00000000", []],
  ])("%s", (_name, text, routes) => expect(readDefaultRoutes(text)).toEqual(routes));

  it("chooses the network, with its router", () => {
    expect(findCandidates(twoNetworks, readDefaultRoutes(routesText))).toEqual([
      { interface: "eth0", address: "192.168.11.109", subnet: "192.168.11.0/24", router: "192.168.11.1" },
      { interface: "wlan0", address: "10.3.0.2", subnet: "10.3.0.0/16", router: "10.3.0.1" },
    ]);
    const radioFirst = readDefaultRoutes(routesText.replace("\t100\t00000000", "\t700\t00000000"));
    expect(findCandidates(twoNetworks, radioFirst).map((candidate) => candidate.interface)).toEqual(["wlan0", "eth0"]);
    expect(findCandidates(twoNetworks, []).map((candidate) => candidate.interface)).toEqual(["eth0", "wlan0"]);
  });
});

describe("bootlace.yaml as init writes it", () => {
  const networks = findCandidates(twoNetworks, readDefaultRoutes(routesText));
  const texts = [
    configText({ secureBoot: false }),
    configText({ secureBoot: true, interface: { names: ["eth0"], networks: networks.slice(0, 1) } }),
    configText({ secureBoot: false, interface: { names: ["eth0", "wlan0"], networks } }),
    configText({ secureBoot: false, interface: { names: ["no"], networks: [] } }),
  ];

  it.each(texts)("is without a fault", (text) =>
    expect(parseConfig(text, "bootlace.yaml")).toMatchObject({ ok: true }),
  );

  it.each(texts)(
    "is without a fault with every comment that is a setting put to use, and changes no default",
    (text) => {
      const used = text.replace(/^( *)#(?! )/gm, "$1").replace(/^( *)#( {2}\S)/gm, "$1$2");
      expect(used.match(/^#?(interfaces|subnets|root|boot|hosts|http|log):/gm)?.length).toBeGreaterThanOrEqual(6);
      const parsed = parseConfig(used, "bootlace.yaml");
      expect(parsed).toMatchObject({ ok: true });
      if (!parsed.ok) return;
      const defaults = configSchema.parse({});
      expect(parsed.config.http).toEqual(defaults.http);
      expect(parsed.config.log).toEqual(defaults.log);
      expect(parsed.config.boot.map(({ name }) => name)).toEqual(["iPXE menu", "Secure Boot", "install"]);
    },
  );

  it("names the interface, and the router it found", () => {
    expect(texts[1]).toContain("#   eth0 192.168.11.109 in 192.168.11.0/24, router 192.168.11.1\ninterfaces: eth0\n");
    expect(texts[2]).toContain("interfaces: [eth0, wlan0]\n");
    expect(texts[3]).toContain('interfaces: "no"\n');
  });
});

describe("what is missing", () => {
  const pc = { architecture: "x64", isRoot: true };
  const none = new Set<KitId>();

  it.each([
    [
      "debian",
      "apt-get install pxelinux syslinux-common memtest86+ ipxe",
      "apt-get install shim-signed grub-efi-amd64-signed",
    ],
    ["alpine", "apk add syslinux", undefined],
    ["fedora", "dnf install syslinux-nonlinux memtest86+ ipxe-bootimgs-x86", "dnf install shim-x64 grub2-efi-x64"],
    ["arch", "pacman -S --needed syslinux memtest86+ memtest86+-efi ipxe", undefined],
  ] as const)("on %s", (id, install, installOptional) => {
    const missing = tellMissing(none, { name: id, id }, pc);
    expect(missing.install).toBe(install);
    expect(missing.installOptional).toBe(installOptional);
  });

  it("is nothing where everything is", () => {
    const all = new Set(kits.map(({ id }) => id));
    expect(tellMissing(all, { name: "x", id: "debian" }, pc)).toEqual({ needed: [], optional: [] });
  });

  it("is reported with its reason where no package helps", () => {
    const pi = tellMissing(none, { name: "x", id: "debian" }, { architecture: "arm64", isRoot: false });
    expect(pi.install).toBe("sudo apt-get install pxelinux syslinux-common ipxe");
    expect(pi.needed.find(({ kit }) => kit === "memtest-bios")?.why).toBe(
      "memtest86+ is not packaged for this processor",
    );
    const alpine = tellMissing(none, { name: "x", id: "alpine" }, pc).needed;
    expect(alpine.map(({ kit }) => kit)).toEqual(["pxelinux", "memtest-bios", "memtest-x64", "syslinux-x64"]);
    expect(alpine[1]?.why).toContain("no memtest86+ package");
    const unknown = tellMissing(none, { name: "x" }, pc);
    expect(unknown.install).toBeUndefined();
    expect(unknown.needed).toHaveLength(4);
  });
});

describe("what comes next", () => {
  const usual = { cwd: "/srv", config: "/srv/bootlace.yaml", directory: "/srv", isRoot: true };
  const installation: Installation = { program: "/usr/bin/bootlace", single: true, onPath: true };
  const commands = (
    more: Partial<Installation>,
    place: Partial<typeof usual> & {
      install?: string;
      shell?: string;
      movable?: boolean;
      configMissing?: boolean;
    } = {},
  ) =>
    nextSteps({ ...usual, ...place, installation: { ...installation, ...more } }).flatMap(
      ({ command }) => command ?? [],
    );

  it("for a program on the search path", () => {
    expect(commands({})).toEqual([
      "bootlace check",
      "bootlace serve",
      "bootlace install-service --config /srv/bootlace.yaml",
    ]);
    expect(commands({}, { isRoot: false, config: "/srv/b/bootlace.yaml" })).toEqual([
      "bootlace check b/bootlace.yaml",
      "sudo bootlace serve --config b/bootlace.yaml",
      "sudo bootlace install-service --config /srv/b/bootlace.yaml",
    ]);
  });

  it("for a single file elsewhere, and for a name that a shell would split", () => {
    expect(commands({ program: "/srv/bootlace-linux-x64", onPath: false })[1]).toBe("./bootlace-linux-x64 serve");
    const config = "/home/my files/bootlace.yaml";
    expect(commands({}, { config })[0]).toBe("bootlace check '/home/my files/bootlace.yaml'");
  });

  it("for the repository", () => {
    const program = "/srv/bootlace/apps/appliance/dist/main.js";
    const inside = { cwd: "/srv/bootlace", config: "/srv/bootlace/bootlace.yaml", directory: "/srv/bootlace" };
    const from = (place: Parameters<typeof commands>[1]) => commands({ program, single: false, onPath: false }, place);
    const usually = [
      "npm run -s bootlace -- check",
      "npm start",
      "npm run -s bootlace -- install-service --config /srv/bootlace/bootlace.yaml",
    ];
    expect(from(inside)).toEqual(usually);
    // npm goes to the folder of the package by itself, from any folder below it.
    expect(from({ ...inside, shell: "/srv/bootlace/docs" })).toEqual(usually);
    const other = { config: "/srv/bootlace/a/bootlace.yaml", directory: "/srv/bootlace/a", install: "apt-get" };
    expect(from({ ...inside, ...other, shell: "/root" }).slice(1, 4)).toEqual([
      "npm --prefix /srv/bootlace run -s bootlace -- init /srv/bootlace/a",
      "npm --prefix /srv/bootlace run -s bootlace -- check /srv/bootlace/a/bootlace.yaml",
      "npm --prefix /srv/bootlace start -- --config /srv/bootlace/a/bootlace.yaml",
    ]);
    expect(from({ ...inside, cwd: "/srv", shell: "/srv" })[0]).toBe(
      "node bootlace/apps/appliance/dist/main.js check bootlace/bootlace.yaml",
    );
  });

  it("for the service, when its own config was made", () => {
    const place = { config: "/etc/bootlace/bootlace.yaml", directory: "/etc/bootlace" };
    expect(commands({ unit: "own" }, place).at(-1)).toBe("systemctl enable --now bootlace");
    expect(commands({ unit: "packaged" }, place).at(-1)).toBe("systemctl enable --now bootlace");
    expect(commands({}, place).at(-1)).toBe("bootlace install-service");
    expect(commands({ unit: "own" }).at(-1)).toBe("bootlace install-service --config /srv/bootlace.yaml");
  });

  it("gives the config to the service of a package, which has the ports already", () => {
    expect(commands({ unit: "packaged" }, { isRoot: false, movable: true })).toEqual([
      "bootlace check",
      "sudo cp --backup /srv/bootlace.yaml /etc/bootlace/bootlace.yaml",
      "sudo systemctl restart bootlace",
      "bootlace logs -f",
    ]);
  });

  it("is to run it again when bootlace.yaml could not be written: nothing else would find it", () => {
    expect(commands({}, { configMissing: true })).toEqual(["bootlace init ."]);
  });

  it("begins with what is missing", () => {
    expect(commands({}, { install: "apt-get install ipxe" }).slice(0, 2)).toEqual([
      "apt-get install ipxe",
      "bootlace init .",
    ]);
  });
});

describe("a question", () => {
  const networks = findCandidates(twoNetworks, readDefaultRoutes(routesText));

  it("about the interface takes a number, a name, all, or the usual", () => {
    const question = askInterface(networks);
    expect(question.text).toContain("1  eth0   192.168.11.109 in 192.168.11.0/24, router 192.168.11.1");
    expect(["", "1", "2", "wlan0", "a", "ALL", "3", "lo"].map((answer) => question.read(answer))).toEqual([
      ...["eth0", "eth0", "wlan0", "wlan0", everyInterface, everyInterface, undefined, undefined],
    ]);
  });

  it("about Secure Boot and about writing has a usual answer too", () => {
    expect(["", "1", "2", "3"].map((answer) => askSecureBoot.read(answer))).toEqual([false, false, true, undefined]);
    const confirmation = askConfirmation("3 files, 1 kB,", "/srv");
    expect(["", "Y", "yes", "n", "x"].map((answer) => confirmation.read(answer))).toEqual([
      ...[true, true, true, false, undefined],
    ]);
  });

  it("is put again after a wrong answer, and not for ever", async () => {
    const said: string[] = [];
    const answers = ["x", " 2 "];
    const ask = async () => answers.shift();
    expect(await askFor(askSecureBoot, ask, (text) => said.push(text))).toBe(true);
    expect(said).toEqual(["Enter 1 or 2.\n"]);
    let asked = 0;
    const never = async () => {
      asked += 1;
      return "x";
    };
    expect(await askFor(askSecureBoot, never, () => {})).toBeUndefined();
    expect(asked).toBe(5);
  });

  it("is answered by lines, also by those typed ahead, until the input ends", async () => {
    const input = new PassThrough();
    let shown = "";
    const ask = createAsker(input, (text) => {
      shown += text;
    });
    input.write("one\ntwo\n");
    expect([await ask("A? "), await ask("B? ")]).toEqual(["one", "two"]);
    const third = ask("C? ");
    input.write("three\n");
    expect(await third).toBe("three");
    const last = ask("D? ");
    input.end();
    expect([await last, await ask("E? ")]).toEqual([undefined, undefined]);
    expect(shown).toBe("A? B? C? D? E? ");
  });
});
