import { join } from "node:path";
import { readRegularFile, UnfitFileError } from "../config/regular-file.ts";

/** The credential in which a unit passes the token to a user who may not read its file (systemd.exec(5), LoadCredential=). */
export const tokenCredential = "token";

const leastToken = 16;
/** Bytes: a larger file is no token. */
const largestFile = 4096;

/** The problem with a token; undefined when it is long enough. A file with more than one line gives an empty one. */
export function tokenFault(path: string, token: string): string | undefined {
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= leastToken) return undefined;
  return `the token in ${path} must have at least ${leastToken} printable characters, no spaces, on one line`;
}

const readText = (file: string) => readRegularFile(file, largestFile).toString("utf8");

/** Why a token file was not read, for people; `error` is what {@link readTokenFile} threw. */
export function unreadReason(error: unknown): string {
  if (error instanceof UnfitFileError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/**
 * The token in a file: its one line. A file with more lines is something else, such as a list of passwords, and gives an
 * empty text. If this user may not read the file, the credential of the unit is used.
 * @param env the environment, in which systemd names the credentials folder
 * @throws UnfitFileError for what is no regular file or is too large, or the system's error about the file
 */
export function readTokenFile(path: string, env: NodeJS.ProcessEnv, read = readText): string {
  const only = (file: string) => {
    const text = read(file).trimEnd();
    return text.includes("\n") ? "" : text.trim();
  };
  try {
    return only(path);
  } catch (error) {
    const { CREDENTIALS_DIRECTORY: folder } = env;
    if ((error as NodeJS.ErrnoException).code !== "EACCES" || !folder) throw error;
    try {
      return only(join(folder, tokenCredential));
    } catch {
      throw error;
    }
  }
}
