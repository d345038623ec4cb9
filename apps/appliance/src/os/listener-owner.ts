import { readFileSync } from "node:fs";

/** TCP_LISTEN. */
const listening = "0A";

/**
 * The users whose programs listen on a TCP port, as the texts of /proc/net/tcp and tcp6 have it.
 * @returns numbers of users (uid)
 */
export function ownersListeningOn(port: number, tables: readonly string[]): readonly number[] {
  const owners = tables.flatMap((text) =>
    text.split("\n").flatMap((line) => {
      const [, local = "", , state, , , , uid = ""] = line.trim().split(/\s+/);
      const isIt = state === listening && Number.parseInt(local.split(":")[1] ?? "", 16) === port;
      return isIt && /^\d+$/.test(uid) ? [Number(uid)] : [];
    }),
  );
  return [...new Set(owners)];
}

/** The same of now; none where the system does not say, as elsewhere than on Linux. */
export function listenerOwners(port: number, folder = "/proc/net"): readonly number[] {
  const read = (name: string) => {
    try {
      return readFileSync(`${folder}/${name}`, "utf8");
    } catch {
      return "";
    }
  };
  return ownersListeningOn(port, ["tcp", "tcp6"].map(read));
}
