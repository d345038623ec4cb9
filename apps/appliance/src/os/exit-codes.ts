/** Exit codes of every command. Stable: scripts and service managers depend on them. */
export const exitCodes = {
  ok: 0,
  /** The command ran and found faults. */
  findings: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The config cannot be read or is wrong. To `check` that is a finding. */
  config: 3,
  /** A port, an interface, a permission (`serve`) or a new enough Node.js is missing. */
  start: 4,
  /** The daemon cannot be reached, or wants a token that is not there. */
  unreachable: 5,
  /** A fault of the program itself. */
  internal: 70,
  /** The standard output could not be written: what was to be printed is lost, or cut off. */
  output: 74,
} as const;
