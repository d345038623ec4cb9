import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { createServer } from "node:net";

/** Held until the process ends or it is disposed of. */
export interface Claim extends AsyncDisposable {
  /** Another process of this network namespace has claimed the folder. */
  readonly taken: boolean;
}

/**
 * Claims a folder, to detect another process using it. The claim is a name in the system's socket table, not a file: it is gone
 * when its process ends in any way, and works on a read-only disk too. Nothing is ever sent to it.
 */
export async function claimFolder(folder: string): Promise<Claim> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const taken = await new Promise<boolean>((resolve) => {
    // Where abstract sockets are forbidden, other users of the folder stay unknown.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ path: `\0bootlace-${createHash("sha256").update(realPath(folder)).digest("hex")}` }, () =>
      resolve(false),
    );
  });
  return {
    taken,
    async [Symbol.asyncDispose]() {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
