/** A Linux kernel for x86 as its boot protocol lays it out, whole in itself. `is64`: the flag XLF_KERNEL_64. */
export function linuxKernel({ sectors = 3, paragraphs = 64, is64 = true } = {}): Uint8Array {
  const bytes = new Uint8Array((sectors + 1) * 512 + paragraphs * 16);
  const view = new DataView(bytes.buffer);
  view.setUint8(0x1f1, sectors);
  view.setUint32(0x1f4, paragraphs, true);
  bytes.set([0x55, 0xaa], 0x1fe);
  bytes.set(Buffer.from("HdrS"), 0x202);
  view.setUint16(0x206, 0x020c, true);
  view.setUint16(0x236, is64 ? 1 : 0, true);
  return bytes;
}

/** An image of U-Boot with a script in it. */
export function scriptImage(text: string): Uint8Array {
  const script = Buffer.from(text);
  const bytes = Buffer.alloc(64 + 8 + script.length);
  bytes.writeUInt32BE(0x27051956, 0);
  bytes.writeUInt32BE(8 + script.length, 12);
  bytes[30] = 6;
  bytes.writeUInt32BE(script.length, 64);
  script.copy(bytes, 72);
  return bytes;
}

/** An ELF32 module of Syslinux that needs libraries. */
export function libraryUser(libraries: readonly string[]): Uint8Array {
  const strings = Buffer.from(`\0${libraries.join("\0")}\0`);
  const dynamic = Buffer.alloc(8 * (libraries.length + 1));
  for (const [index, name] of libraries.entries()) {
    dynamic.writeUInt32LE(1, 8 * index);
    dynamic.writeUInt32LE(strings.indexOf(`\0${name}\0`) + 1, 8 * index + 4);
  }
  return elf32(3, [
    { type: 3, content: strings },
    { type: 6, link: 1, content: dynamic },
  ]);
}

/** A module of GRUB for BIOS, with its name and the modules that it needs. */
export function grubModule(needs: readonly string[], name = "normal"): Uint8Array {
  const names = Buffer.from("\0.modname\0.moddeps\0");
  return elf32(1, [
    { type: 3, content: names },
    { type: 1, name: 1, content: Buffer.from(`${name}\0`) },
    { type: 1, name: 10, content: Buffer.from(needs.map((name) => `${name}\0`).join("")) },
  ]);
}

interface Section {
  readonly type: number;
  readonly content: Uint8Array;
  readonly link?: number;
  readonly name?: number;
}

/** @param sections behind the empty one with number 0; the first has the names of all */
function elf32(type: number, sections: readonly Section[]): Uint8Array {
  const header = Buffer.alloc(52);
  header.write("\x7fELF", "latin1");
  header.set([1, 1, 1], 4);
  header.writeUInt16LE(type, 16);
  header.writeUInt16LE(3, 18);
  header.writeUInt16LE(40, 46);
  header.writeUInt16LE(sections.length + 1, 48);
  header.writeUInt16LE(1, 50);
  let offset = header.length;
  const rows = [Buffer.alloc(40)];
  for (const { type: kind, content, link = 0, name = 0 } of sections) {
    const row = Buffer.alloc(40);
    row.writeUInt32LE(name, 0);
    row.writeUInt32LE(kind, 4);
    row.writeUInt32LE(offset, 16);
    row.writeUInt32LE(content.length, 20);
    row.writeUInt32LE(link, 24);
    rows.push(row);
    offset += content.length;
  }
  header.writeUInt32LE(offset, 32);
  return Buffer.concat([header, ...sections.map(({ content }) => content), ...rows]);
}

/** A GRUB for x64 UEFI with a prefix and modules built in. */
export function grubImage(prefix: string, modules: readonly string[] = ["normal"]): Uint8Array {
  const objects = [...modules.map((name) => object(0, grubModule([], name))), object(3, Buffer.from(`${prefix}\0`))];
  const info = Buffer.alloc(24);
  info.write("mimg");
  info.writeUInt32LE(24, 8);
  info.writeUInt32LE(24 + objects.reduce((sum, { length }) => sum + length, 0), 16);
  const mods = Buffer.concat([info, ...objects]);
  const image = Buffer.concat([peHead("mods", mods.length), mods]);
  return image;
}

/** A shim for x64 UEFI, which has the name of its second stage in it. */
export function shimImage(): Uint8Array {
  const data = Buffer.from("\\grubx64.efi\0", "utf16le");
  return Buffer.concat([peHead(".data", data.length), data]);
}

const peHeadBytes = 1024;

/** The headers of a PE32+ program for x64 with one section, which follows them. */
function peHead(section: string, length: number): Buffer {
  const head = Buffer.alloc(peHeadBytes);
  head.write("MZ");
  head.writeUInt32LE(0x80, 0x3c);
  head.write("PE\0\0", 0x80);
  head.writeUInt16LE(0x8664, 0x84);
  head.writeUInt16LE(1, 0x86);
  head.writeUInt16LE(0xf0, 0x94);
  head.writeUInt16LE(0x20b, 0x98);
  const row = 0x98 + 0xf0;
  head.write(section, row);
  head.writeUInt32LE(length, row + 8);
  head.writeUInt32LE(length, row + 16);
  head.writeUInt32LE(peHeadBytes, row + 20);
  return head;
}

function object(type: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(8 + content.length, 4);
  return Buffer.concat([header, content]);
}
