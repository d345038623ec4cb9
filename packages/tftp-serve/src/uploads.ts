import { constants } from "node:fs";
import { type FileHandle, link, open, realpath, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { check, checkOptions, codeOf, type OptionTable, pathsOf } from "@bootlace/boot-source";
import type { CreateResult, Sink, SinkFile } from "./sink.ts";

export interface UploadOptions {
  /** Bytes of one file. Default 16 MiB. */
  readonly maxFileSize?: number | undefined;
  /** Bytes of all files this sink takes while it lives. Default 256 MiB. */
  readonly quota?: number | undefined;
}

const optionsTable: OptionTable<UploadOptions> = { maxFileSize: check.integer(0), quota: check.integer(0) };

let parts = 0;

/**
 * Takes uploads into a folder that exists, and into folders below it that exist. Files are only created, never changed;
 * a file appears under its name when it is complete.
 * @throws OptionError for an option that does not exist or has a value that it cannot have
 */
export function uploads(root: string, options: UploadOptions = {}): Sink {
  const base = resolve(root);
  const { maxFileSize = 16 * 1024 * 1024, quota = 256 * 1024 * 1024 } = checkOptions("uploads", options, optionsTable);
  let used = 0;

  async function createAt(path: string, reserved: number): Promise<SinkFile> {
    const partial = `${path}.${process.pid}.${++parts}.part`;
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
    const handle: FileHandle = await open(partial, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o644);
    let octets = 0;
    return {
      async write(data, position) {
        await handle.write(data, 0, data.length, position);
        octets = Math.max(octets, position + data.length);
      },
      async commit() {
        await handle.sync();
        await handle.close();
        // link() fails where rename() would replace a file that came meanwhile.
        await link(partial, path);
        await unlink(partial);
        used -= reserved - octets;
      },
      async discard() {
        used -= reserved;
        await handle.close().catch(() => {});
        await unlink(partial);
      },
    };
  }

  return {
    async create(name, size): Promise<CreateResult> {
      const named = pathsOf(name);
      const segments = named.ok ? named.paths[0] : undefined;
      if (!segments) return refuse("write-refused", "the name leads out of the folder");
      const path = join(base, ...segments);
      try {
        const folder = (await realpath(dirname(path))) + sep;
        if (!folder.startsWith((await realpath(base)) + sep)) return refuse("write-refused", "the folder is outside");
        if (await exists(path)) return refuse("exists");
        const most = Math.min(maxFileSize, quota - used);
        if (most <= 0 || (size ?? 0) > most) return refuse("no-space", `${most} bytes are left`);
        const reserved = size ?? most;
        used += reserved;
        try {
          return { ok: true, file: await createAt(path, reserved), maxSize: reserved };
        } catch (error) {
          used -= reserved;
          throw error;
        }
      } catch (error) {
        return refuse("write-refused", codeOf(error));
      }
    },
  };
}

function refuse(reason: "exists" | "no-space" | "write-refused", detail?: string): CreateResult {
  return { ok: false, fault: detail === undefined ? { reason } : { reason, detail } };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return codeOf(error) !== "ENOENT";
  }
}
