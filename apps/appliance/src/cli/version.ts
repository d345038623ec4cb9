import { version } from "../version.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** Name, version and what it runs on, in one line. */
export function versionLine(): string {
  return `bootlace ${version} (node ${process.versions.node}, ${process.platform} ${process.arch})\n`;
}

export const versionCommand: Command = {
  name: "version",
  summary: "Show the version",
  options: [],
  examples: [
    ["bootlace version", "name, version and what it runs on"],
    ["bootlace --version", "the same"],
  ],
  async run(_args, { out }) {
    out(versionLine());
    return exitCodes.ok;
  },
};
