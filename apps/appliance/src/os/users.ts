import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The default user of a service. */
export const serviceUser = "bootlace";

/** A user of this machine. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** The main group and all others. */
  readonly gids: readonly number[];
}

/** Looks up a user in all user databases of this machine; undefined when unknown. */
export function findUser(name: string): User | undefined {
  const [uid] = ids("-u", name);
  const [gid] = ids("-g", name);
  return uid === undefined || gid === undefined ? undefined : { name, uid, gid, gids: ids("-G", name) };
}

/** The name of a group of this machine; its number where /etc/group does not name it (group(5)). */
export function groupName(gid: number): string {
  try {
    const rows = readFileSync("/etc/group", "utf8").split("\n");
    const row = rows.map((line) => line.split(":")).find(([, , id]) => id === String(gid));
    return row?.[0] || String(gid);
  } catch {
    return String(gid);
  }
}

function ids(option: string, name: string): number[] {
  const { status, stdout } = spawnSync("id", [option, "--", name], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split(/\s+/).map(Number) : [];
}
