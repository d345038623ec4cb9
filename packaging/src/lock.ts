import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { place } from "./places.ts";

/** An entry of pnpm-lock.yaml: the checksum of a package's archive. */
export interface Locked {
  readonly name: string;
  readonly version: string;
  /** As npm writes it: `sha512-` and base64. */
  readonly integrity: string;
}

/** Reads the sums of all packages, by `name@version`. */
export function readLock(text = readFileSync(place("pnpm-lock.yaml"), "utf8")): ReadonlyMap<string, Locked> {
  const { packages } = parse(text) as { packages: Record<string, { resolution: { integrity?: string } }> };
  return new Map(
    Object.entries(packages).map(([key, { resolution }]) => {
      const at = key.lastIndexOf("@");
      const { integrity } = resolution;
      if (integrity === undefined) throw new Error(`pnpm-lock.yaml has no checksum for ${key}`);
      return [key, { name: key.slice(0, at), version: key.slice(at + 1), integrity }];
    }),
  );
}

/** The one version of a package that is locked. */
export function lockedVersion(lock: ReadonlyMap<string, Locked>, name: string): Locked {
  const found = [...lock.values()].filter((locked) => locked.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`pnpm-lock.yaml has ${found.length} versions of ${name}`);
  return only;
}
