import type { CrowdOutcome, MemoryOutcome } from "./crowds.ts";
import { FIGURES, type Figures, type Verdict } from "./figures.ts";
import { markdownTable } from "./marked-text.ts";
import type { RowOutcome } from "./turns.ts";

const verdictText = ({ goal, ratio, met }: Verdict): string[] => {
  const sign = FIGURES[goal.figure].better === "more" ? "≥" : "≤";
  return [ratio.toFixed(2), `${sign} ${goal.bound}`, met ? "met" : "**missed**"];
};

const value = (figures: Figures, figure: keyof Figures) => figures[figure].toFixed(FIGURES[figure].digits);

/** The rows as a table: a line for each goal, each server's figure, the ratio to the best peer. */
export function rowsTable(outcomes: readonly RowOutcome[]): string {
  const names = outcomes[0]?.standings.map(({ name }) => name) ?? [];
  const lines = outcomes.flatMap(({ row, standings, verdicts }) =>
    verdicts.map((verdict, at) => {
      const { figure } = verdict.goal;
      const cells = standings.map(
        ({ figures, failed }) => `${value(figures, figure)}${failed > 0 ? ` (${failed} refused)` : ""}`,
      );
      return [at === 0 ? row.title : "", FIGURES[figure].unit, ...cells, ...verdictText(verdict)];
    }),
  );
  return markdownTable(["load", "figure", ...names, "ratio", "goal", ""], lines);
}

const milliseconds = (time: number) => (Number.isFinite(time) ? time.toFixed(time < 100 ? 1 : 0) : "never");

/** How a newcomer fares; the first line is ours. */
export function crowdsTable(outcomes: readonly CrowdOutcome[], bound: number): string {
  const lines = outcomes.map(({ name, busy, silent }, at) => {
    const met = Math.max(busy, silent) <= bound;
    return [
      name,
      milliseconds(busy),
      milliseconds(silent),
      ...(at === 0 ? [`≤ ${bound}`, met ? "met" : "**missed**"] : []),
    ];
  });
  return markdownTable(["server", "ms while 256 are served", "ms after 256 fell silent", "goal", ""], lines);
}

/** Memory; the first line is ours. */
export function memoryTable(outcomes: readonly MemoryOutcome[], bound: number): string {
  const lines = outcomes.map(({ name, few, perTransfer }, at) => {
    const cells = [name, (few / 2 ** 20).toFixed(1), (perTransfer / 1024).toFixed(1)];
    return at === 0 ? [...cells, `≤ ${bound}`, perTransfer <= bound * 1024 ? "met" : "**missed**"] : cells;
  });
  return markdownTable(["server", "MiB with 16 transfers", "KiB per further transfer", "goal", ""], lines);
}

/** One line for the screen when a row is done. */
export function rowLine({ row, standings, verdicts }: RowOutcome): string {
  const reported = verdicts.map((verdict) => {
    const { figure } = verdict.goal;
    const figures = standings.map((standing) => value(standing.figures, figure)).join(" / ");
    const [ratio, bound, met] = verdictText(verdict);
    return `${FIGURES[figure].unit} ${figures}: ${ratio} (${bound}, ${met})`;
  });
  const refused = standings
    .filter(({ failed }) => failed > 0)
    .map(({ name, failed, why }) => `${name} refused ${failed}: ${why}`);
  return [`${row.title}: ${reported[0] ?? ""}`, ...reported.slice(1), ...refused].join("; ");
}
