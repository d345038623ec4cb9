/** Exit codes of every command. Stable: scripts and service managers depend on them. */
export const exitCodes = {
  ok: 0,
  /** The command ran and found errors. */
  findings: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The config is unreadable or has errors. For `check` that is a finding. */
  config: 3,
  /** A port, an interface, a permission (`serve`) or a new enough Node.js is missing. */
  start: 4,
  /** The daemon is unreachable, or requires a token. */
  unreachable: 5,
  /** Internal error. */
  internal: 70,
  /** Standard output could not be written: the output is lost or cut off. */
  output: 74,
} as const;
