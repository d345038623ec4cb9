/** Compares the floor plan with the imports in the tree: `node tools/floor-plan.ts [DIR]`. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { circlesOf } from "./circles.ts";
import { rooms as planned, socketFiles, socketModules } from "./floor-plan-rules.ts";
import type { Room } from "./room.ts";

/** Its examples are broken imports. */
const examples = "tools/floor-plan.test.ts";

export interface SourceFile {
  /** Path from the top of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const importPattern = /(?:\bfrom\s+|\bimport\s+|\b(?:import|require)\s*\(\s*)["']([^"'\n]+)["']/g;
const commentLine = /^\s*(?:\/\/|\/?\*).*$/gm;

/** The module specifiers a TypeScript file names: static, type-only, re-exported, dynamic and required. */
export function importsOf(text: string): string[] {
  return [...text.replace(commentLine, "").matchAll(importPattern)].map((match) => match[1] ?? "");
}

/** What was found before, of files and plans that do not change: the same are asked about again and again. */
const knownImports = new WeakMap<SourceFile, readonly string[]>();
const knownRooms = new WeakMap<readonly Room[], Map<string, Room | undefined>>();

function importsIn(file: SourceFile): readonly string[] {
  let imports = knownImports.get(file);
  if (imports === undefined) {
    imports = importsOf(file.text);
    knownImports.set(file, imports);
  }
  return imports;
}

/** The room of a path: that of the longest prefix. */
export function roomOf(path: string, rooms: readonly Room[] = planned): Room | undefined {
  const known = knownRooms.get(rooms) ?? new Map<string, Room | undefined>();
  knownRooms.set(rooms, known);
  if (!known.has(path)) known.set(path, findRoom(path, rooms));
  return known.get(path);
}

function findRoom(path: string, rooms: readonly Room[]): Room | undefined {
  const length = (room: Room) =>
    Math.max(...[room.prefix, ...(room.also ?? [])].map((prefix) => (path.startsWith(prefix) ? prefix.length : 0)));
  const [best] = rooms.filter((room) => length(room) > 0).sort((a, b) => length(b) - length(a));
  return best;
}

function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.normalize(posix.join(posix.dirname(path), specifier)) : undefined;
}

function mayUsePackage(room: Room, name: string): boolean {
  if (name.startsWith("node:")) return room.packages.includes("node:*");
  if (name.startsWith("@bootlace/")) return room.packages.includes(name);
  return room.packages.includes(name) || room.packages.includes("*");
}

function checkImport(path: string, room: Room, specifier: string, rooms: readonly Room[]): string | undefined {
  const target = targetOf(path, specifier);
  if (target !== undefined) {
    const targetRoom = roomOf(target, rooms);
    if (targetRoom === undefined) return `${path}: ${specifier} leads outside the floor plan`;
    if (targetRoom.name !== room.name && !room.rooms.includes(targetRoom.name)) {
      const why = rooms.indexOf(targetRoom) > rooms.indexOf(room) ? ", which is above it" : "";
      return `${path}: ${room.name} may not import ${targetRoom.name}${why} (${specifier})`;
    }
    if (posix.basename(target) === "index.ts" && !room.name.endsWith("test")) {
      return `${path}: index.ts is the front door; inside the package import the file itself`;
    }
    return undefined;
  }
  const name = specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : (specifier.split("/")[0] ?? "");
  if (name.startsWith("@bootlace/") && name !== specifier) return `${path}: ${specifier} is not a public name`;
  if (!mayUsePackage(room, name)) return `${path}: ${room.name} may not import ${specifier}`;
  if (socketModules.includes(specifier) && path.startsWith("packages/") && path.includes("/src/")) {
    if (!socketFiles.includes(path)) return `${path}: sockets (${specifier}) belong in ${socketFiles.join(", ")}`;
  }
  return undefined;
}

/** Rows of the plan that contradict it: an arrow upwards, or to a room that is not in it. */
export function brokenRows(rooms: readonly Room[]): string[] {
  return rooms.flatMap((room, place) =>
    room.rooms.flatMap((name) => {
      const target = rooms.findIndex((candidate) => candidate.name === name);
      if (target === -1) return [`the floor plan: ${room.name} may import ${name}, which is no room of the plan`];
      return target > place ? [`the floor plan: ${room.name} may import ${name}, which is above it`] : [];
    }),
  );
}

/** Circles of rooms and of files, type-only imports included. */
function circles(files: readonly SourceFile[], rooms: readonly Room[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const ofFiles = new Map<string, Set<string>>();
  const ofRooms = new Map<string, Set<string>>();
  for (const file of files) {
    const { path } = file;
    const targets = importsIn(file).flatMap((specifier) => targetOf(path, specifier) ?? []);
    ofFiles.set(path, new Set(targets.filter((target) => paths.has(target))));
    const from = roomOf(path, rooms)?.name ?? path;
    const arrows = ofRooms.get(from) ?? new Set<string>();
    for (const target of targets) {
      const to = roomOf(target, rooms)?.name;
      if (to !== undefined && to !== from) arrows.add(to);
    }
    ofRooms.set(from, arrows);
  }
  return [
    ...circlesOf(ofRooms).map((names) => `a circle of rooms: ${names.join(", ")}`),
    ...circlesOf(ofFiles).map((names) => `a circle of files: ${names.join(", ")}`),
  ];
}

/** Arrows and rooms of the plan that no file uses: a plan that allows more than it must is not the plan. */
function idleRows(files: readonly SourceFile[], rooms: readonly Room[]): string[] {
  const found: string[] = [];
  for (const room of rooms) {
    const own = files.filter(({ path }) => roomOf(path, rooms)?.name === room.name);
    if (room.planned === true) {
      if (own.length > 0) found.push(`${room.prefix}: ${room.name} is planned only, and has files`);
      continue;
    }
    if (own.length === 0) {
      found.push(`${room.prefix}: the check saw no file of ${room.name}`);
      continue;
    }
    if (room.name.endsWith("test")) continue;
    const targets = own.flatMap((file) => importsIn(file).flatMap((one) => targetOf(file.path, one) ?? []));
    const used = new Set(targets.map((target) => roomOf(target, rooms)?.name));
    for (const name of room.rooms) {
      if (!used.has(name)) found.push(`the floor plan: no file of ${room.name} imports ${name}`);
    }
  }
  return found;
}

/** Every broken arrow of `files`, one sentence each; an empty list means that the plan holds. */
export function brokenArrows(files: readonly SourceFile[], rooms: readonly Room[] = planned): string[] {
  const found = brokenRows(rooms);
  for (const file of files) {
    const { path } = file;
    const room = roomOf(path, rooms);
    if (room === undefined) {
      found.push(`${path}: is in no room of the floor plan`);
      continue;
    }
    for (const specifier of importsIn(file)) {
      const fault = checkImport(path, room, specifier, rooms);
      if (fault !== undefined) found.push(fault);
    }
  }
  return [...found, ...circles(files, rooms), ...idleRows(files, rooms)];
}

/** Pure rooms whose TypeScript project is missing or lets Node's types in. `read` gives a file's text or undefined. */
export function impureRooms(read: (path: string) => string | undefined, rooms: readonly Room[] = planned): string[] {
  return rooms.flatMap(({ name, prefix, pure }) => {
    if (pure !== true) return [];
    const path = [`${prefix}tsconfig.json`, `${posix.dirname(prefix)}/tsconfig.json`].find(
      (candidate) => read(candidate) !== undefined,
    );
    const text = path === undefined ? undefined : read(path);
    const project = text === undefined ? {} : (JSON.parse(text) as { compilerOptions?: { types?: unknown } });
    const types = project.compilerOptions?.types;
    return Array.isArray(types) && types.length === 0 ? [] : [`${prefix}: ${name} has no project with "types": []`];
  });
}

/** The TypeScript files git knows or would add below `top`, read into memory; configuration at the top is left out. */
export function sourceFiles(top: string): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.ts"], {
    cwd: top,
    encoding: "utf8",
  });
  const paths = listed.split("\0").filter((path) => path.includes("/") && path !== examples);
  return paths.flatMap((path) => {
    const text = readText(top, path);
    return text === undefined ? [] : [{ path, text }];
  });
}

/** A file below `top`; undefined when it cannot be read. */
export function readText(top: string, path: string): string | undefined {
  try {
    return readFileSync(posix.join(top, path), "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const top = process.argv[2] ?? process.cwd();
  const files = sourceFiles(top);
  const faults = [...brokenArrows(files), ...impureRooms((path) => readText(top, path))];
  for (const fault of faults) console.error(fault);
  console.log(`floor plan: ${files.length} files, ${faults.length} broken arrows`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
