import { createInterface, type Interface } from "node:readline";

/**
 * Makes the function that puts questions to the person at the terminal, on the standard error so that the standard
 * output stays data. Lines typed ahead answer the questions to come. The terminal keeps its own line editing: in raw
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

  /** @returns undefined when the input has ended */
  return async (question: string): Promise<string | undefined> => {
    write(question);
    if (typed.length > 0) return typed.shift();
    if (ended) return undefined;
    lines ??= open();
    lines.resume();
    const answer = await new Promise<string | undefined>((resolve) => waiting.push(resolve));
    // An input that is read keeps the process alive.
    if (!ended) lines.pause();
    return answer;
  };
}
