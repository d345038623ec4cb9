import type { LoadedConfig } from "../config/load.ts";
import type { LogRecord } from "../events/record.ts";
import { handOver } from "../os/hand-over.ts";
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
  if (identity.kind === "stay") return { ok: true, ...(identity.note === undefined ? {} : { note: identity.note }) };
  const { user } = identity;
  handOver(config, user);
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
      handOver(config, user);
      return becomeBySetuid(user, why);
    },
  };
}
