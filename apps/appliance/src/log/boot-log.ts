import { architectureByCode, quote } from "@bootlace/dhcp-core";
import { checkedArchitectures } from "../catalogue/boot-check.ts";
import { bios, ebc, uefiArchitectures } from "../catalogue/names.ts";
import type { BootTree } from "../catalogue/tree.ts";
import type { BootRule, Config } from "../config/schema.ts";
import type { LogRecord } from "../events/record.ts";

/** Common architectures: their missing boot file is logged with the names looked for. */
const common: ReadonlySet<number> = new Set([0, 7, 6, 11]);

const flawTexts = {
  empty: "it is empty",
  "no-program": "it is not a UEFI program (no PE header)",
  "cut-short": "it is truncated: the end of the program is missing",
  unreadable: "permission denied",
  "leads-out": "it is a symbolic link out of the root",
  "odd-name": "its name contains a control character",
} as const;
const mostUnusable = 10;

/**
 * The table of the boot files in the root, by architecture.
 * @param check clients without a boot file get the boot check
 */
export function treeRecord(root: string, tree: BootTree, cut: boolean, check: boolean): LogRecord {
  const shown = [bios, ...uefiArchitectures].map(({ code }) => code);
  const rows: [string, string][] = [];
  const checked = checkedArchitectures(tree, { enabled: check });
  for (const code of [...shown, ebc.code]) {
    const entry = tree.entries.get(code);
    const looked = tree.missing.get(code);
    if (entry !== undefined) {
      const misnamed = entry.misnamed === undefined ? "" : ` (despite its name: its header says ${entry.misnamed})`;
      rows.push([nameOf(code), `${quote(entry.file)}${misnamed}`]);
    } else if (looked !== undefined && common.has(code)) {
      rows.push([
        nameOf(code),
        `${checked.includes(nameOf(code)) ? "boot check" : "nothing"} (no file of its own; looked for ${looked.join(", ")})`,
      ]);
    }
  }
  const silent = shown.filter((code) => !tree.entries.has(code) && !common.has(code)).map(nameOf);
  if (silent.length > 0) rows.push([silent.join(", "), "nothing"]);
  if (tree.raspberryPi !== undefined) rows.push(["raspberry-pi", quote(tree.raspberryPi)]);
  if (tree.script !== undefined) rows.push(["iPXE", quote(tree.script)]);
  else if (tree.uefiScript !== undefined) rows.push(["iPXE, UEFI", quote(tree.uefiScript)]);
  for (const { path, flaw } of tree.unusable.slice(0, mostUnusable)) {
    rows.push(["left out", `${quote(path)}: ${flawTexts[flaw]}`]);
  }
  if (tree.unusable.length > mostUnusable) rows.push(["left out", `${tree.unusable.length - mostUnusable} more`]);
  if (cut) rows.push(["note", "the root is deep or large: only part of it was scanned"]);

  const width = Math.max(...rows.map(([name]) => (name.length > 24 ? 0 : name.length)));
  const found = shown.filter((code) => tree.entries.has(code)).length + Number(tree.entries.has(ebc.code));
  const empty = found === 0 && tree.raspberryPi === undefined && tree.script === undefined;
  const summary = empty
    ? `no boot files yet. Add some${check ? "; until then clients get the boot check" : ""}`
    : `boot files for ${found} ${found === 1 ? "architecture" : "architectures"}${tree.raspberryPi === undefined ? "" : " and Raspberry Pi"}`;
  return {
    level: empty ? "warn" : "info",
    scope: "boot",
    event: "boot.tree",
    message: `root ${root}: ${summary}`,
    fields: {
      root,
      architectures: Object.fromEntries([...tree.entries].map(([code, { file }]) => [nameOf(code), file])),
      missing: [...tree.missing.keys()].map(nameOf),
      unusable: tree.unusable.length === 0 ? undefined : tree.unusable.map(({ path, flaw }) => ({ file: path, flaw })),
      bootCheck: checked,
      script: tree.script,
      uefiScript: tree.uefiScript,
      raspberryPi: tree.raspberryPi,
    },
    details: rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
  };
}

/** The rules in force, one line each; undefined when there are none. */
export function rulesRecord(rules: readonly BootRule[]): LogRecord | undefined {
  if (rules.length === 0) return undefined;
  return {
    level: "info",
    scope: "boot",
    event: "boot.rules",
    message: `${rules.length} ${rules.length === 1 ? "rule" : "rules"}; the first that matches decides, then the boot folder`,
    fields: { rules },
    details: rules.map(
      (rule, index) => `${quote(rule.name ?? `rule ${index + 1}`)}: ${conditions(rule)} -> ${action(rule)}`,
    ),
  };
}

function conditions({ when }: BootRule): string {
  const texts = Object.entries(when ?? {}).map(
    ([key, values]) => `${key} ${(values ?? []).map(quoteUnlessWord).join(" or ")}`,
  );
  return texts.length === 0 ? "every client" : texts.join(" and ");
}

function action({ ignore, file, url, script, menu, server, form, root, delay }: BootRule): string {
  if (ignore === true) return "ignore";
  const named = [
    ...(file === undefined ? [] : [quote(file)]),
    ...(url === undefined ? [] : [quote(url)]),
    ...(script === undefined ? [] : [`script ${quote(script)}`]),
    ...(menu === undefined ? [] : [`menu ${quote(menu)}`]),
  ];
  const what = named.length === 0 ? "from the boot folder" : named.join(", ");
  return [
    `${what}${server === undefined ? "" : ` from ${server}`}`,
    ...(form === undefined ? [] : [`form ${form}`]),
    ...(root === undefined ? [] : [`root ${quote(root)}`]),
    ...(delay === undefined ? [] : [`after ${delay} s`]),
  ].join(", ");
}

function quoteUnlessWord(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : quote(text);
}

function nameOf(code: number): string {
  return architectureByCode(code)?.name ?? `architecture ${code}`;
}

/** What there is to say where nothing is served. */
export function idleRecord({ dhcp, tftp, http }: Pick<Config, "dhcp" | "tftp" | "http">): LogRecord | undefined {
  if ([dhcp, tftp, http].some(({ enabled }) => enabled)) return undefined;
  const message = "dhcp, tftp and http are all disabled: nothing is served";
  return { level: "warn", scope: "bootlace", event: "bootlace.idle", message };
}
