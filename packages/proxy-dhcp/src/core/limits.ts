/** A token bucket: `replies` every `seconds`, with room for `burst` (= `replies` when absent). */
export interface Rate {
  readonly replies: number;
  readonly seconds: number;
  readonly burst?: number;
}

export type LimitKey = "mac" | "source" | "global";

export interface Limits {
  readonly mac: Rate;
  readonly source: Rate;
  readonly global: Rate;
  /** Most keys remembered; the least recently used goes first. */
  readonly maxKeys: number;
}

/** What a LAN of real machines never reaches, and a flood does. */
export const defaultLimits: Limits = {
  mac: { replies: 10, seconds: 10 },
  source: { replies: 20, seconds: 10 },
  global: { replies: 200, seconds: 1, burst: 400 },
  maxKeys: 4096,
};
