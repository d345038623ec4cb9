/** One look-up that waits for its turn. */
interface Waiting {
  readonly address: string;
  /** Its name was found before: it costs little, and does not wait behind names that may be invented. */
  readonly found: boolean;
  readonly receivedAt: number;
  start(release: () => void): void;
  drop(): void;
}

/** Look-ups of files: so many at once, in all and for each address, and each address in its turn. */
export interface Openings {
  /**
   * Calls `start` when it is its turn, perhaps at once, with what is to be called when the file is open; or `drop` when
   * that would be so late that the client has asked again.
   * @param exempt what is set for each address does not bind this one
   */
  ask(known: boolean, exempt: boolean, waiting: Waiting): void;
  readonly running: number;
}

const most = 32;
const mostPerAddress = 8;
/** With those for names that were found before. */
const mostWithFound = 16;

/** Who has waited for so long, in milliseconds, has asked again. */
const overdueAfter = 1000;

/** @param now milliseconds */
export function openings(now: () => number): Openings {
  let running = 0;
  const runningOf = new Map<string, number>();
  /** Known addresses come first; each address has one turn, then the next one. */
  const lines = [new Map<string, Waiting[]>(), new Map<string, Waiting[]>()] as const;

  function mayStart({ address, found }: Waiting, exempt: boolean): boolean {
    return running < most && (exempt || (runningOf.get(address) ?? 0) < (found ? mostWithFound : mostPerAddress));
  }

  function begin(waiting: Waiting): void {
    const { address } = waiting;
    let held = true;
    running++;
    runningOf.set(address, (runningOf.get(address) ?? 0) + 1);
    waiting.start(() => {
      if (!held) return;
      held = false;
      running--;
      const left = (runningOf.get(address) ?? 1) - 1;
      if (left > 0) runningOf.set(address, left);
      else runningOf.delete(address);
      next();
    });
  }

  function next(): void {
    for (const line of lines) {
      for (const [address, queue] of line) {
        if (running >= most) return;
        const [first] = queue;
        if (first === undefined || !mayStart(first, false)) continue;
        line.delete(address);
        queue.shift();
        if (queue.length > 0) line.set(address, queue);
        if (now() - first.receivedAt >= overdueAfter) first.drop();
        else begin(first);
      }
    }
  }

  return {
    ask(known, exempt, waiting) {
      const { address } = waiting;
      if (mayStart(waiting, exempt)) {
        begin(waiting);
        return;
      }
      const line = lines[known ? 0 : 1];
      const queue = line.get(address);
      if (queue) queue.push(waiting);
      else line.set(address, [waiting]);
    },
    get running() {
      return running;
    },
  };
}
