import { concat, type Pen, pen, utf16be } from "./bytes.ts";
import { type Content, type Node, nodesOf, treeOf } from "./tree.ts";

export interface IsoOptions {
  readonly label?: string;
  readonly rockRidge?: boolean;
  readonly joliet?: boolean;
  /** Paths of the images that BIOS and EFI start. */
  readonly bios?: string;
  /** Sectors that stay free behind the descriptors, for those of UDF. */
  readonly gap?: number;
  readonly efi?: string;
}

const sector = 2048;
const sectorsOf = (bytes: number) => Math.ceil(bytes / sector);
const date = Uint8Array.of(126, 11, 30, 12, 0, 0, 0);
/** Names that need more than a record has go into continuation areas of this many bytes. */
const areaSize = 512;

interface Tree {
  readonly kind: "plain" | "rock-ridge" | "joliet";
  readonly folders: Map<Node, { sector: number; bytes: number }>;
  readonly areas: Uint8Array[];
  areaSector: number;
}

/** Makes a small ISO 9660 image: the same bytes for the same contents. */
export function makeIso(contents: readonly Content[], options: IsoOptions = {}): Uint8Array {
  const root = treeOf(contents);
  const nodes = nodesOf(root);
  const trees: Tree[] = [
    options.rockRidge === true ? "rock-ridge" : "plain",
    ...(options.joliet ? ["joliet"] : []),
  ].map((kind) => ({ kind: kind as Tree["kind"], folders: new Map(), areas: [], areaSector: 0 }));
  const boots = [options.bios, options.efi].filter((path) => path !== undefined);
  let next = 16 + trees.length + (boots.length > 0 ? 1 : 0) + 1 + (options.gap ?? 0);
  const catalog = boots.length > 0 ? next++ : 0;
  const files = new Map<Node, number>();
  for (const tree of trees) {
    for (const node of nodes) {
      if (node.children === undefined) continue;
      const bytes = sectorsOf(folderBytes(tree, node, root, files).length) * sector;
      tree.folders.set(node, { sector: next, bytes });
      next += bytes / sector;
    }
    tree.areaSector = next;
    next += sectorsOf(tree.areas.length * areaSize);
  }
  for (const node of nodes) {
    if (node.children !== undefined) continue;
    files.set(node, next);
    next += sectorsOf(node.data.length);
  }

  const image = pen(new Uint8Array(next * sector));
  for (const tree of trees) {
    tree.areas.length = 0;
    for (const [node, place] of tree.folders) image.put(place.sector * sector, folderBytes(tree, node, root, files));
    for (const [index, area] of tree.areas.entries()) image.put(tree.areaSector * sector + index * areaSize, area);
  }
  for (const [node, place] of files) image.put(place * sector, node.data);
  for (const [index, tree] of trees.entries())
    writeVolume(image, 16 + index, tree, root, next, options.label ?? "TEST");
  let descriptor = 16 + trees.length;
  if (boots.length > 0) {
    const at = descriptor++ * sector;
    image.text(at + 1, "CD001\u0001EL TORITO SPECIFICATION");
    image.u32(at + 71, catalog);
    const start = (path: string) => files.get(nodes.find(({ content }) => content.path === path) ?? root) ?? 0;
    writeCatalog(image, catalog * sector, options, start);
  }
  image.u8(descriptor * sector, 255);
  image.text(descriptor * sector + 1, "CD001\u0001");
  return image.bytes;
}

function writeVolume(image: Pen, at: number, tree: Tree, root: Node, sectors: number, label: string) {
  const offset = at * sector;
  const joliet = tree.kind === "joliet";
  image.u8(offset, joliet ? 2 : 1);
  image.text(offset + 1, "CD001\u0001");
  image.bytes.fill(0x20, offset + 8, offset + 72);
  if (joliet) {
    image.bytes.fill(0, offset + 8, offset + 72);
    image.put(offset + 40, utf16be(label));
    image.text(offset + 88, "%/E");
  } else image.text(offset + 40, label, 32);
  image.both32(offset + 80, sectors);
  image.both16(offset + 128, sector);
  const place = tree.folders.get(root) ?? { sector: 0, bytes: 0 };
  image.put(offset + 156, record({ block: place.sector, length: place.bytes, flags: 2, name: Uint8Array.of(0) }));
  image.text(offset + 318, "PUBLISHER", 128);
  image.text(offset + 813, "2026113012000000\u0000");
  image.text(offset + 830, "2026113012000000\u0000");
}

function writeCatalog(image: Pen, at: number, { bios, efi }: IsoOptions, start: (path: string) => number) {
  image.u8(at, 1);
  image.u8(at + 1, bios === undefined ? 0xef : 0);
  image.u16(at + 30, 0xaa55);
  let sum = 0;
  for (let word = 0; word < 32; word += 2)
    sum += (image.bytes[at + word] ?? 0) + (image.bytes[at + word + 1] ?? 0) * 256;
  image.u16(at + 28, (0x10000 - (sum & 0xffff)) & 0xffff);
  const entry = (place: number, path: string, sectors: number) => {
    image.u8(place, 0x88);
    image.u16(place + 6, sectors);
    image.u32(place + 8, start(path));
  };
  entry(at + 32, bios ?? efi ?? "", 4);
  if (bios !== undefined && efi !== undefined) {
    image.u8(at + 64, 0x91);
    image.u8(at + 65, 0xef);
    image.u16(at + 66, 1);
    entry(at + 96, efi, 0);
  }
}

/** The records of a folder, none across the end of a sector. */
function folderBytes(tree: Tree, folder: Node, root: Node, files: ReadonlyMap<Node, number>): Uint8Array {
  const own = tree.folders.get(folder) ?? { sector: 0, bytes: sector };
  const records = [0, 1].map((name) => {
    const systemUse = name === 0 && folder === root && tree.kind === "rock-ridge" ? rootSystemUse() : new Uint8Array();
    return record({ block: own.sector, length: own.bytes, flags: 2, name: Uint8Array.of(name), systemUse });
  });
  for (const node of folder.children ?? []) {
    const name = isoName(tree.kind, node);
    const systemUse = tree.kind === "rock-ridge" ? rockRidge(tree, node) : new Uint8Array();
    const place = tree.folders.get(node);
    if (node.children !== undefined) {
      records.push(record({ block: place?.sector ?? 0, length: place?.bytes ?? 0, flags: 2, name, systemUse }));
      continue;
    }
    const start = files.get(node) ?? 0;
    const part = node.content.part ?? Math.max(1, node.data.length);
    for (let done = 0; done === 0 || done < node.data.length; done += part) {
      const length = Math.min(part, node.data.length - done);
      const flags = done + length < node.data.length ? 128 : 0;
      records.push(record({ block: start + done / sector, length, flags, name, systemUse }));
    }
  }
  let bytes = new Uint8Array();
  for (const one of records) {
    const left = sector - (bytes.length % sector);
    if (one.length > left) bytes = concat(bytes, new Uint8Array(left)) as Uint8Array<ArrayBuffer>;
    bytes = concat(bytes, one) as Uint8Array<ArrayBuffer>;
  }
  return bytes;
}

function isoName(kind: Tree["kind"], { name, children }: Node): Uint8Array {
  if (kind === "joliet") return utf16be(children === undefined ? `${name};1` : name);
  const plain = name
    .toUpperCase()
    .replace(/[^A-Z0-9._]/g, "_")
    .slice(0, 30);
  return new TextEncoder().encode(children === undefined ? `${plain.includes(".") ? plain : `${plain}.`};1` : plain);
}

interface RecordParts {
  readonly block: number;
  readonly length: number;
  readonly flags: number;
  readonly name: Uint8Array;
  readonly systemUse?: Uint8Array;
}

function record({ block, length, flags, name, systemUse = new Uint8Array() }: RecordParts): Uint8Array {
  const start = 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
  const size = start + systemUse.length;
  const made = pen(new Uint8Array(size + (size % 2)));
  made.u8(0, made.bytes.length);
  made.both32(2, block);
  made.both32(10, length);
  made.put(18, date);
  made.u8(25, flags);
  made.both16(28, 1);
  made.u8(32, name.length);
  made.put(33, name);
  made.put(start, systemUse);
  return made.bytes;
}

function entry(signature: string, body: Uint8Array): Uint8Array {
  return concat(new TextEncoder().encode(signature), Uint8Array.of(body.length + 4, 1), body);
}

function rootSystemUse(): Uint8Array {
  const id = new TextEncoder().encode("RRIP_1991A");
  return concat(entry("SP", Uint8Array.of(0xbe, 0xef, 0)), entry("ER", concat(Uint8Array.of(id.length, 0, 0, 1), id)));
}

function rockRidge(tree: Tree, { name, children, content: { mode, link } }: Node): Uint8Array {
  const px = pen(new Uint8Array(32));
  const type = children !== undefined ? 0o040000 : link === undefined ? 0o100000 : 0o120000;
  px.both32(0, type | (mode ?? (children === undefined ? 0o644 : 0o755)));
  const bytes = new TextEncoder().encode(name);
  const names: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 200) {
    const more = at + 200 < bytes.length ? 1 : 0;
    names.push(entry("NM", concat(Uint8Array.of(more), bytes.subarray(at, at + 200))));
  }
  const components = (link ?? "").split("/").map((part, index) => {
    if (part === "" && index === 0) return Uint8Array.of(8, 0);
    if (part === ".") return Uint8Array.of(2, 0);
    if (part === "..") return Uint8Array.of(4, 0);
    const text = new TextEncoder().encode(part);
    return concat(Uint8Array.of(0, text.length), text);
  });
  const links = link === undefined ? [] : [entry("SL", concat(Uint8Array.of(0), ...components))];
  const all = [entry("PX", px.bytes), ...names, ...links];
  const whole = concat(...all);
  if (whole.length < 150) return whole;
  const rest = concat(...all.slice(1));
  const area = new Uint8Array(areaSize);
  area.set(rest);
  const ce = pen(new Uint8Array(24));
  const start = tree.areas.length * areaSize;
  ce.both32(0, tree.areaSector + Math.floor(start / sector));
  ce.both32(8, start % sector);
  ce.both32(16, rest.length);
  tree.areas.push(area);
  return concat(all[0] ?? new Uint8Array(), entry("CE", ce.bytes));
}
