import { readFileSync, writeFileSync } from "node:fs";

const images = new URL("../docs/images/", import.meta.url);
const columns = 128;
const line = { width: 7.25, height: 19 };
const margin = 16;

/** Lines that a picture can do without: listeners, and what the folder does not hold. */
const dull = /listening on|the API listens|left out:|this runs as root| nothing(;|$)|SIGTERM|stopped|no config file/;
/** Names that pxelinux tries between this machine's and `default`. */
const search = /pxelinux\.cfg\/C0A8[0-9A-F]*": not found|pxelinux\.cfg\/C0?A?": not found/;

/** The rows of the picture: the log without dates and dull lines, a row of dots for a search. */
function rowsOf(log: string): string[] {
  const rows: string[] = [];
  for (const text of log.trimEnd().split("\n")) {
    if (dull.test(text)) continue;
    const row = search.test(text) ? `${" ".repeat(13)}…` : text.slice("2026-11-25 ".length);
    if (row !== rows.at(-1)) rows.push(...wrapped(row));
  }
  return rows;
}

/** A row that is too long goes on below, where the details of a line stand. */
function wrapped(row: string): string[] {
  if (row.length <= columns) return [row];
  const at = row.lastIndexOf(" ", columns);
  return [row.slice(0, at), ...wrapped(" ".repeat(13) + row.slice(at + 1))];
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
<style>text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dae0}.t{fill:#7d8590}.s{fill:#6cb6ff}.f{fill:#8ddb8c}.v{fill:#ffffff;font-weight:bold}.w{fill:#f0b72f}</style>
<rect width="100%" height="100%" rx="8" fill="#1c2128"/>
${texts.join("\n")}
</svg>
`;
}

function coloured(row: string): string {
  const [, time, level, scope, rest] = /^(\d\d:\d\d:\d\d\.\d{3}) (\S+ +)(\S+ +)(.*)$/.exec(row) ?? [];
  if (time === undefined || level === undefined || scope === undefined || rest === undefined) {
    return span("t", row);
  }
  const levelText = level.startsWith("warn") ? span("w", level) : escaped(level);
  return `${span("t", time)} ${levelText}${span("s", scope)}${marked(rest)}`;
}

/** File names and the verdict stand out. */
function marked(text: string): string {
  const verdict = /: (booted|failed), .*/.exec(text);
  if (verdict !== null) return escaped(text.slice(0, verdict.index + 2)) + span("v", text.slice(verdict.index + 2));
  return text
    .split(/("[^"]*\/[^"]*")/)
    .map((part, index) => (index % 2 === 1 ? span("f", part) : escaped(part)))
    .join("");
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
