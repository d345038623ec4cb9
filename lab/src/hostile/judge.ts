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
/** Below that the machine is quiet; it is looked at so often until it is. */
const quiet = 50;
const looks = 4;
const tries = 3;
/** Seconds after the end of an attack, until all is as before. */
const recovery = 2;

interface Tally {
  readonly asked: number;
  readonly times: readonly number[];
}

type Tallies = Readonly<Record<"dhcp" | "pxe" | "tftp" | "http", Tally>>;

/** Is an honest client for a while. */
async function beHonest({ lab, victim, rom }: Arena, seconds: number, aimedAt: Attack["aimedAt"]): Promise<Tallies> {
  const { mac = "", address } = aimedAt ?? {};
  const { name, size } = BOOT_FILE;
  const words = [CLIENT, SERVER, String(HTTP_PORT), String(seconds), name, String(size)];
  const be = async (host: Host, addresses: readonly string[]) => {
    const all = [...words, addresses.join(","), mac];
    const { stdout } = await runOk(lab, host.netns, process.execPath, all, { seconds: seconds + 20 });
    return JSON.parse(stdout.toString()) as Partial<Tallies>;
  };
  const tallies = await Promise.all([be(rom, []), be(victim, address === undefined ? VICTIMS : [address])]);
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
 * Throws a LabFailure unless each service has served at least 95 of 100, and all together 99 of 100 within 250 ms. Gives the figures.
 * @param usual milliseconds that 99 of 100 take without an attack; on a machine that is not quiet they are allowed besides
 */
export function judge(when: string, tallies: Tallies, usual = 0): string {
  const services = Object.entries(tallies);
  const text = services
    .map(([name, { asked, times }]) => `${name} ${times.length}/${asked} ${percentile(times, 0.99).toFixed(0)} ms`)
    .join(", ");
  const served = services.every(([, { asked, times }]) => asked > 0 && times.length >= leastServed * asked);
  must(served, `${when} the honest client was not served: ${text}`);
  must(
    slowestOf(tallies) < slowest + (usual < quiet ? 0 : usual),
    `${when} the honest client was served late: ${text}`,
  );
  return text;
}

/** What 99 of 100 take without an attack: in a moment in which nobody else uses the machine, or after so many looks. In milliseconds. */
async function calm(site: HostileSite, aimedAt: Attack["aimedAt"]): Promise<number> {
  for (let look = 1; ; look++) {
    const usual = slowestOf(await beHonest(site, 1, aimedAt));
    if (usual < quiet || look === looks) return usual;
  }
}

/** Attacks, and twice more where the honest client was not served as it should be. Gives the figures. */
export async function hold(arena: Arena, attack: Attack): Promise<string> {
  for (let round = 1; ; round++) {
    const site = await startForAttack(arena, { ...attack, name: `${attack.name}-${round}` });
    try {
      const figures = await attackOnce(site, attack);
      return round === 1 ? figures : `at try ${round}: ${figures}`;
    } catch (error) {
      if (!(error instanceof LabFailure) || round === tries) throw error;
      // A machine that others use for a moment is late by itself.
      arena.lab.proof(`${attack.name} is tried again: ${error.message}`);
      await site.bootlace.kill();
    }
  }
}

/** One attack, with an honest client before it, beside it, and two seconds after it. */
async function attackOnce(site: HostileSite, attack: Attack): Promise<string> {
  const { aimedAt } = attack;
  const usual = await calm(site, aimedAt);
  const stop = await attack.start(site);
  let figures: string[];
  try {
    await delay(500);
    const tallies = await beHonest(site, attack.seconds ?? usualSeconds, aimedAt);
    figures = [judge(`${attack.name}: meanwhile (${usual.toFixed(0)} ms before it)`, tallies, usual)];
    figures.push(...[await attack.meanwhile?.(site)].filter((text) => text !== undefined));
  } finally {
    await stop();
  }
  await delay(recovery * 1000);
  judge(`${attack.name}: two seconds after it`, await beHonest(site, recovery, aimedAt), usual);
  figures.push(...[await attack.afterwards?.(site)].filter((text) => text !== undefined));
  if (site.bootlace.process.running()) await site.bootlace.stop();
  return figures.join("; ");
}
