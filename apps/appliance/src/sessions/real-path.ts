import { plainName } from "../catalogue/file-role.ts";

/**
 * Where below the root a file lies that a client asks for, in plain form.
 * @param root the client's own folder, from which its names count; undefined: it has none
 */
export function realPath(file: string, root: string | undefined): string {
  return root === undefined ? plainName(file) : plainName(`${root}/${plainName(file)}`);
}
