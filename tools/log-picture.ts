import { readFileSync, writeFileSync } from "node:fs";

const images = new URL("../docs/images/", import.meta.url);
/** Of a terminal as most people have it. */
const columns = 80;
const line = { width: 7.25, height: 19 };
const margin = 16;
/** Continued lines begin below the text, which stands behind the time. */
const indent = " ".repeat("17:30:55 ".length);

/** Lines that a picture can do without: listeners, and what the folder does not hold. */
const dull =
  /listening on|the API listens|left out:|running as root|this runs as root| nothing(;|$)|SIGTERM|stopped|no config file|looked for/;

/** The rows of the picture: the log as a terminal shows it, without dull lines. */
function rowsOf(log: string): string[] {
  const rows = log.trimEnd().split("\n").map(asOnTerminal);
  return rows.filter((text) => !dull.test(text)).flatMap((row) => wrapped(row));
}

/** A terminal has the time of day alone, and details right behind it. */
function asOnTerminal(text: string): string {
  const [, time, rest] = /^\d{4}-\d\d-\d\d (\d\d:\d\d:\d\d)\.\d{3} (.*)$/.exec(text) ?? [];
  return time === undefined ? indent + text.trimStart() : `${time} ${rest}`;
}

/** A row that is too long goes on below its text. */
function wrapped(row: string): string[] {
  if (row.length <= columns) return [row];
  const space = row.lastIndexOf(" ", columns);
  return [row.slice(0, space), ...wrapped(indent + row.slice(space + 1))];
}

/** The log of a boot as a picture of a terminal. */
export function logPicture(log: string): string {
  const rows = rowsOf(log);
  const [width, height] = [columns * line.width + 2 * margin, rows.length * line.height + 2 * margin + 6];
  const texts = rows.map((row, index) => {
    const y = margin + (index + 1) * line.height - 5;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${coloured(row)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" role="img">
<title>The log of Bootlace while a PC boots memtest86+ from it</title>
<style>text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dae0}.t{fill:#7d8590}.booted,.delivered{fill:#8ddb8c}.failed{fill:#ff7b72}</style>
<rect width="100%" height="100%" rx="8" fill="#1c2128"/>
${texts.join("\n")}
</svg>
`;
}

function coloured(row: string): string {
  const time = /^\d\d:\d\d:\d\d/.exec(row)?.[0] ?? "";
  const rest = row.slice(time.length);
  const [, before, outcome, after] = /^(.* {2})(booted|delivered|failed)(, .*)$/.exec(rest) ?? [];
  const text =
    before === undefined || outcome === undefined || after === undefined
      ? escaped(rest)
      : escaped(before) + span(outcome, outcome) + escaped(after);
  return time === "" ? text : span("t", time) + text;
}

function span(name: string, text: string): string {
  return `<tspan class="${name}">${escaped(text)}</tspan>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The picture as it should be, made of the log that the lab recorded. */
export function firstBootPicture(): string {
  return logPicture(readFileSync(new URL("first-boot.log", images), "utf8"));
}

if (import.meta.main) writeFileSync(new URL("first-boot.svg", images), firstBootPicture());
