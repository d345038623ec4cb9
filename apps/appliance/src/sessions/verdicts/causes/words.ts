/** What a cause says to people. Texts of the network are escaped in it. */
export interface Words {
  /** What happened and why. */
  readonly sentence: string;
  /** What to do about it, as an imperative. */
  readonly fix?: string;
}
