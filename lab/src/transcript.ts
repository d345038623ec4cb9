import { LabFailure } from "./failure.ts";

/** The text that a process or a serial line has given so far, and a way to wait for more. */
export interface Transcript {
  feed(text: string): void;
  /** Nothing more will come; `why` goes to whoever still waits. */
  end(why: string): void;
  /** Everything so far, terminal sequences taken out. */
  text(): string;
  /**
   * Resolves with the next match after the last one found here. Throws a LabFailure with the last lines of text
   * when `seconds` pass, the text ends or the signal aborts first.
   */
  until(pattern: RegExp, seconds: number): Promise<RegExpExecArray>;
}

// CSI sequences, character set choices, OSC strings, single escapes: firmware menus and memtest86+ paint with them.
const TERMINAL = new RegExp(
  [
    "\\u001b\\[[0-9;?]*[ -/]*[@-~]",
    "\\u001b\\][^\\u0007]*\\u0007",
    "\\u001b[()][A-Z0-9]",
    "\\u001b[=>78cDEHM]",
    "[\\u0000\\u0007\\u000f]",
  ].join("|"),
  "g",
);
const UNFINISHED = new RegExp(["\\u001b", "\\[?[0-9;?]*$"].join(""));

/** Takes terminal sequences out and makes every line end a single newline. */
export function plainText(raw: string): string {
  return raw.replace(TERMINAL, "").replace(/\r+\n/g, "\n").replace(/\r/g, "\n");
}

/** The last lines that hold something, each cut to its last 200 characters, for a report. */
export function lastLines(text: string, count: number): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd().slice(-200))
    .filter((line) => line !== "")
    .slice(-count)
    .join("\n");
}

/** Makes an empty transcript; `name` stands in its failures. */
export function createTranscript(name: string, signal: AbortSignal): Transcript {
  let plain = "";
  let pending = "";
  let seen = 0;
  let ended: string | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  return {
    feed(text) {
      const raw = pending + text;
      pending = UNFINISHED.exec(raw)?.[0] ?? "";
      plain += plainText(raw.slice(0, raw.length - pending.length));
      wake();
    },
    end(why) {
      ended ??= why;
      wake();
    },
    text: () => plain,
    until: (pattern, seconds) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          signal.removeEventListener("abort", look);
          settle();
        };
        const fail = (why: string) => {
          const last = lastLines(plain, 15);
          const tail = last === "" ? "it said nothing" : `the last it said:\n${last}`;
          finish(() => reject(new LabFailure(`${name}: ${why} before ${pattern} was seen; ${tail}`)));
        };
        const look = () => {
          if (signal.aborted) return fail("interrupted");
          const match = new RegExp(pattern, pattern.flags.replace("g", "")).exec(plain.slice(seen));
          if (match) {
            seen += match.index + match[0].length;
            return finish(() => resolve(match));
          }
          if (ended !== undefined) fail(ended);
        };
        const timer = setTimeout(() => fail(`${seconds} s passed`), seconds * 1000);
        waiting.add(look);
        signal.addEventListener("abort", look);
        look();
      }),
  };
}
