import { version } from "../app/version.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { Command } from "./command.ts";
import { printJson } from "./output.ts";

/** Name, version and what it runs on, in one line. */
export function versionLine(): string {
  return `bootlace ${version} (node ${process.versions.node}, ${process.platform} ${process.arch})\n`;
}

export const versionCommand: Command = {
  name: "version",
  summary: "Show the version",
  options: [{ name: "json", description: "Print one JSON document instead of a line." }],
  examples: [
    ["bootlace version", "version, Node.js and platform"],
    ["bootlace --version", "the same"],
  ],
  async run({ options }, surroundings) {
    const { platform, arch } = process;
    if (options.has("json")) printJson(surroundings, { version, node: process.versions.node, platform, arch });
    else surroundings.out(versionLine());
    return exitCodes.ok;
  },
};
