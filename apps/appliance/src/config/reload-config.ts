import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ConfigFault } from "./faults.ts";
import { type ConfigRequest, type LoadedConfig, type LoadResult, loadConfig } from "./load.ts";

/**
 * Reads the config again. A file that has become empty, or that is gone, says nothing: an editor may be writing it. The
 * defaults would drop every rule, and serve on every interface.
 * @param inForce the config that a fault keeps in force
 */
export function reloadConfig(request: ConfigRequest, inForce: LoadedConfig): LoadResult {
  const result = loadConfig(request);
  const { file } = inForce;
  if (!result.ok || file === undefined || inForce.empty) return result;
  const { loaded } = result;
  const isSame = loaded.file === file;
  if (isSame && loaded.empty) return refused(file, "the file is empty, and was not when it was read last");
  if (!isSame && !existsSync(resolve(request.cwd, file)))
    return refused(file, "the file of the current config is gone");
  return result;
}

function refused(file: string, problem: string): LoadResult {
  const allowed = "It may be half written: reload again when it is complete. For the defaults, restart Bootlace";
  const fault: ConfigFault = { code: "E053", problem, allowed, file, path: "", line: 0, column: 0 };
  return { ok: false, faults: [fault] };
}
