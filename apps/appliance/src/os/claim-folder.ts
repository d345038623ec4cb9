import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { createServer } from "node:net";

/** Held for as long as the process lives, or until it is disposed of. */
export interface Claim extends AsyncDisposable {
  /** Another process of this network namespace has claimed the folder. */
  readonly taken: boolean;
}

/**
 * Claims a folder, to find out who else uses it. It is a name in the system's table of sockets, not a file: it is gone
 * with its process, however that ends, and a read-only disk can have one too. Nothing is ever sent there.
 */
export async function claimFolder(folder: string): Promise<Claim> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const taken = await new Promise<boolean>((resolve) => {
    // Where sockets without a file are forbidden, nobody can know.
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
