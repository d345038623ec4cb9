import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Milliseconds for a disk to answer. */
const patience = 2000;

/** Questions that a disk did not answer in time, by path: one thread waits for each, and no second one. */
const unanswered = new Map<string, Promise<unknown>>();

/** A question that needs the disk: a network file system whose server is gone does not answer it (open(2), nfs(5)). */
async function openAndClose(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  await file?.close();
}

/**
 * Whether a disk answers, before something is done there that would hold everybody up if it did not. That a file or folder is
 * missing or closed is an answer.
 * @param ask stands in for the disk in tests
 */
export async function answersInTime(path: string, ask = openAndClose): Promise<boolean> {
  if (unanswered.has(path)) return false;
  const answer = ask(path).then(
    () => true,
    () => true,
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patience, false);
  });
  const answers = await Promise.race([answer, late]);
  clearTimeout(timer);
  if (!answers) {
    unanswered.set(path, answer);
    void answer.then(() => unanswered.delete(path));
  }
  return answers;
}

/** Whether a thread may still wait for a disk that was asked. */
export function isStateSilent(): boolean {
  return unanswered.size > 0;
}

/** What is said of a disk that does not answer. */
export const noReply = "no reply from the disk";
