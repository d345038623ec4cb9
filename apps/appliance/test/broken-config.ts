/** A config file with faults: a name, the text, and each line that must be printed, in order. */
export interface BrokenConfig {
  readonly name: string;
  readonly text: string;
  readonly lines: readonly string[];
}
