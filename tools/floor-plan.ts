/** Compares the floor plan with the imports that really stand in the tree: `node tools/floor-plan.ts [DIR]`. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { type Room, rooms, socketFiles, socketModules } from "./floor-plan-rules.ts";

/** Holds broken imports as its examples. */
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

function roomOf(path: string): Room | undefined {
  const holding = rooms.filter((room) => path.startsWith(room.prefix));
  return holding.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

function mayUsePackage(room: Room, name: string): boolean {
  if (name.startsWith("node:")) return room.packages.includes("node:*");
  if (name.startsWith("@bootlace/")) return room.packages.includes(name);
  return room.packages.includes(name) || room.packages.includes("*");
}

function checkImport(path: string, room: Room, specifier: string): string | undefined {
  if (specifier.startsWith(".")) {
    const target = posix.normalize(posix.join(posix.dirname(path), specifier));
    const targetRoom = roomOf(target);
    if (targetRoom === undefined) return `${path}: ${specifier} leads outside the floor plan`;
    if (targetRoom.name !== room.name && !room.rooms.includes(targetRoom.name)) {
      return `${path}: ${room.name} may not import ${targetRoom.name} (${specifier})`;
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

/** Every broken arrow of `files`, one sentence each; an empty list means that the plan holds. */
export function brokenArrows(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const { path, text } of files) {
    const room = roomOf(path);
    if (room === undefined) {
      found.push(`${path}: stands in no room of the floor plan`);
      continue;
    }
    seen.add(room.name);
    for (const specifier of importsOf(text)) {
      const fault = checkImport(path, room, specifier);
      if (fault !== undefined) found.push(fault);
    }
  }
  for (const room of rooms) {
    if (!seen.has(room.name)) found.push(`${room.prefix}: the check saw no file of ${room.name}`);
  }
  return found;
}

/** The TypeScript files git knows or would add below `top`, read into memory; configuration at the top is left out. */
export function sourceFiles(top: string): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.ts"], {
    cwd: top,
    encoding: "utf8",
  });
  const paths = listed.split("\0").filter((path) => path.includes("/") && path !== examples);
  return paths.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(posix.join(top, path), "utf8") }];
    } catch {
      return [];
    }
  });
}

if (import.meta.main) {
  const files = sourceFiles(process.argv[2] ?? process.cwd());
  const faults = brokenArrows(files);
  for (const fault of faults) console.error(fault);
  console.log(`floor plan: ${files.length} files, ${faults.length} broken arrows`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
