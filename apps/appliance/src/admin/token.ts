import { readTokenFile, tokenCredential, tokenFault, unreadReason } from "../os/token-file.ts";

/** The API cannot be served as configured. The message is for people. */
export class AdminConfigError extends Error {
  override readonly name = "AdminConfigError";
}

/**
 * The token of a token file: its one line.
 * @param env the environment, in which systemd names the credentials folder
 * @throws AdminConfigError when it is unreadable or too short
 */
export function readToken(path: string, env: NodeJS.ProcessEnv = process.env): string {
  const token = textOf(path, env);
  const fault = tokenFault(path, token);
  if (fault !== undefined) throw new AdminConfigError(fault);
  return token;
}

function textOf(path: string, env: NodeJS.ProcessEnv): string {
  try {
    return readTokenFile(path, env);
  } catch (error) {
    const closed = `. Make it readable for the group of the daemon's user, or pass it in the unit: LoadCredential=${tokenCredential}:${path}`;
    const isClosed = (error as NodeJS.ErrnoException).code === "EACCES";
    const mend = isClosed
      ? closed
      : ". Set admin.tokenFile to a file whose one line is the token: openssl rand -hex 32";
    throw new AdminConfigError(`the token file ${path} is not readable (${unreadReason(error)})${mend}`);
  }
}
