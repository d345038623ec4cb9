import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LabFailure, must } from "../failure.ts";
import type { Host } from "../namespaces.ts";
import { runOk } from "../processes.ts";
import type { Arena, Attack, HostileSite } from "./attack.ts";
import { BOOT_FILE, HTTP_PORT, SERVER, startForAttack, VICTIMS } from "./site.ts";

const CLIENT = fileURLToPath(new URL("../programs/honest-client.ts", import.meta.url));
const usualSeconds = 5;
/** The share that each service must serve. */
const leastServed = 0.95;
/** Milliseconds. */
const slowest = 250;
/** Seconds after the end of an attack, until all is as before. */
const recovery = 2;

interface Tally {
  readonly asked: number;
  readonly times: readonly number[];
}

type Tallies = Readonly<Record<"dhcp" | "pxe" | "tftp" | "http", Tally>>;

/** Is an honest client for a while. */
async function beHonest({ lab, victim, rom }: Arena, seconds: number): Promise<Tallies> {
  const { name, size } = BOOT_FILE;
  const words = [CLIENT, SERVER, String(HTTP_PORT), String(seconds), name, String(size)];
  const be = async (host: Host, addresses: readonly string[]) => {
    const all = [...words, addresses.join(",")];
    const { stdout } = await runOk(lab, host.netns, process.execPath, all, { seconds: seconds + 20 });
    return JSON.parse(stdout.toString()) as Partial<Tallies>;
  };
  const tallies = await Promise.all([be(rom, []), be(victim, VICTIMS)]);
  return Object.assign({}, ...tallies) as Tallies;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function slowestOf(tallies: Tallies): number {
  return percentile(
    Object.values(tallies).flatMap(({ times }) => times),
    0.99,
  );
}

/**
 * Throws a LabFailure unless each service has served at least 95 of 100, and all together 99 of 100 in time. Gives the figures.
 * @param usual milliseconds that 99 of 100 take without an attack, on a machine that others may use at the same time
 */
export function judge(when: string, tallies: Tallies, usual: number): string {
  const services = Object.entries(tallies);
  const text = services
    .map(([name, { asked, times }]) => `${name} ${times.length}/${asked} ${percentile(times, 0.99).toFixed(0)} ms`)
    .join(", ");
  const served = services.every(([, { asked, times }]) => times.length >= leastServed * asked);
  must(served, `${when} the honest client was not served: ${text}`);
  const figures = `${text}; ${usual.toFixed(0)} ms without an attack`;
  must(slowestOf(tallies) < slowest + usual, `${when} the honest client was served late: ${figures}`);
  return text;
}

/** A machine that others use for a moment is late by itself. */
const tries = 3;

/** Attacks until the honest client was served once as it should be, or never was. Gives the figures. */
export async function hold(arena: Arena, attack: Attack): Promise<string> {
  for (let left = tries - 1; ; left--) {
    const site = await startForAttack(arena, { ...attack, name: `${attack.name}-${tries - left}` });
    try {
      return await attackOnce(site, attack);
    } catch (error) {
      if (!(error instanceof LabFailure) || left === 0) throw error;
      arena.lab.proof(`once more: ${error.message}`);
      await site.bootlace.kill();
    }
  }
}

/** One attack, with an honest client before it, beside it, and two seconds after it. */
async function attackOnce(site: HostileSite, attack: Attack): Promise<string> {
  const usual = slowestOf(await beHonest(site, 1));
  const stop = await attack.start(site);
  let figures: string[];
  try {
    await delay(500);
    const tallies = await beHonest(site, attack.seconds ?? usualSeconds);
    figures = [judge(`${attack.name}: meanwhile`, tallies, usual)];
    figures.push(...[await attack.meanwhile?.(site)].filter((text) => text !== undefined));
  } finally {
    await stop();
  }
  await delay(recovery * 1000);
  judge(`${attack.name}: two seconds after it`, await beHonest(site, recovery), usual);
  figures.push(...[await attack.afterwards?.(site)].filter((text) => text !== undefined));
  if (site.bootlace.process.running()) await site.bootlace.stop();
  return figures.join("; ");
}
