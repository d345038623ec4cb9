/** A hive of the Windows registry with one bin, and cells of these contents; freed ones are not in use any more. */
export function hive(used: readonly Uint8Array[], freed: readonly Uint8Array[] = []): Uint8Array {
  const cells = [...used.map((content) => cell(content, -1)), ...freed.map((content) => cell(content, 1))];
  const bin = Buffer.alloc(4096);
  bin.write("hbin", "latin1");
  bin.writeUInt32LE(bin.length, 8);
  let at = 32;
  for (const each of cells) at += each.copy(bin, at);
  bin.writeInt32LE(bin.length - at, at);
  const base = Buffer.alloc(4096);
  base.write("regf", "latin1");
  base.writeUInt32LE(bin.length, 40);
  return Buffer.concat([base, bin]);
}

function cell(content: Uint8Array, sign: 1 | -1): Buffer {
  const bytes = Buffer.alloc(Math.ceil((4 + content.length) / 8) * 8);
  bytes.writeInt32LE(sign * bytes.length, 0);
  bytes.set(content, 4);
  return bytes;
}

/** A string of the registry. */
export function registryText(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "utf16le");
}

/** The value of a device in a BCD: numbers, a path, numbers. */
export function deviceWith(path: string): Uint8Array {
  return Buffer.concat([Buffer.alloc(60, 3), Buffer.alloc(4), registryText(path), Buffer.alloc(24)]);
}

/** A BCD for a ramdisk. */
export function bcd(image: string, sdi = "\\Boot\\boot.sdi"): Uint8Array {
  return hive([deviceWith(image), registryText(sdi), registryText("\\windows\\system32\\boot\\winload.exe")]);
}
