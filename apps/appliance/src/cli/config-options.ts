import { quote } from "@bootlace/dhcp-core";
import { usualPlaces } from "../config/load.ts";
import type { Flag } from "../config/overlay.ts";
import type { Arguments, OptionRow } from "./command.ts";

export const configOption: OptionRow = {
  name: "config",
  short: "c",
  value: "FILE",
  description: `Config file. Default: $BOOTLACE_CONFIG, else the first of ${usualPlaces.join(", ")} that exists, else built-in defaults.`,
};

/** The options that override environment and config file. */
export const settingOptions: readonly OptionRow[] = [
  {
    name: "root",
    short: "r",
    value: "DIR",
    description: "Boot folder, created if missing. Default: boot, beside the config file or in the current folder",
  },
  {
    name: "interface",
    short: "i",
    value: "NAME",
    many: true,
    description: "Serve only this network interface. Repeatable.",
  },
  {
    name: "set",
    value: "KEY=VALUE",
    many: true,
    description: "Set any config key, such as tftp.port=1069. Repeatable.",
  },
];

export type FlagsResult = { readonly ok: true; readonly flags: readonly Flag[] } | { ok: false; problem: string };

/** The values of {@link settingOptions}. */
export function flagsOf({ options }: Arguments): FlagsResult {
  const flags: Flag[] = [];
  for (const text of options.get("set") ?? []) {
    const at = text.indexOf("=");
    if (at < 1) return { ok: false, problem: `--set ${quote(text)} is not KEY=VALUE` };
    const key = text.slice(0, at);
    flags.push({ name: `--set ${quote(key)}`, key, value: text.slice(at + 1) });
  }
  const root = options.get("root")?.at(-1);
  if (root !== undefined) flags.push({ name: "--root", key: "root", value: root });
  const interfaces = options.get("interface");
  if (interfaces !== undefined) flags.push({ name: "--interface", key: "interfaces", value: interfaces });
  return { ok: true, flags };
}
