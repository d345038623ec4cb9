import { sudoUser } from "../config/found-config.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { LogRecord } from "../events/record.ts";
import { handOver, rootOnlyProblem } from "../os/hand-over.ts";
import { ownProgram } from "../os/own-program.ts";
import { becomeBySetpriv, becomeBySetuid, chooseIdentity } from "../os/step-down.ts";
import { findUser } from "../os/users.ts";

export type ServeUser =
  | {
      readonly ok: true;
      /** For the log. */
      readonly note?: LogRecord;
      /** Drops the remaining privileges once everything is bound. */
      readonly stepDown?: () => LogRecord;
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Drops root. Where possible, it does so here and runs the program again: then it does not return.
 * See docs/decisions/0004 for the reasons.
 */
export function leaveRoot({ config, file }: LoadedConfig): ServeUser {
  const program = ownProgram();
  const { enabled, tokenFile } = config.admin;
  const needed = [...program, file, enabled ? tokenFile : undefined].filter((path) => path !== undefined);
  const identity = chooseIdentity(config.user, { uid: process.geteuid?.() ?? -1, find: findUser, needed });
  if (identity.kind === "impossible") return { ok: false, problem: identity.problem };
  const mine = sudoUser(process.env);
  const asRoot = process.geteuid?.() === 0;
  if (identity.kind === "stay") {
    const problem = asRoot ? rootOnlyProblem(config, mine) : undefined;
    if (problem !== undefined) return { ok: false, problem: notAsRoot(problem) };
    return { ok: true, ...(identity.note === undefined ? {} : { note: identity.note }) };
  }
  const { user } = identity;
  const problem = handOver(config, user, mine);
  if (problem !== undefined) return { ok: false, problem: notAsRoot(problem) };
  const why = becomeBySetpriv(user, [
    ...program.slice(0, 1),
    // The single binary has Node options built in: on its command line they would count as Bootlace options.
    ...(program.length === 1 ? [] : process.execArgv),
    ...program.slice(1),
    ...process.argv.slice(2),
  ]);
  return {
    ok: true,
    stepDown() {
      // Root has created files since.
      handOver(config, user, mine);
      return becomeBySetuid(user, why);
    },
  };
}

/** Root neither opens nor gives away what others may have planted. */
function notAsRoot(problem: string): string {
  return `${problem}. Root must not write where others can put links. Choose a path on which only root can write, or start as that user`;
}
