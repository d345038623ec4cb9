import type { Scenario } from "./lab.ts";

/** One of `of` shares of the parts that rotate; `number` counts from 1. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

/** Into how many shares `auto` divides. */
export const AUTO_SHARES = 3;

/** `"2/3"`; undefined for anything that names no share, or more than 99 of them. */
export function parseShare(text: string): Share | undefined {
  const [, number, of] = /^([1-9][0-9]?)\/([1-9][0-9]?)$/.exec(text) ?? [];
  const share = { number: Number(number), of: Number(of) };
  return share.number <= share.of ? share : undefined;
}

/** The share of a commit, by its hash in hexadecimal: the same commit always has the same one. */
export function shareOfCommit(hash: string, of = AUTO_SHARES): Share {
  return { number: (Number.parseInt(hash.slice(0, 12), 16) % of) + 1, of };
}

/** A scenario, and the parts of it that run. */
export interface Chosen {
  readonly scenario: Scenario;
  readonly parts: readonly string[];
}

/**
 * What a share leaves of these scenarios. Parts are dealt out in turn over all scenarios, so that every share gets some;
 * a scenario without parts always runs, one of which the share holds no part does not. Those in `whole` run whole.
 */
export function chooseShare(
  scenarios: readonly Scenario[],
  share: Share | undefined,
  whole: readonly string[] = [],
): Chosen[] {
  let dealt = 0;
  return scenarios.flatMap((scenario) => {
    const all = scenario.parts ?? [];
    const own = all.filter(() => share === undefined || dealt++ % share.of === share.number - 1);
    if (all.length === 0 || whole.includes(scenario.name)) return [{ scenario, parts: all }];
    return own.length === 0 ? [] : [{ scenario, parts: own }];
  });
}

/** What a share runs of the scenarios that have parts, a line each below one for the share. */
export function shareLines(share: Share, scenarios: readonly Scenario[], chosen: readonly Chosen[]): string {
  const words = scenarios.flatMap(({ name, parts = [] }) => {
    const own = chosen.find(({ scenario }) => scenario.name === name)?.parts ?? [];
    return parts.length === 0 ? [] : [`\n  ${name} ${own.length} of ${parts.length}: ${own.join(", ") || "none"}`];
  });
  return `share ${share.number}/${share.of}:${words.join("") || " nothing rotates"}`;
}
