import { version } from "../app/version.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { builtInLicenses } from "./built-in.ts";
import type { Command } from "./command.ts";

export const licensesCommand: Command = {
  name: "licenses",
  summary: "Show the licences of Bootlace and everything built into it",
  options: [],
  examples: [
    ["bootlace licenses", "show all licences"],
    ["bootlace licenses | less", "read them page by page"],
  ],
  async run(_args, { out }) {
    if (builtInLicenses === undefined) {
      out(`Bootlace ${version} (MIT). Each library has its licence in its folder in node_modules.\n`);
      return exitCodes.ok;
    }
    out(builtInLicenses);
    const node = nodeLicense();
    if (node !== undefined) out(`${"-".repeat(78)}\nNode.js ${process.versions.node}\n\n${node}`);
    return exitCodes.ok;
  },
};

/** The single executable carries Node, and its licence with it. */
function nodeLicense(): string | undefined {
  const sea = process.getBuiltinModule("node:sea");
  return sea?.isSea() ? sea.getAsset("node-license", "utf8") : undefined;
}
