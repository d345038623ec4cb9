import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isBeneath } from "./folder.ts";

const table = "/proc/self/mountinfo";
/** Milliseconds for which the mounts are taken as still the same. */
const trustFor = 5000;

/** Which storage a path lies on, as far as it can be said without asking that storage. */
export interface Places {
  /** @param segments below the folder that is served, as a client wrote them */
  of(segments: readonly string[]): string;
  /** @param path a real one */
  ofReal(path: string): string;
}

/**
 * What is mounted below a folder has a place of its own, and so has each folder in it: a link there may lead to another
 * file system, which only that file system could tell.
 * @param root an absolute path
 */
export function placesBelow(root: string): Places {
  let mounts: readonly string[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  function refresh(): void {
    const now = performance.now();
    if (now - readAt < trustFor) return;
    readAt = now;
    readFile(table, "utf8").then(
      (text) => {
        mounts = mountPoints(text)
          .filter((path) => isBeneath(path, root))
          .sort((one, other) => other.length - one.length);
      },
      // No /proc in this sandbox, or another system.
      () => undefined,
    );
  }

  function mountOf(path: string): string | undefined {
    refresh();
    const folded = path.toLowerCase();
    return mounts.find((mount) => folded === mount.toLowerCase() || isBeneath(folded, mount.toLowerCase()));
  }

  refresh();
  return {
    of(segments) {
      const mount = mountOf(join(root, ...segments));
      if (mount !== undefined) return mount;
      const [first = ""] = segments.length > 1 ? segments : [];
      return first === "" ? root : join(root, first.toLowerCase());
    },
    ofReal: (path) => mountOf(path) ?? root,
  };
}

/** The mount points in the text of mountinfo (proc_pid_mountinfo(5)): the fifth field, with blanks and the like in octal. */
export function mountPoints(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const path = line.split(" ")[4];
    return path === undefined
      ? []
      : [path.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))];
  });
}
