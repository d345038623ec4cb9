import { architectureByCode, architectureByName } from "@bootlace/dhcp-core";
import { isIpxeBinary } from "@bootlace/proxy-dhcp";
import {
  bios,
  biosNames,
  ebc,
  headlineNames,
  neutralNames,
  scriptNames,
  type TreeArchitecture,
  uefiArchitectures,
  uefiNames,
  uefiScriptName,
  usualFolders,
} from "./names.ts";
import type { PeMachine, ProgramFlaw } from "./pe.ts";

/** Why a file, or all that is in a folder, is of no use to anybody. */
export type FileFlaw = ProgramFlaw | "unreadable" | "leads-out" | "odd-name";

/** A file that may be a boot file: its path below the root with `/`, and its PE machine when it has one. */
export interface TreeFile {
  readonly path: string;
  readonly machine?: PeMachine;
  /** It is a program without a signature. */
  readonly unsigned?: true;
  /** Why no client gets it. */
  readonly flaw?: FileFlaw;
}

/** What one architecture gets. */
interface TreeEntry {
  readonly code: number;
  readonly file: string;
  /** The machine its header names, when the file name says otherwise. */
  readonly misnamed?: PeMachine;
}

export interface BootTree {
  /** The boot file of each architecture, by its code of option 93. The HTTP twin of a UEFI architecture gets the same. */
  readonly entries: ReadonlyMap<number, TreeEntry>;
  /** The iPXE program of each architecture, for clients that are to run a script. */
  readonly ipxe: ReadonlyMap<number, string>;
  /** A script for clients that are iPXE. */
  readonly script?: string;
  /** The same for those on UEFI machines, where there is no other. */
  readonly uefiScript?: string;
  /** A Raspberry Pi finds its first file here: it asks for fixed names. */
  readonly raspberryPi?: string;
  /** Programs that iPXE and PXELINUX start for images which need them (https://wiki.syslinux.org/wiki/index.php?title=MEMDISK, https://ipxe.org/wimboot). */
  readonly memdisk?: string;
  readonly wimboot?: string;
  /** Architectures without a file, with the main names that are looked for. */
  readonly missing: ReadonlyMap<number, readonly string[]>;
  /** Files that no client gets, because none could fetch or start them. */
  readonly unusable: readonly (TreeFile & { readonly flaw: FileFlaw })[];
}

interface Candidate {
  readonly file: TreeFile;
  readonly rank: number;
  readonly misnamed?: PeMachine;
}

/** The script that the tree has for iPXE on a machine of this architecture. */
export function scriptFor({ script, uefiScript }: BootTree, code: number | undefined): string | undefined {
  return script ?? (code === undefined || code === bios.code ? undefined : uefiScript);
}

/** True for names that `growTree` must know. */
export function mayBoot(name: string): boolean {
  const lower = name.toLowerCase();
  return /\.(efi|efi\.signed)$/.test(lower) || otherNames.has(lower);
}

const piNames = ["bootcode.bin", "start4.elf", "start.elf"] as const;
const otherNames = new Set<string>([
  ...biosNames.map((name) => baseName(name)),
  ...scriptNames,
  uefiScriptName,
  ...piNames,
  "memdisk",
  "wimboot",
]);

/** Finds the boot file of each architecture among the files of a root folder. Names are compared without case. */
export function growTree(found: readonly TreeFile[]): BootTree {
  const files = found.filter(({ flaw }) => flaw === undefined);
  const unusable = found.flatMap(({ flaw, ...file }) => (flaw === undefined ? [] : [{ ...file, flaw }]));
  const entries = new Map<number, TreeEntry>();
  const ipxe = new Map<number, string>();
  const missing = new Map<number, readonly string[]>();
  const settle = (code: number, candidates: readonly Candidate[], names: readonly string[]) => {
    const best = pick(candidates);
    if (best === undefined) missing.set(code, names);
    else entries.set(code, { code, file: best.file.path, ...(best.misnamed ? { misnamed: best.misnamed } : {}) });
    const chain = pick(candidates.filter(({ file }) => isIpxeBinary(file.path)));
    if (chain !== undefined) ipxe.set(code, chain.file.path);
  };
  settle(bios.code, rankByName(files, biosNames), biosNames);
  for (const architecture of uefiArchitectures) {
    settle(architecture.code, uefiCandidates(files, architecture), headlineNames(architecture));
  }
  const forEbc = pick(files.filter((file) => file.machine === "ebc").map((file) => ({ file, rank: 0 })));
  const standIn = entries.get(ebc.servedAs)?.file;
  const ebcFile = forEbc?.file.path ?? standIn;
  if (ebcFile !== undefined) entries.set(ebc.code, { code: ebc.code, file: ebcFile });

  for (const entry of [...entries.values()]) {
    const twin = httpTwin(entry.code);
    if (twin !== undefined) entries.set(twin, { ...entry, code: twin });
  }
  for (const [code, file] of [...ipxe]) {
    const twin = httpTwin(code);
    if (twin !== undefined) ipxe.set(twin, file);
  }

  const script = pick(rankByName(files, scriptNames))?.file.path;
  const uefiScript = pick(rankByName(files, [uefiScriptName]))?.file.path;
  const raspberryPi = pick(rankByName(files, piNames))?.file.path;
  const memdisk = pick(rankByName(files, ["memdisk"]))?.file.path;
  const wimboot = pick(rankByName(files, ["wimboot"]))?.file.path;
  return {
    entries,
    ipxe,
    missing,
    unusable,
    ...(script === undefined ? {} : { script }),
    ...(uefiScript === undefined ? {} : { uefiScript }),
    ...(raspberryPi === undefined ? {} : { raspberryPi }),
    ...(memdisk === undefined ? {} : { memdisk }),
    ...(wimboot === undefined ? {} : { wimboot }),
  };
}

/** The code by which the same firmware asks for an HTTP boot. A PC's BIOS that can do so wants no PXE program. */
function httpTwin(code: number): number | undefined {
  const name = architectureByCode(code)?.name;
  return code === bios.code || name === undefined ? undefined : architectureByName(`${name}-http`)?.code;
}

function rankByName(files: readonly TreeFile[], names: readonly string[]): Candidate[] {
  return files.flatMap((file) => {
    const path = `/${file.path.toLowerCase()}`;
    const rank = names.findIndex((name) => path.endsWith(`/${name}`));
    return rank === -1 ? [] : [{ file, rank }];
  });
}

function uefiCandidates(files: readonly TreeFile[], architecture: TreeArchitecture): Candidate[] {
  const ownNames = uefiNames(architecture);
  return files.flatMap((file): Candidate[] => {
    const name = baseName(file.path).toLowerCase();
    const rank = ownNames.indexOf(name);
    if (file.machine !== undefined) {
      if (file.machine !== architecture.machine) return [];
      if (rank !== -1) return [{ file, rank }];
      const foreign = uefiArchitectures.map((other) => uefiNames(other).indexOf(name)).find((found) => found !== -1);
      return foreign === undefined ? [] : [{ file, rank: foreign, misnamed: file.machine }];
    }
    if (rank === -1) return [];
    return neutralNames.has(name) && hintedCode(file.path) !== architecture.code ? [] : [{ file, rank }];
  });
}

function hintedCode(path: string): number {
  const folders = foldersOf(path).reverse();
  for (const folder of folders) {
    const hinted = uefiArchitectures.find(({ suffix, words }) => suffix === folder || words.includes(folder));
    if (hinted !== undefined) return hinted.code;
  }
  return 7;
}

function pick(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort(
    (a, b) =>
      Number(isUnusual(a.file.path)) - Number(isUnusual(b.file.path)) ||
      a.rank - b.rank ||
      foldersOf(a.file.path).length - foldersOf(b.file.path).length ||
      (a.file.path < b.file.path ? -1 : 1),
  )[0];
}

function isUnusual(path: string): boolean {
  return foldersOf(path).some((folder) => !usualFolders.has(folder));
}

function foldersOf(path: string): string[] {
  return path.toLowerCase().split("/").slice(0, -1);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
