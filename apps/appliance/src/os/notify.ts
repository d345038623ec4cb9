import { execFile } from "node:child_process";

/** Notifications to a service manager (sd_notify(3)). Does nothing without one. */
export interface Notifier {
  /** Every listener is bound; starts the watchdog messages. */
  ready(status: string): void;
  /** A reload has begun; `ready` ends it. */
  reloading(): void;
  stopping(): void;
  /** A sentence for people. Sent when it differs from the last one. */
  status(text: string): void;
  /** Ends the watchdog messages and waits until all messages are sent. */
  close(): Promise<void>;
}

export interface NotifierDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly monotonic: () => bigint;
  /** Calls `work` every `milliseconds` until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
  /** Sends one message; returns why it failed. */
  readonly send: (assignments: readonly string[]) => Promise<string | undefined>;
  /** Called once. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Messages are sent one after the other, in order. The watchdog messages come from a timer of the event loop that answers
 * the packets: when that loop hangs, they stop.
 */
export function createNotifier({ env, pid, monotonic, every, send, onProblem }: NotifierDeps): Notifier {
  if (!env.NOTIFY_SOCKET) return silent;
  const waiting: string[][] = [];
  let sending: Promise<void> | undefined;
  let lastStatus: string | undefined;
  let reported = false;
  let endWatchdog: (() => void) | undefined;

  function say(...assignments: string[]): void {
    waiting.push(assignments);
    sending ??= sendAll();
  }

  async function sendAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const problem = await send(next);
      if (problem === undefined || reported) continue;
      reported = true;
      onProblem(problem);
    }
    sending = undefined;
  }

  function statusOf(text: string): string {
    lastStatus = text;
    return `STATUS=${text.replaceAll(/[\p{Cc}]/gu, " ")}`;
  }

  function feedWatchdog(): void {
    const limit = Number(env.WATCHDOG_USEC);
    const meant = env.WATCHDOG_PID === undefined || env.WATCHDOG_PID === String(pid);
    if (endWatchdog !== undefined || !meant || !Number.isInteger(limit) || limit <= 0) return;
    const feed = ["WATCHDOG=1"];
    endWatchdog = every(Math.max(1, Math.floor(limit / 2000)), () => {
      // One waiting message is enough: after a long wait more of them would add nothing.
      if (!waiting.includes(feed)) {
        waiting.push(feed);
        sending ??= sendAll();
      }
    });
  }

  return {
    ready(status) {
      say("READY=1", statusOf(status));
      feedWatchdog();
    },
    reloading: () => say("RELOADING=1", `MONOTONIC_USEC=${monotonic()}`, statusOf("reading the config again")),
    stopping: () => say("STOPPING=1", statusOf("stopping")),
    status(text) {
      if (text !== lastStatus) say(statusOf(text));
    },
    async close() {
      endWatchdog?.();
      await sending;
    },
  };
}

const silent: Notifier = {
  ready() {},
  reloading() {},
  stopping() {},
  status() {},
  async close() {},
};

/** Node has no datagrams on Unix sockets, so systemd-notify(1) sends them; it supports abstract sockets too. */
export function sendBySystemdNotify(assignments: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("systemd-notify", ["--", ...assignments], { timeout: 10_000 }, (error, _stdout, stderr) => {
      if (error === null) return resolve(undefined);
      const said = stderr.trim().split("\n").at(-1) ?? "";
      resolve(said === "" ? `systemd-notify: ${error.code ?? error.signal ?? error.message}` : said);
    });
  });
}
