import { isAbsolute, resolve } from "node:path";

/**
 * This very program as a command: the single binary alone, or Node and the script it was given. A link such as npm
 * creates stays a link: it outlives the version it points to.
 */
export function ownProgram(): readonly [string, ...string[]] {
  const single = (process.getBuiltinModule("node:sea") as { isSea?: () => boolean } | undefined)?.isSea?.() === true;
  const script = process.argv[1];
  if (single || script === undefined) return [process.execPath];
  return [process.execPath, isAbsolute(script) ? script : resolve(script)];
}
