/** How fast the packet code is, without sockets and without root: `npm run bench -- [WORD ...]`, cases by a word of their name. */
import { benchCases } from "./cases.ts";
import { formatFigures, measure } from "./measure.ts";

const words = process.argv.slice(2);
const all = benchCases();
const cases = all.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (cases.length === 0) {
  console.error(
    `no case has one of these words: ${words.join(", ")}; the cases are\n${all.map(({ name }) => name).join("\n")}`,
  );
  process.exitCode = 2;
} else {
  console.log(formatFigures(measure(cases, { rounds: 7, milliseconds: 100, now: () => performance.now() })));
}
