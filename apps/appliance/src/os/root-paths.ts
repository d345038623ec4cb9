import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";

/** What root may do on the way to a folder in which others might have planted something. */
export interface WalkRules {
  /** Owners who plant nothing: root, whoever became root, and the user who shall own what is made. */
  readonly trusted: ReadonlySet<number>;
  /** The mode of missing folders, which are made; absent: they are missing. */
  readonly make?: number;
  /** Root's own links, in folders that root alone can write, are followed. */
  readonly followRoot?: boolean;
}

export type Walk =
  | {
      readonly ok: true;
      readonly descriptor: number /** Those of the folders that were made. */;
      made: readonly string[];
    }
  /** `problem` names the part of the path; absent: a folder is missing. */
  | { readonly ok: false; readonly problem?: string };

const asFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const mostLinks = 8;
/** Groups of the system, such as syslog, which may write /var/log in Ubuntu; 100 is `users` (login.defs(5)). */
const isSystemGroup = (gid: number) => gid < 1000 && gid !== 100;

/** The path of something below an open folder, whatever the folder's path leads to by now (proc_pid_fd(5)). */
export function below(descriptor: number, name: string): string {
  return `/proc/self/fd/${descriptor}/${name}`;
}

/**
 * Opens a folder as root, part by part, each without following links, so that nobody can put another folder in its place
 * (openat(2), "Rationale for openat()"). Each part must belong to someone trusted, and others may not write it.
 * @returns the folder, to be closed by the caller
 * @throws the system's errors, as far as they are no matter of links and rights
 */
export function walkFolder(path: string, rules: WalkRules, links = 0): Walk {
  const made: string[] = [];
  let descriptor = openSync(sep, asFolder);
  let place: string = sep;
  const stop = (problem?: string): Walk => {
    closeSync(descriptor);
    return problem === undefined ? { ok: false } : { ok: false, problem };
  };
  for (const part of resolve(path).split(sep)) {
    const here = fstatSync(descriptor);
    const problem = folderProblem(place, here, rules.trusted);
    if (problem !== undefined) return stop(problem);
    if (part === "") continue;
    const child = below(descriptor, part);
    const name = join(place, part);
    let next = lstatSync(child, { throwIfNoEntry: false });
    if (next === undefined) {
      if (rules.make === undefined) return stop();
      mkdirSync(child, rules.make);
      made.push(name);
      next = lstatSync(child);
    }
    if (next.isSymbolicLink()) {
      const harmless = rules.followRoot === true && next.uid === 0 && isRootsAlone(here) && links < mostLinks;
      if (!harmless) return stop(`${name} is a link: name the folder that is meant`);
      const target = readlinkSync(child);
      const rest = resolve(path).slice(name.length);
      closeSync(descriptor);
      return walkFolder(`${isAbsolute(target) ? target : join(place, target)}${rest}`, rules, links + 1);
    }
    if (!next.isDirectory()) return stop(`${name} is not a folder`);
    const opened = openSync(child, asFolder);
    closeSync(descriptor);
    descriptor = opened;
    place = name;
  }
  const problem = folderProblem(place, fstatSync(descriptor), rules.trusted);
  return problem === undefined ? { ok: true, descriptor, made } : stop(problem);
}

function isRootsAlone({ uid, mode }: Stats): boolean {
  return uid === 0 && (mode & 0o022) === 0;
}

/** Why somebody else could put something into a folder. */
export function folderProblem(place: string, found: Stats, trusted: ReadonlySet<number>): string | undefined {
  const { uid, gid, mode } = found;
  if (!trusted.has(uid)) return `${place} belongs to another user (${uid})`;
  // In a sticky folder, such as /tmp, nobody renames or removes what is not his own.
  if ((mode & 0o1000) !== 0) return undefined;
  if ((mode & 0o002) !== 0) return `every user can write ${place}`;
  const byGroup = (mode & 0o020) !== 0 && gid !== uid && !(uid === 0 && isSystemGroup(gid));
  return byGroup ? `a group (${gid}) can write ${place}` : undefined;
}

/**
 * Why others than root could replace one of these files: by writing it, or a folder on its way.
 * @param paths files that root runs or obeys; one that is missing is nobody's
 * @param mine the user who became root, who can do all that root can
 */
export function writableProblem(paths: readonly string[], mine: readonly number[]): string | undefined {
  const trusted = new Set([0, ...mine]);
  for (const path of paths) {
    const real = existsSync(path) ? realpathSync(path) : undefined;
    if (real === undefined) continue;
    const walk = walkFolder(dirname(real), { trusted });
    if (!walk.ok) return walk.problem;
    closeSync(walk.descriptor);
    const problem = folderProblem(real, statSync(real), trusted);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
