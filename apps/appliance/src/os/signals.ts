/** The part of `process` that signals come from. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Waits for SIGINT or SIGTERM. The first one ends the wait; the next one, while the daemon is stopping, calls
 * `exitAtOnce` with 128 and the signal's number, as shells write it.
 */
export function stopSignal(source: SignalSource, exitAtOnce: (code: number) => void) {
  let resolve: (signal: NodeJS.Signals) => void = () => {};
  const received = new Promise<NodeJS.Signals>((settle) => {
    resolve = settle;
  });
  let seen = false;
  const listener = (signal: NodeJS.Signals) => {
    if (seen) exitAtOnce(128 + signalNumbers[signal as keyof typeof signalNumbers]);
    seen = true;
    resolve(signal);
  };
  const names = Object.keys(signalNumbers) as (keyof typeof signalNumbers)[];
  for (const name of names) source.on(name, listener);
  return {
    received,
    [Symbol.dispose]() {
      for (const name of names) source.off(name, listener);
    },
  };
}

/** Calls `reload` at every SIGHUP. */
export function reloadSignal(source: SignalSource, reload: () => void) {
  source.on("SIGHUP", reload);
  return {
    [Symbol.dispose]() {
      source.off("SIGHUP", reload);
    },
  };
}
