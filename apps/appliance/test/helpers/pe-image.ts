/** The beginning of a PE image for a machine, 4 KiB long. */
export function peImage(machine: number, header = 0x80): Uint8Array {
  const image = new Uint8Array(4096);
  const view = new DataView(image.buffer);
  image.set([0x4d, 0x5a]);
  view.setUint32(0x3c, header, true);
  view.setUint32(header, 0x50450000, false);
  view.setUint16(header + 4, machine, true);
  return image;
}
