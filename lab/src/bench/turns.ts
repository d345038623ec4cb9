import { LabFailure } from "../failure.ts";
import type { Lab } from "../lab.ts";
import type { Running } from "./contestants.ts";
import { type Figures, figuresOf, idealPackets, judge, type Sample, type Verdict } from "./figures.ts";
import { type LoadResult, runLoad } from "./load.ts";
import { FILES, type Row } from "./rows.ts";

/** How one contestant fared in a row. */
export interface Standing {
  readonly name: string;
  readonly figures: Figures;
  /** Transfers that were not served, of all rounds; such a one is out of the row. */
  readonly failed: number;
  /** Why the last one of them was not. */
  readonly why: string;
}

export interface RowOutcome {
  readonly row: Row;
  readonly standings: readonly Standing[];
  readonly verdicts: readonly Verdict[];
}

/**
 * Runs a row against every contestant in turns, round by round. The first of them is ours: it must serve every byte
 * to everybody, else a LabFailure is thrown.
 */
export async function takeTurns(
  lab: Lab,
  program: string,
  root: string,
  contestants: readonly Running[],
  row: Row,
): Promise<RowOutcome> {
  const samples = contestants.map((): Sample[] => []);
  const one = async ({ host, account }: Running, at: number, round: number) => {
    const before = account.cpuSeconds();
    const result = await runLoad(lab, host, program, root, { ...row.load, seed: round + 1 });
    samples[at]?.push({ result, cpu: account.cpuSeconds() - before });
    const wrong = at === 0 ? complaint(row, result) : undefined;
    if (wrong !== undefined) throw new LabFailure(`${row.title}: ${wrong}`);
  };
  const runs = Array.from({ length: row.rounds }, (_, round) =>
    contestants.map((contestant, at) => () => one(contestant, at, round)),
  ).flat();
  if (row.together) await Promise.all(runs.map((run) => run()));
  else for (const run of runs) await run();
  const size = FILES[row.load.files[0] ?? ""] ?? 0;
  const standings = contestants.map(({ contestant }, at) =>
    standing(contestant.name, samples[at] ?? [], idealPackets(row.load, size)),
  );
  const [ours, ...peers] = standings;
  if (!ours) throw new LabFailure("nobody takes part");
  const able = peers.filter(({ failed }) => failed === 0).map(({ figures }) => figures);
  const verdicts = row.goals.map((goal) => judge(goal, ours.figures, able));
  return { row, standings, verdicts };
}

function standing(name: string, samples: readonly Sample[], ideal: number): Standing {
  const failures = samples.filter(({ result }) => result.fail > 0);
  return {
    name,
    figures: figuresOf(samples, ideal),
    failed: failures.reduce((sum, { result }) => sum + result.fail, 0),
    why: failures.at(-1)?.result.err ?? "",
  };
}

function complaint({ load }: Row, { ok, nf, fail, corrupt, err }: LoadResult): string | undefined {
  const requests = load.requests ?? load.clients;
  if (corrupt > 0) return `${corrupt} transfers brought wrong bytes: ${err}`;
  if (fail > 0) return `${fail} of ${requests} were not served: ${err}`;
  return ok + nf === requests ? undefined : `${ok} + ${nf} of ${requests} requests are accounted for`;
}
