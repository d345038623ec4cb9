import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The credential in which a unit passes the token to a user who may not read its file (systemd.exec(5), LoadCredential=). */
export const tokenCredential = "token";

const leastToken = 16;

/** The problem with a token; undefined when it is long enough. */
export function tokenFault(path: string, token: string): string | undefined {
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= leastToken) return undefined;
  return `the token in ${path} must have at least ${leastToken} printable characters, no spaces`;
}

const readText = (file: string) => readFileSync(file, "utf8");

/**
 * The token in the first line of a file. If this user may not read the file, the credential of the unit is used.
 * @param env the environment, in which systemd names the credentials folder
 * @throws the system's error about the file
 */
export function readTokenFile(path: string, env: NodeJS.ProcessEnv, read = readText): string {
  const first = (file: string) => (read(file).split("\n")[0] ?? "").trim();
  try {
    return first(path);
  } catch (error) {
    const { CREDENTIALS_DIRECTORY: folder } = env;
    if ((error as NodeJS.ErrnoException).code !== "EACCES" || !folder) throw error;
    try {
      return first(join(folder, tokenCredential));
    } catch {
      throw error;
    }
  }
}
