/** One directive of a dnsmasq.conf. */
export interface Directive {
  /** From 1. */
  readonly line: number;
  /** The file, when it is not the one that is imported but one that it names. */
  readonly file?: string;
  readonly name: string;
  /** The parts between commas, without quotes; empty without a value. */
  readonly parts: readonly string[];
  /** The line as written, without its comment. */
  readonly text: string;
  /** It is written as an option of a command line. */
  readonly commandLine?: true;
}
