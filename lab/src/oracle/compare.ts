import type { Example } from "./example.ts";
import { type Boots, NOTHING } from "./follow.ts";

/** What an import said of one line, or of the whole. */
export interface Said {
  /** The line as it is written; absent for a remark on the whole. */
  readonly text?: string;
  readonly why: string;
}

export interface Compared {
  readonly kind: string;
  readonly theirs: Boots;
  readonly ours: Boots;
}

/**
 * What is wrong with an import: kinds of client that get something else though nothing said so at the line expected, and
 * differences that were expected and are none.
 */
export function faultsOf(
  { name, differ }: Example,
  all: readonly Compared[],
  said: readonly Said[],
  root: string,
): string[] {
  const x64 = all.find(({ kind }) => kind === "x64");
  return all.flatMap(({ kind, theirs, ours }) => {
    const same = fromRoot(theirs, root) === fromRoot(ours, root);
    const line = differ.get(kind);
    const shown = `${name}: ${kind} boots ${theirs} by dnsmasq, ${ours} by Bootlace`;
    if (same) return line === undefined ? [] : [`${shown}: the difference that was expected is none`];
    // RFC 4578 §2.1 as first printed: firmware that calls itself EBC is x64.
    if (kind === "ebc" && theirs === NOTHING && ours === x64?.ours) return [];
    if (line === undefined) return [shown];
    const isSaid = said.some((one) => (line === "whole" ? one.text === undefined : one.text?.startsWith(line)));
    return isSaid ? [] : [`${shown}, and no remark at "${line}" says so`];
  });
}

/** The name of a file from the root on: dnsmasq serves whole paths as well. */
function fromRoot(boots: Boots, root: string): Boots {
  return root === "" ? boots : boots.replaceAll(`${root.replace(/\/+$/, "")}/`, "");
}
