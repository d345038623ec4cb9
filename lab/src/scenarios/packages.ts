import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabFailure, must } from "../failure.ts";
import type { Scenario } from "../lab.ts";

const LIBRARIES = ["dhcp-core", "proxy-dhcp", "tftp-serve"];
const PUBLINT = "publint@0.3.25";
const ARE_THE_TYPES_WRONG = "@arethetypeswrong/cli@0.18.5";

function execute(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new LabFailure(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`);
  }
}

export const packages: Scenario = {
  name: "packages",
  proves: "the libraries, packed, are well-formed, have right types, and run in an empty project",
  async run(lab) {
    const folder = mkdtempSync(join(tmpdir(), "bootlace-packages-"));
    lab.defer(async () => rmSync(folder, { recursive: true, force: true }));
    const npx = ["-y", "--prefer-offline"];
    for (const name of LIBRARIES) {
      const home = join(process.cwd(), "packages", name);
      execute("npx", [...npx, "pnpm@12.21.0", "pack", "--pack-destination", folder], home);
    }
    const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
    must(tarballs.length === LIBRARIES.length, `packed ${tarballs.join(", ")}`);
    for (const tarball of tarballs) {
      execute("npx", [...npx, PUBLINT, "--strict", join(folder, tarball)], folder);
      // The packages are ES modules only; Node 22 and later can require them.
      execute("npx", [...npx, ARE_THE_TYPES_WRONG, "--profile", "esm-only", join(folder, tarball)], folder);
      lab.proof(`${tarball}: publint and are-the-types-wrong find nothing`);
    }

    const project = mkdtempSync(join(folder, "project-"));
    const dependencies = Object.fromEntries(
      LIBRARIES.map((name) => [`@bootlace/${name}`, `file:${join(folder, `bootlace-${name}-0.1.0.tgz`)}`]),
    );
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true, dependencies }));
    execute("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], project);
    const program = [
      'import { decodePacket, encodePacket, createPacket } from "@bootlace/dhcp-core";',
      'import { createProxyDhcp } from "@bootlace/proxy-dhcp";',
      'import { createTftpServer, content } from "@bootlace/tftp-serve";',
      "const encoded = encodePacket(createPacket({ options: new Map([[53, Uint8Array.of(1)]]) }));",
      "if (!encoded.ok || !decodePacket(encoded.bytes).ok) throw new Error('the codec does not work');",
      "createProxyDhcp({ choose: () => ({ kind: 'ignore', reason: 'test' }) });",
      "const tftp = createTftpServer({ source: { open: () => content('x') }, addresses: ['127.0.0.1'], port: 0 });",
      "await tftp.start();",
      "await tftp.stop();",
      "console.log('all three work');",
    ];
    writeFileSync(join(project, "program.js"), `${program.join("\n")}\n`);
    const said = execute(process.execPath, ["program.js"], project).trim();
    must(said === "all three work", `the program in the empty project said: ${said}`);
    lab.proof(`in an empty project: ${said}`);
  },
};
