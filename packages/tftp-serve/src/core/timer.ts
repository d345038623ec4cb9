import { type TimerState, timing } from "./transfer-types.ts";

/** A timer that has sent nothing yet. */
export function timerState(timeout: number | undefined, time: number): TimerState {
  const asked = timeout === undefined ? undefined : Math.min(timeout * 1000, timing.maxRto);
  return {
    srtt: -1,
    rto: asked ?? timing.firstRto,
    maxRto: asked ?? timing.maxRto,
    backoff: 0,
    sentAt: time,
    deadline: time,
    startedAt: time,
    advancedAt: time,
    retransmissions: 0,
    timeouts: 0,
    strays: 0,
  };
}

/**
 * Something was sent at `at`: wait for its answer. The timeout the client asked for bounds the first waits only: atftp
 * ignores copies and starts its own timer again at each of them, so that copies at the pace of that timer keep it
 * silent for good.
 */
export function arm(state: TimerState, time: number): void {
  const wait = state.rto * 2 ** state.backoff;
  state.sentAt = time;
  state.deadline = time + Math.min(timing.maxRto, wait, Math.max(state.maxRto, wait / 4));
}

/**
 * An answer came to what was sent at `sentAt`. Only a `clean` one, to what was sent once, shows the round trip (Karn);
 * until there is one, the timer stays backed off (RFC 1123 §4.2.3.2).
 */
export function advance(state: TimerState, time: number, clean: boolean): void {
  if (clean) {
    const rtt = time - state.sentAt;
    state.srtt = state.srtt < 0 ? rtt : state.srtt + (rtt - state.srtt) / 8;
    state.rto = Math.min(state.maxRto, Math.max(timing.minRto, 4 * state.srtt));
  }
  if (clean || state.srtt < 0) state.backoff = 0;
  state.advancedAt = time;
  state.strays = 0;
}

/** The shell waits for its disk: the client is not to blame for the time. */
export function hold(state: TimerState): void {
  state.deadline = Number.POSITIVE_INFINITY;
}

/** The shell goes on, and has just sent what it held. */
export function resume(state: TimerState, time: number): void {
  state.advancedAt = time;
  arm(state, time);
}

/** True when a transfer of `size` bytes has lasted longer than `lifetime` and than 16 KiB/s would take. */
export function outlived(state: TimerState, size: number, lifetime: number, time: number): boolean {
  return time - state.startedAt >= Math.max(lifetime, size / 16.384);
}
