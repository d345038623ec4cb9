import { composeInitrd, type InitrdFile, imageSource, rewriteBootCfg } from "@bootlace/boot-image";
import {
  boundedMap,
  content,
  notFound,
  type OpenResult,
  readClientPath,
  type Source,
  type SourceClient,
  type SourceFile,
} from "@bootlace/boot-source";
import { type ImageRow, type ImageSystem, type ImagesSnapshot, imageNames, imagesFolder } from "../catalogue/images.ts";
import type { ImageStorage } from "./image-storage.ts";

export interface ImageFilesDeps {
  readonly snapshot: () => ImagesSnapshot;
  readonly storage: () => ImageStorage;
  /** The URL of the root for this client, by which the loader of an image fetches more; no slash at the end. */
  readonly baseUrl: (client: SourceClient) => string;
}

/** Descriptors of images that are remembered, each with up to 300 kB. */
const mostOpen = 32;
/** A `boot.cfg` has some ten kilobytes; a larger file is none. */
const largestBootCfg = 256 * 1024;

type ReadyRow = ImageRow & { readonly system: ImageSystem };

/**
 * The files below `images/`: `<id>/path` from inside an image, `<id>.iso` the image as a whole, `<id>+<entry>.initrd` the initrd of an
 * entry with what its system needs besides. An image that is still being copied, or cannot be used, has none.
 */
export function imageFiles({ snapshot, storage, baseUrl }: ImageFilesDeps): Source {
  const trees = boundedMap<string, Source>(mostOpen);
  let byId: { readonly rows: readonly ImageRow[]; readonly ids: ReadonlyMap<string, ImageRow> } = {
    rows: [],
    ids: new Map(),
  };

  function rowOf(id: string): ImageRow | undefined {
    const { rows } = snapshot();
    if (byId.rows !== rows) byId = { rows, ids: new Map(rows.map((row) => [row.id.toLowerCase(), row])) };
    return byId.ids.get(id.toLowerCase());
  }

  function treeOf({ path }: ImageRow): Source {
    const known = trees.get(path);
    if (known !== undefined) return known;
    const made = imageSource<SourceClient>((client) => storage().open(path, client));
    trees.set(path, made);
    return made;
  }

  async function fromTree(row: ReadyRow, path: string, client: SourceClient): Promise<OpenResult> {
    const opened = await treeOf(row).open(path, client);
    if (!opened.ok || row.system.family !== "esxi" || !/(^|\/)boot\.cfg$/i.test(path)) return opened;
    return await withServer(opened.file, row, client);
  }

  /** The loader of ESXi takes the server, and where its files are, from this file. */
  async function withServer(file: SourceFile, { id }: ImageRow, client: SourceClient): Promise<OpenResult> {
    try {
      if (file.size > largestBootCfg) return notFound("too-large", "no boot.cfg is so large");
      const bytes = Buffer.alloc(file.size);
      const text = bytes.toString("latin1", 0, await file.read(bytes, 0));
      const tree = `${baseUrl(client)}/${imageNames.tree(id)}`;
      const kernelOptions = snapshot().settings.get(id)?.arguments;
      const changed = rewriteBootCfg(text, { tree, ...(kernelOptions === undefined ? {} : { kernelOptions }) });
      const version = file.version === undefined ? undefined : `${file.version} ${tree} ${kernelOptions ?? ""}`;
      const made = content(Buffer.from(changed, "latin1"), version);
      if (!made.ok) return made;
      const { modified } = file;
      return { ok: true, file: modified === undefined ? made.file : { ...made.file, modified } };
    } finally {
      await file.close();
    }
  }

  async function initrdOf(row: ReadyRow, entryId: string, client: SourceClient): Promise<OpenResult> {
    const entry = row.system.entries.find(({ id }) => id === entryId);
    if (entry === undefined) return notFound();
    const { inInitrd, root } = row.system;
    const wanted = entry.initrds.map((path) => () => treeOf(row).open(path, client));
    if (inInitrd?.what === "image") wanted.push(() => storage().open(row.path, client));
    else if (inInitrd?.what === "root" && root !== undefined) wanted.push(() => treeOf(row).open(root, client));
    const open: SourceFile[] = [];
    for (const next of wanted) {
      const opened = await next();
      if (opened.ok) {
        open.push(opened.file);
        continue;
      }
      for (const file of open) await file.close();
      return opened;
    }
    const added: InitrdFile[] = [];
    const last = inInitrd === undefined ? undefined : open.pop();
    if (inInitrd !== undefined && last !== undefined) added.push({ path: inInitrd.path, data: last });
    return composeInitrd(open, added);
  }

  return {
    async open(name, client) {
      const { segments, isFolder } = readClientPath(name);
      const [folder, first = "", ...rest] = segments;
      if (folder?.toLowerCase() !== imagesFolder || first === "") return notFound();
      if (rest.length > 0) {
        const row = rowOf(first);
        if (row === undefined) return notFound();
        return isReady(row) ? fromTree(row, `${rest.join("/")}${isFolder ? "/" : ""}`, client) : notYet(row);
      }
      const [, whole] = /^(.+)\.iso$/i.exec(first) ?? [];
      const image = whole === undefined ? undefined : rowOf(whole);
      if (image !== undefined) return isReady(image) ? await storage().open(image.path, client) : notYet(image);
      const [, id = "", entry = ""] = /^(.+)\+([a-z0-9-]+)\.initrd$/i.exec(first) ?? [];
      const row = rowOf(id);
      if (row === undefined) return notFound();
      return isReady(row) ? await initrdOf(row, entry.toLowerCase(), client) : notYet(row);
    },
  };
}

/** Real files before those of images, and the reason of an image where it has one. Of other names nobody asks the images. */
export function filesThenImages(files: Source, images: Source): Source {
  return {
    open(name, client) {
      if (readClientPath(name).segments[0]?.toLowerCase() !== imagesFolder) return files.open(name, client);
      return openFirst(name, client);
    },
  };

  async function openFirst(name: string, client: SourceClient): Promise<OpenResult> {
    const real = await files.open(name, client);
    if (real.ok || real.fault.reason !== "missing") return real;
    const made = await images.open(name, client);
    return made.ok || made.fault.reason !== "missing" || made.fault.detail !== undefined ? made : real;
  }
}

function isReady(row: ImageRow): row is ImageRow & { readonly state: "ready" } {
  return row.state === "ready";
}

function notYet(row: ImageRow): OpenResult {
  if (row.state === "copying") return notFound("missing", "the image is still being copied");
  return notFound("missing", row.state === "faulty" ? `the image cannot be used: ${row.fault.detail}` : undefined);
}
