import { createInterface, type Interface } from "node:readline";

/**
 * Creates the function that asks the person at the terminal, on standard error so that standard
 * output stays data. Lines typed ahead answer later questions. The terminal keeps its own line editing: in raw
 * mode Ctrl-C would be a character.
 */
export function createAsker(input: NodeJS.ReadableStream, write: (text: string) => void) {
  let lines: Interface | undefined;
  const waiting: ((answer: string | undefined) => void)[] = [];
  const typed: string[] = [];
  let ended = false;

  function open(): Interface {
    const opened = createInterface({ input, terminal: false });
    opened.on("line", (line) => {
      const next = waiting.shift();
      if (next === undefined) typed.push(line);
      else next(line);
    });
    opened.on("close", () => {
      ended = true;
      for (const next of waiting.splice(0)) next(undefined);
    });
    return opened;
  }

  /** @returns undefined at the end of the input */
  return async (question: string): Promise<string | undefined> => {
    write(question);
    if (typed.length > 0) return typed.shift();
    if (ended) return undefined;
    lines ??= open();
    lines.resume();
    const answer = await new Promise<string | undefined>((resolve) => waiting.push(resolve));
    // A listener on stdin keeps the process alive.
    if (!ended) lines.pause();
    return answer;
  };
}
