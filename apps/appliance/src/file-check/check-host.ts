import { quote } from "@bootlace/dhcp-core";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import { readTokenFile, tokenFault } from "../os/token-file.ts";
import { findUser } from "../os/users.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";

/** What the config names on this host, and a start would stop at. */
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
    const allowed = "Make one: openssl rand -hex 32";
    if (problem !== undefined) findings.push(finding("T010", placeOf("admin", "tokenFile"), problem, allowed));
  }
  if (user !== undefined && user !== "root" && findUser(user) === undefined) {
    const problem = `there is no user ${quote(user)} on this machine`;
    findings.push(finding("T011", placeOf("user"), problem, "Make that user, or leave the key out"));
  }
  return findings;
}

function tokenProblem(path: string): string | undefined {
  try {
    return tokenFault(path, readTokenFile(path, process.env));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The daemon may be another user, and have it handed over.
    return code === "EACCES" ? undefined : `the token file ${path} is not readable (${code})`;
  }
}
