import { type DiscImage, type FileSystem, type FileSystemKind, openImage, readEntry } from "@bootlace/boot-image";
import { directory, type SourceFile } from "@bootlace/boot-source";
import { LabFailure, must } from "../failure.ts";
import { type Inventory, line } from "./tree.ts";

/** A disc image of the scenario's folder, open, and what opening it took. */
export interface OpenDisc {
  readonly image: DiscImage;
  readonly file: SourceFile;
  readonly bytesToOpen: number;
  readonly milliseconds: number;
}

const CLIENT = { address: "192.0.2.1", port: 1, localAddress: "192.0.2.2", localPort: 80 };
const MOST_TO_OPEN = 2 * 1024 * 1024;

/** Opens a file as servers do. */
export async function openFile(folder: string, name: string): Promise<SourceFile> {
  const opened = await directory(folder).open(name, CLIENT);
  if (!opened.ok) throw new LabFailure(`${name}: ${opened.fault.reason}`);
  return opened.file;
}

/** Opens an image; it must be right, and opening it must be cheap. The caller closes its file. */
export async function openDisc(folder: string, name: string): Promise<OpenDisc> {
  const file = await openFile(folder, name);
  let bytesToOpen = 0;
  const begun = performance.now();
  const opened = await openImage({
    size: file.size,
    async read(target, position) {
      const got = await file.read(target, position);
      bytesToOpen += got;
      return got;
    },
  });
  const milliseconds = performance.now() - begun;
  if (!opened.ok) throw new LabFailure(`${name}: ${opened.fault.code} at ${opened.fault.offset}`);
  const { image } = opened;
  must(image.faults.length === 0, `${name}: ${JSON.stringify(image.faults)}`);
  must(image.declaredSize <= image.size, `${name} should have ${image.declaredSize} bytes, and has ${image.size}`);
  must(bytesToOpen < MOST_TO_OPEN, `${name}: opening it read ${bytesToOpen} bytes`);
  return { image, file, bytesToOpen, milliseconds };
}

export function fileSystemOf(image: DiscImage, kind: FileSystemKind): FileSystem {
  const found = [...image.fileSystems, image.efi].find((files) => files?.kind === kind);
  if (found === undefined) throw new LabFailure(`the image has no ${kind}`);
  return found;
}

/** What the library finds in a file system of an image, read in pieces. */
export async function inventoryInside(file: SourceFile, files: FileSystem, modes = true): Promise<Inventory> {
  const found = new Map<string, string>();
  for await (const met of files.walk()) {
    if ("fault" in met) throw new LabFailure(`${files.kind}: ${JSON.stringify(met.fault)}`);
    const { path, entry } = met;
    if (entry.kind === "folder") found.set(path, "folder");
    else if (entry.kind === "symlink") found.set(path, line("link", undefined, entry.target ?? ""));
    else {
      const bytes = new Uint8Array(entry.size);
      for (let at = 0; at < bytes.length; at += 65_536) {
        const part = bytes.subarray(at, at + 65_536);
        must((await readEntry(file, entry, part, at)) === part.length, `${path} ends at ${at}`);
      }
      found.set(path, line("file", modes ? entry.mode : undefined, bytes));
    }
  }
  return found;
}
