import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Under this name a unit hands the token over to a user who may not read its file (systemd.exec(5), LoadCredential=). */
export const tokenCredential = "token";

const leastToken = 16;

/** Why a token is no secret; undefined when it is one. */
export function tokenFault(path: string, token: string): string | undefined {
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= leastToken) return undefined;
  return `the token in ${path} must have at least ${leastToken} printable characters, no spaces`;
}

const readText = (file: string) => readFileSync(file, "utf8");

/**
 * The token that a file holds in its first line. Where the file is closed to this user, the credential of the unit counts.
 * @param env the environment, in which systemd names the credentials folder
 * @throws what the system says of the file
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
