import { statSync } from "node:fs";

/** Where a machine has its own kernel and boot loader (FHS 3.0 §3.5). */
export const hostBootFolder = "/boot";

/** True for that folder, under whatever name. */
export function isHostBoot(path: string, hostBoot: string = hostBootFolder): boolean {
  if (path === hostBoot) return true;
  const [one, other] = [path, hostBoot].map((folder) => statSync(folder, { throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}
