import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { openApi } from "../../src/admin/openapi.ts";
import { adminRoutes } from "../../src/admin/routes.ts";
import { top } from "./doc-pages.ts";
import type { Sandbox } from "./doc-sandbox.ts";
import { simpleCommands } from "./shell-lines.ts";

const workspace = JSON.parse(readFileSync(new URL("package.json", top), "utf8")) as { scripts: Record<string, string> };
const scripts = Object.keys(workspace.scripts);
const apiPaths = Object.keys((openApi(adminRoutes, "1") as { paths: object }).paths);
/** The Debian packages that the lab installs, so that their names are right. */
const labPackages = new Set(
  [...readFileSync(new URL("lab/src/packages.ts", top), "utf8").matchAll(/package: "([^"]+)"/g)].map(
    ([, name]) => name,
  ),
);
/** Debian packages that pages name and the lab does not need. */
const otherPackages = new Set(["git", "npm", "nodejs", "docker.io"]);

type Problem = string | undefined;
const anyWords = (): Problem => undefined;
const oneOf =
  (known: readonly string[]) =>
  ([word = ""]: readonly string[]): Problem =>
    known.includes(word) ? undefined : `${word} is not one of ${known.join(", ")}`;

/** Programs whose words are not looked at here: the lab runs what a page does with them. */
const plain = [
  ...[
    "cat",
    "cd",
    "chmod",
    "chown",
    "cp",
    "echo",
    "install",
    "ls",
    "mkdir",
    "mv",
    "printf",
    "rm",
    "rsync",
    "source",
    "less",
    "ln",
  ],
  ...["sha256sum", "tar", "tcpdump", "ss", "openssl", "virt-install", "rpi-eeprom-config", "umask", "mkimage"],
  ...[".ci/run", "lab/install"],
];

/** What may stand in a page beside `bootlace`, and what its words must be. */
const programs: Readonly<Record<string, (words: readonly string[]) => Problem>> = {
  ...Object.fromEntries(plain.map((name) => [name, anyWords])),
  dpkg: ([verb]) => (verb === "-x" ? undefined : `dpkg ${verb}`),
  "apt-get": ([verb, ...names]) => {
    if (verb === "update") return undefined;
    const strange = names.filter((name) => !name.startsWith("-") && !isPackage(name));
    return verb === "install" && strange.length === 0 ? undefined : `apt-get ${verb}: ${strange.join(", ")}`;
  },
  npm: npmProblem,
  "node_modules/.bin/vitest": ([verb, ...paths]) =>
    verb === "run" ? paths.find((path) => !existsSync(new URL(path, top))) : `vitest ${verb}`,
  curl: (words) => words.map(apiProblem).find((problem) => problem !== undefined),
  systemctl: ([, ...words]) => oneOf(["bootlace", "dnsmasq", "nginx"])(words.filter((word) => !word.startsWith("-"))),
  journalctl: (words) => (words.includes("bootlace") ? undefined : "whose journal?"),
  "rc-service": oneOf(["bootlace"]),
  "rc-update": ([verb, ...words]) => (verb === "add" ? oneOf(["bootlace"])(words) : `rc-update ${verb}`),
  apk: ([verb, ...words]) => (verb === "add" ? oneOf(["nodejs"])(words) : `apk ${verb}`),
  // The lab's scenario alpine runs what a page does with it.
  sh: oneOf(["bootlace-0.1.0/install"]),
  docker: oneOf(["build", "compose", "logs"]),
  git: oneOf(["clone", "pull", "init", "add", "commit", "push", "-C"]),
  ip: oneOf(["address", "link", "route", "-brief"]),
  qm: oneOf(["set", "create", "start"]),
  VBoxManage: oneOf(["modifyvm"]),
  "firewall-cmd": (words) =>
    words.find((word) => !/^--(permanent|add-port=\d+\/(tcp|udp)|add-service=tftp|reload)$/.test(word)),
  ufw: oneOf(["allow"]),
  nft: oneOf(["add", "list"]),
};

function isPackage(name: string): boolean {
  return labPackages.has(name) || otherPackages.has(name) || /^\.\/(out\/)?bootlace_.*\.deb$/.test(name);
}

const libraries = readdirSync(new URL("packages/", top)).sort();
/** What `npm run pack` makes, from this folder and from one beside it: all, the libraries, or one of them. */
const packedHere = new RegExp(`^(\\.|\\.\\./bootlace)/out/bootlace(-\\*-|-(${libraries.join("|")})-)?\\*\\.tgz$`);

function npmProblem([verb = "", ...words]: readonly string[]): Problem {
  if (verb === "start" || verb === "test") return undefined;
  const named = words.filter((word) => !word.startsWith("-"));
  if (verb === "run") return oneOf(scripts)(named);
  if (verb === "install" && named.every((word) => packedHere.test(word))) return undefined;
  if (verb === "install") return oneOf(["bootlace", ...libraries.map((name) => `@bootlace/${name}`)])(named);
  return `npm ${verb}`;
}

/** Paths on the admin port must be ones that it serves. */
function apiProblem(text: string): Problem {
  const [, path] = /^https?:\/\/[^/]+:8067(\/[^?]*)/.exec(text) ?? [];
  if (path === undefined) return undefined;
  const served = apiPaths.some((known) => new RegExp(`^${known.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path));
  return served ? undefined : `the API has no ${path}`;
}

/** Each problem of a shell text: it must be shell, and each of its commands one that is known. */
export async function shellProblems(text: string, sandbox: Sandbox): Promise<string[]> {
  const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: text.replaceAll("<(", "$("), encoding: "utf8" });
  const problems = status === 0 ? [] : [stderr];
  for (const words of simpleCommands(text)) {
    const [program = "", ...rest] = words[0] === "sudo" ? words.slice(1) : words;
    const asked = asBootlace(program, rest);
    if (asked !== undefined) {
      const { problem } = await sandbox.run(asked);
      if (problem !== undefined) problems.push(`${words.join(" ")}: ${problem}`);
      continue;
    }
    if (/^\w+=\S*$/.test(program)) continue;
    for (const file of copied(program, rest)) sandbox.putBootFile(file);
    const look = programs[program];
    const problem = look === undefined ? "no rule for this program (helpers/doc-shell.ts)" : look(rest);
    if (problem !== undefined) problems.push(`${words.join(" ")}: ${problem}`);
  }
  return problems;
}

/** The boot files that a command puts below `boot`, so that later commands of the page find them, empty. */
function copied(program: string, words: readonly string[]): string[] {
  const [from = "", to = ""] = words.filter((word) => !word.startsWith("-"));
  if (!to.startsWith("boot/")) return [];
  if (program === "cp") return [to.endsWith("/") ? `${to}${from.slice(from.lastIndexOf("/") + 1)}` : to];
  // The boot partition of a Raspberry Pi.
  return program === "rsync" ? [`${to}start4.elf`] : [];
}

/** The words behind `bootlace`, however it is called. */
export function asBootlace(program: string, words: readonly string[]): readonly string[] | undefined {
  if (/(^|\/)bootlace(-linux-\w+)?$/.test(program)) return words;
  const main = words.findIndex((word) => word.endsWith("apps/appliance/dist/main.js"));
  if (main !== -1) return words.slice(main + 1);
  if (program !== "npm" || !words.includes("--")) return undefined;
  const behind = words.slice(words.indexOf("--") + 1);
  if (words[0] === "start") return ["serve", ...behind];
  // npm run -s bootlace -- and npm run -s binary -- are two things.
  return words[0] === "run" && words.includes("bootlace") ? behind : undefined;
}
