/** One section of a PE image (PE format, "Section table"). */
export interface PeSection {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly writable: boolean;
  readonly executable: boolean;
}

/** Reads what firmware looks at in a PE image (PE format, "COFF file header" and "Optional header"). */
export function readSections(image: Uint8Array) {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const coff = u32(0x3c) + 4;
  const optional = coff + 20;
  const magic = u16(optional);
  const table = optional + u16(coff + 16);
  const sections = Array.from({ length: u16(coff + 2) }, (_, index): PeSection => {
    const at = table + index * 40;
    const flags = u32(at + 36);
    return {
      name: Buffer.from(image.subarray(at, at + 8))
        .toString("latin1")
        .replace(/\0+$/, ""),
      size: u32(at + 8),
      address: u32(at + 12),
      fileSize: u32(at + 16),
      fileOffset: u32(at + 20),
      writable: (flags & 0x80000000) !== 0,
      executable: (flags & 0x20000000) !== 0,
    };
  });
  const directories = optional + (magic === 0x20b ? 112 : 96);
  return {
    magic,
    timestamp: u32(coff + 4),
    entry: u32(optional + 16),
    sectionAlignment: u32(optional + 32),
    imageSize: u32(optional + 56),
    checksum: u32(optional + 64),
    subsystem: u16(optional + 68),
    /** Octets of the base relocations. */
    relocations: u32(directories + 5 * 8 + 4),
    sections,
  };
}
