/** The beginning of a PE image for a machine, 4 KiB long. */
export function peImage(machine: number, header = 0x80): Uint8Array {
  const image = new Uint8Array(Math.max(4096, header + 6));
  const view = new DataView(image.buffer);
  image.set([0x4d, 0x5a]);
  view.setUint32(0x3c, header, true);
  view.setUint32(header, 0x50450000, false);
  view.setUint16(header + 4, machine, true);
  return image;
}

/** The same with one section that ends at this byte of the file. */
export function sectionedImage(machine: number, end: number): Uint8Array {
  const image = peImage(machine);
  const view = new DataView(image.buffer);
  view.setUint16(0x80 + 6, 1, true);
  const section = 0x80 + 24;
  view.setUint32(section + 8, 0x100, true);
  // Filled up to the alignment of the file.
  view.setUint32(section + 16, 0x200, true);
  view.setUint32(section + 20, end - 0x100, true);
  return image;
}

/** The same with an optional header, PE32+ or PE32, and a certificate table of so many bytes in it. */
export function signedImage(machine: number, bytes: number, wide = true): Uint8Array {
  const image = peImage(machine);
  const view = new DataView(image.buffer);
  const directories = 0x80 + 24 + (wide ? 112 : 96);
  view.setUint16(0x80 + 24, wide ? 0x20b : 0x10b, true);
  view.setUint32(directories - 4, 16, true);
  view.setUint32(directories + 4 * 8 + 4, bytes, true);
  return image;
}
