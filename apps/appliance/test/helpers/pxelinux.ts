/** Packs bytes as literals, the simplest LZO1X stream there is: a run, then the end marker. */
export function packLiterals(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length - 18;
  const zeros = Math.floor((rest - 1) / 255);
  return Uint8Array.of(0, ...new Array<number>(zeros).fill(0), rest - 255 * zeros, ...bytes, 0x11, 0, 0);
}

/** A loader as PXELINUX is laid out: 16-bit part, banner, and at the next paragraph the packed core with its names. */
export function pxelinuxLoader(version: string, names: readonly string[]): Uint8Array {
  const banner = Buffer.from(`PXELINUX ${version} PXE 20200816 \0`);
  const before = Buffer.alloc(0xd70);
  const front = Buffer.concat([before, banner, Buffer.alloc(16 - (banner.length % 16))]);
  const core = Buffer.concat([Buffer.alloc(20_000, 0x90), Buffer.from(`\0${names.join("\0")}\0`)]);
  return Buffer.concat([front, packLiterals(core)]);
}

/** An ELF32 module that needs symbols; `weak` ones may be missing. */
export function ldlinuxModule(needs: readonly string[], weak: readonly string[] = [], text = ""): Uint8Array {
  const strings = Buffer.from(`\0${[...needs, ...weak, "own"].join("\0")}\0`);
  const table = Buffer.alloc(16 * (needs.length + weak.length + 2));
  for (const [index, name] of [...needs, ...weak, "own"].entries()) {
    const at = 16 * (index + 1);
    table.writeUInt32LE(strings.indexOf(`\0${name}\0`) + 1, at);
    table[at + 12] = (index >= needs.length && name !== "own" ? 2 : 1) << 4;
    table.writeUInt16LE(name === "own" ? 1 : 0, at + 14);
  }
  const header = Buffer.alloc(52);
  header.write("\x7fELF", "latin1");
  header.set([1, 1, 1], 4);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(3, 18);
  const extra = Buffer.from(text);
  const sections = header.length + strings.length + table.length + extra.length;
  header.writeUInt32LE(sections, 32);
  header.writeUInt16LE(40, 46);
  header.writeUInt16LE(2, 48);
  const symbols = Buffer.alloc(40);
  symbols.writeUInt32LE(11, 4);
  symbols.writeUInt32LE(header.length + strings.length, 16);
  symbols.writeUInt32LE(table.length, 20);
  symbols.writeUInt32LE(1, 24);
  const names = Buffer.alloc(40);
  names.writeUInt32LE(3, 4);
  names.writeUInt32LE(header.length, 16);
  return Buffer.concat([header, strings, table, extra, symbols, names]);
}
