import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { access, type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeFolders } from "../os/make-folders.ts";
import type { OneTimeBoot, OneTimeBoots } from "../policy/one-time-boot.ts";
import { readOneTimeBootRequest } from "../policy/one-time-boot-request.ts";

const entrySchema = z.object({
  mac: z.string(),
  action: z.object({
    file: z.string().optional(),
    server: z.string().optional(),
    url: z.string().optional(),
    script: z.string().optional(),
    image: z.string().optional(),
    ignore: z.literal(true).optional(),
  }),
  setAt: z.number(),
  takenAt: z.number().optional(),
  visible: z.boolean().optional(),
});
const fileSchema = z.object({ schema: z.literal(1), next: z.array(z.unknown()) });
const newerSchema = z.object({ schema: z.number().gt(1) });
/** 4,096 entries with the longest names come to less. */
const largestFile = 16 * 1024 * 1024;

export type OneTimeBootFileResult =
  | { readonly ok: true; readonly state: OneTimeBoots /** Entries that made no sense. */; readonly dropped: number }
  | {
      readonly ok: false;
      readonly problem: string;
      /** What is to become of the file before another is written: the one of a newer Bootlace stays as it is. */
      readonly keep: "as-it-is" | "put-aside";
    };

/** Reads the one-time boots of a state folder. No file is no entries. */
export function readOneTimeBootFile(directory: string): OneTimeBootFileResult {
  try {
    const value: unknown = JSON.parse(readText(join(directory, "next.json")));
    if (newerSchema.safeParse(value).success) {
      return { ok: false, problem: "next.json is from a newer Bootlace", keep: "as-it-is" };
    }
    const parsed = fileSchema.safeParse(value);
    if (!parsed.success) return { ok: false, problem: "next.json has unexpected content", keep: "put-aside" };
    const entries = parsed.data.next.flatMap(entryOf);
    return {
      ok: true,
      state: new Map(entries.map((entry) => [entry.mac, entry])),
      dropped: parsed.data.next.length - entries.length,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { ok: true, state: new Map(), dropped: 0 };
    if (error instanceof SyntaxError) return { ok: false, problem: "next.json is not JSON", keep: "put-aside" };
    return { ok: false, problem: codeOf(error), keep: "put-aside" };
  }
}

/** @throws the system's error; a FIFO must not make anybody wait, and a file of another kind is none of ours */
function readText(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = fstatSync(descriptor);
    if (!info.isFile() || info.size > largestFile) throw new SyntaxError("no file of one-time boots");
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

function entryOf(value: unknown): OneTimeBoot[] {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) return [];
  const { mac, action, setAt, takenAt, visible } = parsed.data;
  const request = readOneTimeBootRequest({ mac, ...action });
  if (!request.ok) return [];
  const taken = { ...(takenAt === undefined ? {} : { takenAt }), ...(visible === undefined ? {} : { visible }) };
  return [{ mac: request.mac, action: request.action, setAt, ...taken }];
}

/**
 * Replaces the file atomically: a process killed in between leaves the old one (rename(2), fsync(2)).
 * @returns the system's code when it could not be written
 */
export async function writeOneTimeBootFile(directory: string, state: OneTimeBoots): Promise<string | undefined> {
  const path = join(directory, "next.json");
  try {
    await makeFolders(directory, 0o750);
    const text = `${JSON.stringify({ schema: 1, next: [...state.values()] })}\n`;
    await withFile(`${path}.new`, replacing, async (file) => {
      await file.truncate();
      await file.writeFile(text);
      await file.sync();
    });
    await rename(`${path}.new`, path);
    await withFile(directory, constants.O_RDONLY, (file) => file.sync());
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** Renames a file that could not be read, over none that was put aside before. @throws the system's error */
export async function putOneTimeBootFileAside(directory: string): Promise<void> {
  const path = join(directory, "next.json");
  let name = `${path}.damaged`;
  for (let number = 2; await exists(name); number++) name = `${path}.damaged.${number}`;
  await rename(path, name);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const replacing = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function withFile(path: string, flags: number, use: (file: FileHandle) => Promise<void>): Promise<void> {
  await using file = await open(path, flags, 0o640);
  await use(file);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
