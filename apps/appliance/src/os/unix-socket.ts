import { chmod, lstat, mkdtemp, realpath, rename, rm, stat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolders } from "./make-folders.ts";
import { folderProblem } from "./root-paths.ts";

/** A socket cannot be served where it is wanted. The message is for people, and starts with the path. */
export class SocketError extends Error {
  override readonly name = "SocketError";
}

/** A socket with a name, which goes with it. */
export interface NamedSocket {
  /** Removes the name, unless it leads to another socket by now. */
  close(): Promise<void>;
}

/** Owner and group may connect, which takes the right to write (unix(7), "Pathname socket ownership and permissions"). */
const socketMode = 0o660;
/** The longest path of a socket, without its NUL (unix(7), sun_path). */
const longestPath = 107;

/**
 * Gives a listener its name. Whoever may write one of the folders on the way could put a socket of his own there, so such a
 * folder is refused. A socket that a dead process left is replaced, one that answers is not. Until its rights are set, the
 * new socket lies in a folder that nobody else can enter; it gets its name in one step.
 * @param listen makes a listener with this path
 * @param trusted users who may own the folders
 * @throws SocketError, or an error of the system
 */
export async function nameSocket(
  path: string,
  listen: (path: string) => Promise<unknown>,
  trusted: ReadonlySet<number>,
): Promise<NamedSocket> {
  await makeFolders(dirname(path), 0o755);
  const problem = await placeProblem(dirname(path), trusted);
  if (problem !== undefined) throw new SocketError(`${path}: others could put their own socket there: ${problem}`);
  const folder = await realpath(dirname(path));
  const name = join(folder, basename(path));
  const hidden = await mkdtemp(join(folder, ".api-"));
  try {
    const first = join(hidden, "s");
    if (Math.max(Buffer.byteLength(first), Buffer.byteLength(path)) > longestPath)
      throw new SocketError(`${path}: the path is too long for a socket (${longestPath} bytes)`);
    await refuseOthers(name);
    await listen(first);
    await chmod(first, socketMode);
    const own = await lstat(first);
    await rename(first, name);
    return {
      async close() {
        const found = await lstat(name).catch(() => undefined);
        if (found?.ino === own.ino && found.dev === own.dev) await unlink(name).catch(() => undefined);
      },
    };
  } finally {
    await rm(hidden, { recursive: true, force: true });
  }
}

/** Why somebody else could put a socket into a folder, or another folder in its place. */
async function placeProblem(folder: string, trusted: ReadonlySet<number>): Promise<string | undefined> {
  for (const part of waysTo(resolve(folder))) {
    const { uid } = await lstat(part);
    if (!trusted.has(uid)) return `${part} belongs to another user (${uid})`;
  }
  const real = await realpath(folder);
  for (const part of waysTo(real)) {
    const problem = folderProblem(part, await stat(part), trusted);
    if (problem !== undefined) return problem;
  }
  // In a sticky folder others replace nothing, but they could be there first.
  return ((await stat(real)).mode & 0o002) === 0 ? undefined : `every user can write ${real}`;
}

function waysTo(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...waysTo(parent), folder];
}

async function refuseOthers(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new SocketError(`${path} exists and is not a socket`);
  const why = await connectFailure(path);
  if (why === undefined) throw new SocketError(`${path}: another process listens there`);
  // ENOENT: it has gone meanwhile.
  if (why !== "ECONNREFUSED" && why !== "ENOENT")
    throw new SocketError(`${path}: what is there cannot be asked (${why})`);
}

/** @returns the code of the system's error; undefined when somebody answers */
function connectFailure(path: string): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      done(undefined);
    });
    socket.once("error", ({ code, message }: NodeJS.ErrnoException) => done(code ?? message));
  });
}
