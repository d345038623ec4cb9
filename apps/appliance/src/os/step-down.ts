import { spawnSync } from "node:child_process";
import type { LogRecord } from "../events/record.ts";
import { obstacle } from "./reach.ts";
import { serviceUser, type User } from "./users.ts";

/** As whom a daemon goes on that was started by root. */
export type Identity =
  /** As it is. `note` says why, where that is worth a line. */
  | { readonly kind: "stay"; readonly note?: LogRecord }
  | { readonly kind: "become"; readonly user: User }
  | { readonly kind: "impossible"; readonly problem: string };

export interface IdentityDeps {
  readonly uid: number;
  readonly find: (name: string) => User | undefined;
  /** What that user must read: the program and the config file. */
  readonly needed: readonly string[];
}

/** @param requested `user` of the config */
export function chooseIdentity(requested: string | undefined, { uid, find, needed }: IdentityDeps): Identity {
  if (uid !== 0 || requested === "root") return { kind: "stay" };
  const user = find(requested ?? serviceUser);
  if (user === undefined) {
    if (requested !== undefined)
      return { kind: "impossible", problem: `there is no user ${requested} to become (user)` };
    return stayRoot(
      "info",
      `make a user ${serviceUser}, or name one with user, and only the right to low ports is kept`,
    );
  }
  if (user.uid === 0) return { kind: "stay" };
  const blocked = needed.find((path) => obstacle(path, user) !== undefined);
  if (blocked === undefined) return { kind: "become", user };
  const problem = `the user ${user.name} cannot read ${blocked}: ${obstacle(blocked, user)} does not let it in`;
  return requested === undefined ? stayRoot("warn", problem) : { kind: "impossible", problem };
}

function stayRoot(level: "info" | "warn", why: string): Identity {
  return { kind: "stay", note: userRecord(level, "root", `this runs as root: ${why}`) };
}

function userRecord(level: "info" | "warn", user: string, message: string): LogRecord {
  return { level, scope: "bootlace", event: "bootlace.user", message, fields: { user } };
}

/** The words that give a program the user and, of all rights, the one to bind low ports (capabilities(7)). */
function setprivWords({ uid, gid, gids }: User): string[] {
  const only = "-all,+net_bind_service";
  return [
    ...["--reuid", String(uid), "--regid", String(gid), "--groups", gids.join(",")],
    ...["--inh-caps", only, "--ambient-caps", only, "--bounding-set", only, "--no-new-privs", "--"],
  ];
}

/**
 * Runs this program anew in the same process, as the user, with the right to low ports: an interface that comes later
 * has ports to be bound too. Node cannot keep a capability across setuid(2); setpriv(1) of util-linux can.
 * @param program this program and its words
 * @returns why it cannot be done; not at all when it was
 */
export function becomeBySetpriv(user: User, program: readonly string[]): string {
  // Since Node 22.15; the single binary has it.
  const { execve } = process as { execve?: typeof process.execve };
  if (execve === undefined) return `Node.js ${process.versions.node} cannot replace its process`;
  const words = setprivWords(user);
  const path = spawnSync("/bin/sh", ["-c", "command -v setpriv"], { encoding: "utf8" }).stdout?.trim() ?? "";
  if (path === "") return "setpriv is not installed";
  const { status, stderr, error } = spawnSync(path, [...words, "true"], { encoding: "utf8" });
  if (status !== 0) return (stderr || error?.message || `setpriv ended with ${status}`).trim().split("\n")[0] ?? "";
  // It calls itself experimental on the standard error.
  process.removeAllListeners("warning");
  execve.call(process, path, [path, ...words, ...program], process.env);
  throw new Error("execve came back");
}

/** Gives all rights up, that to low ports too. For after the ports are bound. */
export function becomeBySetuid({ name, uid, gid, gids }: User, why: string): LogRecord {
  process.setgroups?.([...gids]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  const message = `goes on as ${name}, without the right to low ports (${why}): an address that comes later is not served before a restart`;
  return userRecord("warn", name, message);
}
