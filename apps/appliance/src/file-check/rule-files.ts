import { stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { architectureByName, quote } from "@bootlace/dhcp-core";
import type { FileFacts } from "../catalogue/file-facts.ts";
import { fileFormats, formatFixes } from "../catalogue/file-formats.ts";
import { uefiArchitectures } from "../catalogue/names.ts";
import { type PeMachine, peHeaderOctets, programFlaw } from "../catalogue/pe.ts";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Tree } from "./contents.ts";
import { head } from "./files.ts";
import { finding, flawFinding, type Place, type TreeFinding } from "./findings.ts";
import { type NamedFile, namedFiles, type PendingBoot, pendingFiles } from "./named-files.ts";
import { checkContent } from "./needs.ts";

/** Checks the files of rules, menus and one-time boots: they exist, are readable, match in case, and fit the machine. */
export async function checkRuleFiles(
  loaded: LoadedConfig,
  tree: Tree,
  pending: readonly PendingBoot[],
): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  findings.push(...checkUrls(loaded));
  for (const named of [...namedFiles(loaded), ...pendingFiles(pending)])
    findings.push(...(await checkOne(loaded, tree, named)));
  return findings;
}

/** URLs of rules that ask this machine by TLS for a port on which plain HTTP is spoken. */
function checkUrls({ config, originOf }: LoadedConfig): TreeFinding[] {
  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  return config.boot.flatMap((rule, index) =>
    (["url", "script"] as const).flatMap((key) => {
      const [, host = "", port = "443"] = /^https:\/\/([^/:]+)(?::(\d+))?(?:\/|$)/i.exec(rule[key] ?? "") ?? [];
      const isOwn = host === "{address}" || own.includes(host);
      if (!isOwn || !config.http.enabled || config.http.port !== Number(port)) return [];
      const path = ["boot", index, key];
      const origin = originOf(path);
      const where = origin.kind === "file" ? { file: origin.file, line: origin.line, column: 1 } : atDefaults;
      const problem = `${quote(rule[key] ?? "")} is https, but Bootlace speaks plain HTTP on port ${port}`;
      return [finding("T022", { ...where, path: formatPath(path) }, problem, "Write http: instead of https:")];
    }),
  );
}

const atDefaults = { file: "defaults", line: 0, column: 0 };

async function checkOne({ config, originOf }: LoadedConfig, tree: Tree, named: NamedFile): Promise<TreeFinding[]> {
  const { name, path } = named;
  const origin = originOf(path);
  const where = origin.kind === "file" ? { file: origin.file, line: origin.line, column: 1 } : undefined;
  const inConfig: Place = { ...(where ?? atDefaults), path: formatPath(path) };
  const place = named.place ?? inConfig;
  const found = await tree.look(name);
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
  return [...other, ...(await checkProgram(tree, found.path, named, place))];
}

async function checkProgram(tree: Tree, path: string, named: NamedFile, place: Place): Promise<TreeFinding[]> {
  const shown = quote(named.name);
  const bytes = await head(path, peHeaderOctets);
  const facts = await tree.facts(named.name);
  if (bytes === undefined || facts === undefined) return [];
  const flaw = programFlaw(path, bytes, (await stat(path)).size);
  if (flaw !== undefined) return [flawFinding(flaw, shown, place)];
  const refused = formatFinding(facts, named, place);
  if (refused !== undefined) return [refused];
  const contents = checkContent(withoutFormat(facts), named.role === "script" ? "script" : "program", shown, place);
  // What is wrong inside a script is said where it is.
  const broken = contents.filter(({ code }) => code !== "T013");
  return broken.length > 0 || named.role === "script" ? broken : machineFindings(facts, named, place);
}

/** An archive, or the image of a disc, that firmware would have to start. */
function formatFinding(facts: FileFacts, named: NamedFile, place: Place): TreeFinding | undefined {
  const { format, size, declaredSize = 0 } = facts;
  const { name, role, firmwares } = named;
  if (format === undefined || role === "script" || declaredSize > size) return undefined;
  const { name: what, sort } = fileFormats[format];
  const takers = firmwares.filter((firmware) => programStarters.has(firmware) || firmware === "ipxe");
  if (firmwares.length > 0 && takers.length === 0) return undefined;
  if (sort === "disk" && isForHttpBoot(named)) return undefined;
  // Some builds of iPXE unpack a kernel.
  if (sort === "packed" && takers.length > 0 && takers.every((firmware) => firmware === "ipxe")) return undefined;
  const remedy = formatFixes[sort];
  const fix = `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}`;
  return finding("T008", place, `${quote(name)} is ${what}, not a boot program`, fix);
}

/** HTTP Boot takes images of discs and disks (UEFI 2.10 §24.7.2). */
function isForHttpBoot({ role, archs, firmwares }: NamedFile): boolean {
  const isHttp = (names: readonly string[]) => names.length > 0 && names.every((each) => each.endsWith("-http"));
  return role === "url" || isHttp(archs) || isHttp(firmwares);
}

function withoutFormat({ format: _format, ...facts }: FileFacts): FileFacts {
  return facts;
}

/** Firmware that starts what a boot file is; iPXE, U-Boot and a Raspberry Pi take other files as well. */
const programStarters = new Set(["bios", "uefi", "uefi-http"]);

/** By the bytes of a file, never by its name. */
function machineFindings(facts: FileFacts, named: NamedFile, place: Place): TreeFinding[] {
  const { name, archs, firmwares, role } = named;
  const starters = firmwares.filter((firmware) => programStarters.has(firmware));
  if (firmwares.length > 0 && starters.length === 0) return [];
  const shown = quote(name);
  const isProgram = facts.kind === "efi-program";
  // HTTP Boot takes images of disks too (UEFI 2.10 §24.7.2), and iPXE, which has the same architecture, its scripts.
  const isDisk = facts.format !== undefined && isForHttpBoot(named);
  if (!isProgram && (role === "url" || isDisk || facts.loader === "ipxe")) return [];
  const remedy = "Name the file for this architecture";
  const ofArchs = archs.flatMap((arch) => {
    const wanted = machineOf(arch);
    if (wanted === "any" || (isProgram ? wanted === facts.machine : wanted === "none")) return [];
    const problem = isProgram
      ? `${shown} is a UEFI program for ${facts.machine}, but the rule is for ${arch}`
      : `${shown} is not a UEFI program (it has no PE header), but the rule is for ${arch}`;
    return [finding("T004", place, problem, remedy)];
  });
  if (archs.length > 0) return ofArchs;
  return starters.flatMap((firmware) => {
    if (isProgram === (firmware !== "bios")) return [];
    const problem = isProgram
      ? `${shown} is a UEFI program, but the rule is for PC BIOS`
      : `${shown} is not a UEFI program (it has no PE header), but the rule is for UEFI`;
    return [finding("T004", place, problem, "Name the file for this firmware")];
  });
}

/** The PE machine that an architecture boots; `none` for those that boot no UEFI programs. */
function machineOf(arch: string): PeMachine | "none" | "any" {
  const code = architectureByName(arch.replace(/-http$/, ""))?.code;
  if (code === 0) return "none";
  // Firmware that reports EBC runs x64 as well (RFC 4578 §2.1, errata).
  return uefiArchitectures.find((candidate) => candidate.code === code)?.machine ?? "any";
}
