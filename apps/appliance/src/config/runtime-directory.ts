import { isAbsolute, join } from "node:path";
import type { Origin } from "./overlay.ts";

/**
 * The default socket of the API, in the first folder of `$RUNTIME_DIRECTORY` (systemd.exec): that of a service.
 * @returns undefined where nobody made such a folder; then there is no socket
 */
export function defaultSocket(
  env: Readonly<Record<string, string | undefined>>,
): { readonly socket: string; readonly origin: Origin } | undefined {
  const given = env.RUNTIME_DIRECTORY?.split(":")[0];
  if (given === undefined || !isAbsolute(given)) return undefined;
  return { socket: join(given, "bootlace.sock"), origin: { kind: "environment", name: "RUNTIME_DIRECTORY" } };
}
