import {
  boundedMap,
  type NotServedReason,
  notFound,
  type OpenResult,
  readClientPath,
  type Source,
  type SourceClient,
  type SourceFile,
} from "@bootlace/boot-source";
import type { ImageEntry } from "./core/entry.ts";
import type { ImageFault } from "./core/fault.ts";
import { contentFault, type DiscImage, openImage, readEntry } from "./core/image.ts";

/** Opens the image itself, once for each file that is served from inside it. */
export type OpenMedium<Client> = (client: Client) => OpenResult | Promise<OpenResult>;

type Found = { readonly ok: true; readonly entry: ImageEntry } | { readonly ok: false; readonly fault: ImageFault };

/** What was found in one version of the image. */
interface Known {
  readonly version: string;
  readonly found: Found;
}

const mostKnown = 1024;

/**
 * Serves the files of a disc image from inside it, by offset: nothing is unpacked, and a file costs what the same bytes
 * of the image cost. Names are tried as they are written, then without regard to case, then in the EFI volume; links lead on inside the image. The
 * version of a file, from which HTTP makes its ETag, is that of the image with the place of the file in it.
 * @param openMedium opens the image, as `(client) => files.open("debian.iso", client)` does. A stream cannot be one.
 */
export function imageSource<Client = SourceClient>(openMedium: OpenMedium<Client>): Source<Client> {
  const known = boundedMap<string, Known>(mostKnown);
  let parsed: { readonly version: string; readonly image: DiscImage } | undefined;
  /** One after the other looks into the image: the file of the one whose turn it is is the medium. */
  let turn: Promise<unknown> = Promise.resolve();
  let medium: SourceFile | undefined;

  async function imageOf({ size, version }: SourceFile): Promise<DiscImage | ImageFault> {
    if (parsed !== undefined && parsed.version === version) return parsed.image;
    const opened = await openImage({ size, read: (target, position) => medium?.read(target, position) ?? 0 });
    if (!opened.ok) return opened.fault;
    if (version !== undefined) parsed = { version, image: opened.image };
    return opened.image;
  }

  async function look(file: SourceFile, path: string): Promise<Found> {
    medium = file;
    try {
      const image = await imageOf(file);
      if ("code" in image) return { ok: false, fault: image };
      const found = await findIn(image, path);
      if (!found.ok) return found;
      const fault = contentFault(found.entry, file.size);
      return fault === undefined ? found : { ok: false, fault };
    } finally {
      medium = undefined;
    }
  }

  async function find(file: SourceFile, path: string): Promise<Found> {
    const { version } = file;
    const before = known.get(path);
    if (before !== undefined && before.version === version) return before.found;
    const mine = turn.then(() => look(file, path));
    turn = mine.catch(() => {});
    const found = await mine;
    if (version !== undefined) known.set(path, { version, found });
    return found;
  }

  return {
    async open(name, client) {
      const { segments, isFolder } = readClientPath(name);
      if (segments.includes("..") || name.includes("\0")) return notFound("outside-root");
      if (segments.length === 0) return notFound("is-directory");
      if (isFolder) return notFound();
      const opened = await openMedium(client);
      if (!opened.ok) return opened;
      const { file } = opened;
      let served = false;
      try {
        if (file.sequential === true) return notFound("source-failed", "a stream cannot be a disc image");
        const found = await find(file, segments.join("/"));
        if (!found.ok) return notFound(reasonOf(found.fault), detailOf(found.fault));
        served = true;
        return { ok: true, file: fileInside(file, found.entry) };
      } finally {
        if (!served) await file.close();
      }
    },
  };
}

/** As it is written; without regard to case, as boot loaders count; in the EFI volume, which some images have instead of a folder. */
async function findIn({ files, efi }: DiscImage, path: string): Promise<Found> {
  const exact = await files.find(path, { ignoreCase: false });
  if (exact.ok || exact.fault.code !== "missing") return exact;
  const other = await files.find(path, { ignoreCase: true });
  if (other.ok || efi === undefined) return other;
  const inEfi = await efi.find(path);
  return inEfi.ok ? inEfi : other;
}

function fileInside(image: SourceFile, entry: ImageEntry): SourceFile {
  const { size, offset } = entry;
  return {
    size,
    version: image.version === undefined ? undefined : `${image.version} ${offset} ${size}`,
    // Dates inside an image are older than the image: a client that had the file of another image would keep it.
    ...(image.modified === undefined ? {} : { modified: image.modified }),
    read: (target, position) => readEntry(image, entry, target, position),
    hold: () => image.hold?.(),
    close: () => image.close(),
  };
}

function reasonOf({ code, detail }: ImageFault): NotServedReason {
  if (code === "missing" || code === "not-a-folder") return "missing";
  if (code === "not-a-file") return detail.endsWith("folder") ? "is-directory" : "not-regular";
  return code === "bad-name" ? "bad-name" : "source-failed";
}

/** For the log: `beyond-end at byte 8388608 of the image: filesystem.squashfs reaches to …`. */
function detailOf({ code, offset, detail }: ImageFault): string {
  return `${code} at byte ${offset} of the image: ${detail}`;
}
