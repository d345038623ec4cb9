import { quote } from "@bootlace/dhcp-core";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import { readTokenFile, tokenFault, unreadReason } from "../os/token-file.ts";
import { findUser } from "../os/users.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";

/** Checks of this machine that would stop a start of the daemon. */
export function checkHost({ config, originOf }: LoadedConfig): TreeFinding[] {
  const { admin, user } = config;
  const placeOf = (...path: string[]): Place => {
    const origin = originOf(path);
    const where = origin.kind === "file" ? { file: origin.file, line: origin.line, column: 1 } : undefined;
    return { ...(where ?? { file: "defaults", line: 0, column: 0 }), path: formatPath(path) };
  };
  const findings: TreeFinding[] = [];
  if (admin.enabled && admin.tokenFile !== undefined) {
    const problem = tokenProblem(admin.tokenFile);
    const allowed = "Create one: openssl rand -hex 32";
    if (problem !== undefined) findings.push(finding("T010", placeOf("admin", "tokenFile"), problem, allowed));
  }
  if (user !== undefined && user !== "root" && findUser(user) === undefined) {
    const problem = `unknown user ${quote(user)}`;
    findings.push(finding("T011", placeOf("user"), problem, "Create the user, or remove the key"));
  }
  return findings;
}

function tokenProblem(path: string): string | undefined {
  try {
    return tokenFault(path, readTokenFile(path, process.env));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The daemon may run as another user, and get the token from systemd.
    return code === "EACCES" ? undefined : `the token file ${path} is not readable (${unreadReason(error)})`;
  }
}
