import { stat } from "node:fs/promises";
import { architectureByName, quote } from "@bootlace/dhcp-core";
import { builtinCheck } from "../catalogue/boot-check.ts";
import { uefiArchitectures } from "../catalogue/names.ts";
import { type PeMachine, peHeaderOctets, peMachine, programFlaw } from "../catalogue/pe.ts";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { BootRule } from "../config/schema.ts";
import { head, look } from "./files.ts";
import { finding, flawFinding, type Place, type TreeFinding } from "./findings.ts";

/** One file that the config names and this machine serves. */
interface NamedFile {
  readonly name: string;
  readonly path: readonly PropertyKey[];
  /** Architectures of the rule; empty: any. */
  readonly archs: readonly string[];
}

/** Checks the files of rules and menus: they exist, are readable, match in case, and fit the machine that gets them. */
export async function checkRuleFiles(loaded: LoadedConfig): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  for (const named of namedFiles(loaded)) findings.push(...(await checkOne(loaded, named)));
  return findings;
}

function namedFiles({ config }: LoadedConfig): NamedFile[] {
  const ofRules = config.boot.flatMap((rule, index): NamedFile[] => {
    const archs = rule.when?.arch ?? [];
    const elsewhere = rule.server !== undefined;
    const file = ownFile(rule, rule.file, elsewhere || !config.tftp.enabled);
    const script = ownFile(rule, rule.script, elsewhere);
    return [
      ...(file === undefined ? [] : [{ name: file, path: ["boot", index, "file"], archs }]),
      ...(script === undefined ? [] : [{ name: script, path: ["boot", index, "script"], archs: [] }]),
    ];
  });
  const ofMenus = Object.entries(config.menus).flatMap(([menu, { items }]) =>
    items.flatMap(({ file, server }, index): NamedFile[] =>
      file === undefined || server !== undefined || file === builtinCheck
        ? []
        : [{ name: file, path: ["menus", menu, "items", index, "file"], archs: [] }],
    ),
  );
  return [...ofRules, ...ofMenus];
}

/** The path below the common root. A root with placeholders for each client cannot be checked. */
function ownFile({ root }: BootRule, file: string | undefined, elsewhere: boolean): string | undefined {
  if (file === undefined || file === builtinCheck || elsewhere || /^[a-z]+:\/\//i.test(file)) return undefined;
  if (root === undefined) return file;
  return root.includes("{") ? undefined : `${root}/${file}`;
}

async function checkOne({ config, originOf }: LoadedConfig, { name, path, archs }: NamedFile): Promise<TreeFinding[]> {
  const origin = originOf(path);
  const where = origin.kind === "file" ? { file: origin.file, line: origin.line, column: 1 } : undefined;
  const place: Place = { ...(where ?? { file: "defaults", line: 0, column: 0 }), path: formatPath(path) };
  const found = await look(config.root, name);
  const shown = quote(name);
  if (found.kind === "missing") {
    return [
      finding("T001", place, `${shown} is not in the root ${config.root}`, "Copy the file there, or correct the name"),
    ];
  }
  if (found.kind === "unusable") {
    return [finding("T002", place, `${shown} cannot be served: ${found.why}`, "Make it a readable file in the root")];
  }
  const other =
    found.kind === "other-case"
      ? [
          finding(
            "T003",
            place,
            `${shown} is called ${quote(found.name)} on disk`,
            "Bootlace serves it anyway; other servers and loaders do not",
          ),
        ]
      : [];
  return [...other, ...(await checkMachine(found.path, shown, archs, place))];
}

async function checkMachine(
  path: string,
  shown: string,
  archs: readonly string[],
  place: Place,
): Promise<TreeFinding[]> {
  const bytes = await head(path, peHeaderOctets);
  if (bytes === undefined) return [];
  const flaw = programFlaw(path, bytes, (await stat(path)).size);
  if (flaw !== undefined) return [flawFinding(flaw, shown, place)];
  const machine = peMachine(bytes);
  if (machine === undefined) return [];
  return archs.flatMap((arch) => {
    const wanted = machineOf(arch);
    if (wanted === "any" || wanted === machine) return [];
    const problem = `${shown} is a UEFI program for ${machine}, but the rule is for ${arch}`;
    return [finding("T004", place, problem, "Name the file for this architecture")];
  });
}

/** The PE machine that an architecture boots; `none` for those that boot no UEFI programs. */
function machineOf(arch: string): PeMachine | "none" | "any" {
  const code = architectureByName(arch.replace(/-http$/, ""))?.code;
  if (code === 0) return "none";
  // Firmware that reports EBC runs x64 as well (RFC 4578 §2.1, errata).
  return uefiArchitectures.find((candidate) => candidate.code === code)?.machine ?? "any";
}
