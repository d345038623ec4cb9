import { boundedMap, type OpenResult, type Source, type SourceClient, type SourceFile } from "@bootlace/boot-source";
import { withEnd } from "../catalogue/contents/archive-end.ts";
import { headBytes, inspect, worthWhole } from "../catalogue/contents/inspect.ts";
import { loaderFolder, type ReadContext } from "../catalogue/contents/reading.ts";
import type { FileFacts } from "../catalogue/file-facts.ts";
import { plainName } from "../catalogue/file-role.ts";
import { readScriptName } from "../catalogue/ipxe-script.ts";

/** What a file holds that a client asked for. */
export interface Inspected {
  /** As the client asked for it, in plain form. */
  readonly path: string;
  /** The client's address. */
  readonly client: string;
  /** The client's own folder, in which other files may have the same names. */
  readonly root?: string;
  readonly facts: FileFacts;
}

export interface InspectingOptions {
  readonly isOwnHost: (host: string) => boolean;
  readonly ownHttpPorts?: () => readonly number[];
  readonly onInspected: (inspected: Inspected) => void;
  /** The folder below the root in which the names of whoever has this address count. */
  readonly rootOf?: (address: string) => string | undefined;
  /** Called when that is another than it was. */
  readonly onRoot?: (address: string, root: string | undefined) => void;
  /** Gets the path below the root of a file that is not there, in plain form. */
  readonly onMissing?: (path: string) => Promise<void>;
}

export interface InspectingSource extends Source {
  /** Resolves when all that was asked for has been looked at. */
  idle(): Promise<void>;
}

/** Facts kept, and names that they were last said of. */
const mostKnown = 1024;
/** Looks that wait; in a boot storm they are of the same files. */
const mostWaiting = 256;

interface Look {
  readonly name: string;
  readonly client: SourceClient;
  readonly path: string;
  readonly root: string | undefined;
  readonly missing: boolean;
}

/** What two clients with the same folder mean alike. */
function placeOf({ root, path }: Pick<Look, "root" | "path">): string {
  return root === undefined ? path : `${root}\0${path}`;
}

/** What was said of a place last: of which version, read as from which folder. */
interface Said {
  readonly version: string;
  readonly folder: string | undefined;
}

/**
 * Looks at each file that is opened, after it is opened and by a handle of its own: the transfer does not wait. The same
 * version of a file is read once: at most 256 KiB of it, and of an archive what says where it ends.
 */
export function inspectingSource(source: Source, options: InspectingOptions): InspectingSource {
  const { isOwnHost, onInspected } = options;
  const known = boundedMap<string, FileFacts>(mostKnown);
  const seen = boundedMap<string, Said>(mostKnown);
  const roots = boundedMap<string, string>(mostKnown);
  /** The folder from which names in a file count that another configuration includes. */
  const folders = boundedMap<string, string>(mostKnown);
  const waiting: Look[] = [];
  let working: Promise<void> | undefined;

  /** Whether this version was said of this name already: a crowd that asks for one file costs no second look. */
  function isSeen(look: Look, { version }: SourceFile): boolean {
    const said = seen.get(placeOf(look));
    return said !== undefined && said.version === version && said.folder === folderFor(look);
  }

  function folderFor({ client, path }: Look): string | undefined {
    return folders.size === 0 ? undefined : folders.get(`${client.address}\0${path}`);
  }

  /** The client's own folder now. */
  function rootOf({ address }: SourceClient): string | undefined {
    const root = options.rootOf?.(address);
    const before = roots.get(address);
    if (root === before) return root;
    if (root === undefined) roots.delete(address);
    else roots.set(address, root);
    options.onRoot?.(address, root);
    return root;
  }

  function noticed(look: Look): void {
    if (waiting.length >= mostWaiting) return;
    waiting.push(look);
    working ??= work().finally(() => {
      working = undefined;
    });
  }

  async function work(): Promise<void> {
    // First of all the server is to have its file.
    await undefined;
    for (let look = waiting.shift(); look !== undefined; look = waiting.shift()) {
      try {
        if (look.missing) await options.onMissing?.(look.root === undefined ? look.path : `${look.root}/${look.path}`);
        else await inspectOne(look);
      } catch {
        // A file that cannot be read again: its transfer says so.
      }
    }
  }

  async function inspectOne(look: Look): Promise<void> {
    const { name, client, path, root } = look;
    const place = placeOf(look);
    const opened = await source.open(name, client);
    if (!opened.ok) return;
    const { file } = opened;
    try {
      const { version } = file;
      const folder = folderFor(look);
      const key = version === undefined ? undefined : `${version}\0${path}\0${folder ?? ""}`;
      const before = key === undefined ? undefined : known.get(key);
      const ownHttpPorts = options.ownHttpPorts?.();
      const context = {
        path,
        isOwnHost,
        ...(ownHttpPorts === undefined ? {} : { ownHttpPorts }),
        ...(folder === undefined ? {} : { folder }),
      };
      const facts = before ?? (await looked(file, context));
      if (key !== undefined) known.set(key, facts);
      rememberFolders(context, client.address, facts);
      const said = seen.get(place);
      if (said !== undefined && said.version === version && said.folder === folder) return;
      if (version === undefined) seen.delete(place);
      else seen.set(place, { version, folder });
      onInspected({ path, client: client.address, ...(root === undefined ? {} : { root }), facts });
    } finally {
      await file.close();
    }
  }

  function rememberFolders(context: ReadContext, address: string, { loader, needs }: FileFacts): void {
    if (loader !== "pxelinux" && loader !== "grub") return;
    const folder = loaderFolder(context);
    for (const { role, path } of needs ?? []) {
      if (role === "config" && path !== undefined) folders.set(`${address}\0${path}`, folder);
    }
  }

  return {
    open(name, client) {
      const path = plainName(readScriptName(name)?.file ?? name);
      const look = { name, client, path, root: rootOf(client), missing: false };
      const after = (result: OpenResult): OpenResult => {
        if (!result.ok) {
          if (result.fault.reason === "missing") noticed({ ...look, missing: true });
        } else if (result.file.sequential !== true && !isSeen(look, result.file)) noticed(look);
        return result;
      };
      const opened = source.open(name, client);
      return opened instanceof Promise ? opened.then(after) : after(opened);
    },
    async idle() {
      while (working !== undefined) await working;
    },
  };
}

async function looked(file: SourceFile, context: ReadContext): Promise<FileFacts> {
  const facts = inspect(await beginning(file, context.path), file.size, context);
  return withEnd(facts, {
    size: file.size,
    async read(position, length) {
      const target = new Uint8Array(length);
      return target.subarray(0, await file.read(target, position));
    },
  });
}

/** The first bytes of a file, or all of it where that says more. */
async function beginning(file: SourceFile, path: string): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(file.size, headBytes));
  const bytes = head.subarray(0, await file.read(head, 0));
  if (!worthWhole(path, bytes, file.size)) return bytes;
  const whole = new Uint8Array(file.size);
  return whole.subarray(0, await file.read(whole, 0));
}
