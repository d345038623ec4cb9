import { quote } from "@bootlace/dhcp-core";
import { isIpxeBinary } from "../catalogue/boot-programs.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { BootRule } from "../config/schema.ts";

/**
 * Rules that hand iPXE an iPXE program: right for a newer build or for one with a script inside, and a circle for any
 * other. It is a circle only once it has been seen to be one, so this is a note.
 */
export function ipxeLoopNotes({ config: { boot, menus } }: LoadedConfig): string[] {
  const scripted = boot.some((rule) => rule.script !== undefined && isForIpxe(rule) && isForAll(rule));
  return boot.flatMap((rule, index) => {
    if (!isForIpxe(rule) || rule.script !== undefined || rule.ignore === true || isAfterScript(boot, index)) return [];
    const files = [
      rule.file,
      ...(rule.menu === undefined ? [] : (menus[rule.menu]?.items ?? []).map(({ file }) => file)),
    ];
    const program = files.find((file) => file !== undefined && isIpxeBinary(file));
    if (program === undefined || (scripted && rule.when?.firmware === undefined)) return [];
    const name = quote(rule.name ?? `rule ${index + 1}`);
    return [
      `${name} gives ${quote(program)} to iPXE too: without an embedded script it loads itself again, and Bootlace breaks ` +
        "the loop the third time. If that is not intended, add a rule with a script for iPXE before it",
    ];
  });
}

function isForIpxe({ when: { firmware, userClass } = {} }: BootRule): boolean {
  if (userClass !== undefined && !userClass.includes("iPXE")) return false;
  return firmware === undefined || firmware.includes("ipxe");
}

/** No other condition than those that say that it is iPXE. */
function isForAll({ when = {} }: BootRule): boolean {
  return Object.keys(when).every((key) => key === "firmware" || key === "userClass");
}

/** An earlier rule takes every iPXE. */
function isAfterScript(boot: readonly BootRule[], index: number): boolean {
  return boot.slice(0, index).some((rule) => isForIpxe(rule) && isForAll(rule));
}
