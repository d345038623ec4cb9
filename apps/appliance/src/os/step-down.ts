import { spawnSync } from "node:child_process";
import type { LogRecord } from "../events/record.ts";
import { obstacle } from "./reach.ts";
import { serviceUser, type User } from "./users.ts";

/** The user under which a daemon started by root continues. */
export type Identity =
  /** Unchanged. `note` is the reason, where it is worth a log line. */
  | { readonly kind: "stay"; readonly note?: LogRecord }
  | { readonly kind: "become"; readonly user: User }
  | { readonly kind: "impossible"; readonly problem: string };

export interface IdentityDeps {
  readonly uid: number;
  readonly find: (name: string) => User | undefined;
  /** Files that the user must be able to read: the program and the config file. */
  readonly needed: readonly string[];
}

/** @param requested `user` of the config */
export function chooseIdentity(requested: string | undefined, { uid, find, needed }: IdentityDeps): Identity {
  if (uid !== 0 || requested === "root") return { kind: "stay" };
  const user = find(requested ?? serviceUser);
  if (user === undefined) {
    if (requested !== undefined) return { kind: "impossible", problem: `unknown user ${requested} (user)` };
    return stayRoot(
      "info",
      `. Create a user "${serviceUser}" (or set user), and Bootlace keeps only CAP_NET_BIND_SERVICE`,
    );
  }
  if (user.uid === 0) return { kind: "stay" };
  const blocked = needed.find((path) => obstacle(path, user) !== undefined);
  if (blocked === undefined) return { kind: "become", user };
  const problem = `the user ${user.name} cannot read ${blocked}: ${obstacle(blocked, user)} is closed to it`;
  return requested === undefined ? stayRoot("warn", `: ${problem}`) : { kind: "impossible", problem };
}

function stayRoot(level: "info" | "warn", why: string): Identity {
  return { kind: "stay", note: userRecord(level, "root", `running as root${why}`) };
}

function userRecord(level: "info" | "warn", user: string, message: string): LogRecord {
  return { level, scope: "bootlace", event: "bootlace.user", message, fields: { user } };
}

/** The arguments that run a program as the user with only CAP_NET_BIND_SERVICE (capabilities(7)). */
function setprivWords({ uid, gid, gids }: User): string[] {
  const only = "-all,+net_bind_service";
  return [
    ...["--reuid", String(uid), "--regid", String(gid), "--groups", gids.join(",")],
    ...["--inh-caps", only, "--ambient-caps", only, "--bounding-set", only, "--no-new-privs", "--"],
  ];
}

/**
 * Runs this program again in the same process, as the user, with CAP_NET_BIND_SERVICE: an interface added later
 * has ports to bind too. Node cannot keep a capability across setuid(2); setpriv(1) of util-linux can.
 * @param program this program and its arguments
 * @returns why it failed; does not return on success
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
  // It prints a warning about being experimental on stderr.
  process.removeAllListeners("warning");
  execve.call(process, path, [path, ...words, ...program], process.env);
  throw new Error("execve came back");
}

/** Drops all privileges, CAP_NET_BIND_SERVICE too. Call it after the ports are bound. */
export function becomeBySetuid({ name, uid, gid, gids }: User, why: string): LogRecord {
  process.setgroups?.([...gids]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  const message = `running as ${name} without CAP_NET_BIND_SERVICE (${why}): addresses added later need a restart`;
  return userRecord("warn", name, message);
}
