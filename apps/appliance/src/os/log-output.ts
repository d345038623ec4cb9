/** What the log is written to: `process.stdout`, or one like it. */
export interface LogOutput {
  readonly isTTY?: boolean;
  /** Bytes that wait to be written. */
  readonly writableLength: number;
  write(text: string): unknown;
}

/** Bytes that wait for whoever reads the log. */
export const mostWaiting = 1024 * 1024;

/**
 * Writes lines of the log to an output that somebody may have stopped reading: a terminal after Ctrl-S, a connection that died, a
 * pipe. Nothing waits for it, and what goes beyond `mostWaiting` bytes is lost.
 * @param onBack called with the number of lines that were lost, when there is room again
 */
export function logOutput(stream: LogOutput, onBack: (lines: number) => void): (text: string) => void {
  let lost = 0;
  if (stream.isTTY === true) waitForNobody(stream);
  return (text) => {
    if (stream.writableLength + text.length > (lost === 0 ? mostWaiting : mostWaiting / 2)) {
      lost++;
      return;
    }
    const before = lost;
    lost = 0;
    if (before > 0) onBack(before);
    stream.write(text);
  };
}

/** Node.js lets writes to a terminal block the process (its documentation, "process I/O"); its handle can do without. */
function waitForNobody(stream: LogOutput): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => unknown } };
  handle?.setBlocking?.(false);
}
