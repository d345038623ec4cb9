import { closeSync, constants, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeFoldersSync } from "../os/make-folders.ts";
import type { OneTimeBoot, OneTimeBoots } from "../policy/one-time-boot.ts";
import { readOneTimeBootRequest } from "../policy/one-time-boot-request.ts";

const entrySchema = z.object({
  mac: z.string(),
  action: z.object({
    file: z.string().optional(),
    server: z.string().optional(),
    url: z.string().optional(),
    script: z.string().optional(),
    ignore: z.literal(true).optional(),
  }),
  setAt: z.number(),
  takenAt: z.number().optional(),
  visible: z.boolean().optional(),
});
const fileSchema = z.object({ schema: z.literal(1), next: z.array(z.unknown()) });

export type OneTimeBootFileResult =
  | { readonly ok: true; readonly state: OneTimeBoots /** Entries that made no sense. */; readonly dropped: number }
  | { readonly ok: false; readonly problem: string };

/** Reads the one-time boots of a state folder. No file is no entries. */
export function readOneTimeBootFile(directory: string): OneTimeBootFileResult {
  try {
    const parsed = fileSchema.safeParse(JSON.parse(readFileSync(join(directory, "next.json"), "utf8")));
    if (!parsed.success) return { ok: false, problem: "next.json has unexpected content" };
    const entries = parsed.data.next.flatMap(entryOf);
    return {
      ok: true,
      state: new Map(entries.map((entry) => [entry.mac, entry])),
      dropped: parsed.data.next.length - entries.length,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { ok: true, state: new Map(), dropped: 0 };
    return { ok: false, problem: error instanceof SyntaxError ? "next.json is not JSON" : codeOf(error) };
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
export function writeOneTimeBootFile(directory: string, state: OneTimeBoots): string | undefined {
  const path = join(directory, "next.json");
  try {
    makeFoldersSync(directory, 0o750);
    const text = `${JSON.stringify({ schema: 1, next: [...state.values()] })}\n`;
    withFile(`${path}.new`, replacing, (descriptor) => {
      ftruncateSync(descriptor);
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    });
    renameSync(`${path}.new`, path);
    withFile(directory, constants.O_RDONLY, fsyncSync);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

const replacing = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function withFile(path: string, flags: number, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o640);
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
