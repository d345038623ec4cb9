/** What the first KiB of a file says about the machine it is for. */
export type PeMachine =
  | "x86"
  | "x64"
  | "arm32"
  | "arm64"
  | "ebc"
  | "riscv32"
  | "riscv64"
  | "riscv128"
  | "loongarch32"
  | "loongarch64"
  | "itanium";

/** Bytes from the start of a file that `peMachine` may look at. */
export const peHeaderOctets = 1024;

const machines: ReadonlyMap<number, PeMachine> = new Map([
  [0x014c, "x86"],
  [0x8664, "x64"],
  [0x01c0, "arm32"],
  [0x01c2, "arm32"],
  [0x01c4, "arm32"],
  [0xaa64, "arm64"],
  [0x0ebc, "ebc"],
  [0x5032, "riscv32"],
  [0x5064, "riscv64"],
  [0x5128, "riscv128"],
  [0x6232, "loongarch32"],
  [0x6264, "loongarch64"],
  [0x0200, "itanium"],
]);

/** Why no firmware can start a file, whatever machine it runs on. */
export type ProgramFlaw = "empty" | "no-program" | "cut-short";

/**
 * What a file that firmware is to start lacks. Whether a BIOS can start what is in a file does not show.
 * @param head the first bytes of the file
 * @param size how many the file has
 */
export function programFlaw(name: string, head: Uint8Array, size: number): ProgramFlaw | undefined {
  if (head.length === 0) return "empty";
  if (!/\.efi(\.signed)?$/i.test(name)) return undefined;
  if (head.length < 0x40 || head[0] !== 0x4d || head[1] !== 0x5a) return "no-program";
  const view = new DataView(head.buffer, head.byteOffset, Math.min(head.length, peHeaderOctets));
  const header = view.getUint32(0x3c, true);
  if (header + coffHeaderOctets > size) return "cut-short";
  if (header > view.byteLength - coffHeaderOctets) return undefined;
  if (view.getUint32(header, false) !== 0x50450000) return "no-program";
  return contentEnd(head) > size ? "cut-short" : undefined;
}

/** The signature and the COFF file header (PE format). */
const coffHeaderOctets = 24;
const sectionOctets = 40;

/**
 * Where the signature, or the last of the sections whose headers are seen, ends (PE format, "Section Table").
 * @param head the first bytes of a file with a PE header
 */
export function contentEnd(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, Math.min(head.length, peHeaderOctets));
  const coff = view.getUint32(0x3c, true) + 4;
  if (coff + coffHeaderOctets > view.byteLength) return 0;
  const count = view.getUint16(coff + 2, true);
  const table = coff + 20 + view.getUint16(coff + 16, true);
  const entry = certificateEntry(view, coff + 20);
  let end = typeof entry === "string" ? 0 : view.getUint32(entry, true) + view.getUint32(entry + 4, true);
  for (
    let at = table;
    at < table + count * sectionOctets && at + sectionOctets <= view.byteLength;
    at += sectionOctets
  ) {
    const bytes = view.getUint32(at + 16, true);
    // A section is filled up to the alignment of the file, which not every linker does at its end.
    const used = Math.min(bytes, view.getUint32(at + 8, true) || bytes);
    if (used > 0) end = Math.max(end, view.getUint32(at + 20, true) + used);
  }
  return end;
}

/** The certificate table among the data directories of the optional header (PE format, "Optional Header"). */
const certificateTable = 4;
/** Where the data directories begin in the optional header, by its magic: PE32 and PE32+. */
const directoriesAt: ReadonlyMap<number, number> = new Map([
  [0x10b, 96],
  [0x20b, 112],
]);

/**
 * Whether a PE image carries a signature, of whomever; Secure Boot starts none without.
 * @param head the first bytes of the file
 * @returns undefined when the file is no PE image, or its header does not end in them
 */
export function peSigned(head: Uint8Array): boolean | undefined {
  if (peMachine(head) === undefined) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, Math.min(head.length, peHeaderOctets));
  const optional = view.getUint32(0x3c, true) + 24;
  const entry = certificateEntry(view, optional);
  if (entry === "unseen") return undefined;
  return entry !== "none" && view.getUint32(entry + 4, true) > 0;
}

/** Where the header says where the certificate table is; `unseen` when the bytes that are known do not reach there. */
function certificateEntry(view: DataView, optional: number): number | "none" | "unseen" {
  if (optional + 2 > view.byteLength) return "unseen";
  const directories = optional + (directoriesAt.get(view.getUint16(optional, true)) ?? peHeaderOctets);
  const entry = directories + certificateTable * 8;
  if (entry + 8 > view.byteLength) return "unseen";
  return view.getUint32(directories - 4, true) > certificateTable ? entry : "none";
}

/**
 * Reads the field Machine of a PE image (PE format, "MS-DOS stub" and "COFF file header").
 * @param head the first bytes of the file
 * @returns undefined when the file is no PE image, or is for a machine that UEFI does not know
 */
export function peMachine(head: Uint8Array): PeMachine | undefined {
  if (head.length < 0x40 || head[0] !== 0x4d || head[1] !== 0x5a) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, Math.min(head.length, peHeaderOctets));
  const header = view.getUint32(0x3c, true);
  if (header > view.byteLength - 6 || view.getUint32(header, false) !== 0x50450000) return undefined;
  return machines.get(view.getUint16(header + 4, true));
}
