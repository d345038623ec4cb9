export interface FoldLimits {
  /** Clients kept in mind. */
  readonly clients: number;
  /** Steps of all boots together. */
  readonly steps: number;
  /** Milliseconds after which a client is forgotten. */
  readonly remember: number;
  /** Milliseconds of silence after which a boot has ended. */
  readonly endAfter: number;
}

export const defaultLimits: FoldLimits = { clients: 4096, steps: 65_536, remember: 24 * 3_600_000, endAfter: 120_000 };
