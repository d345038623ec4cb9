/** What a machine gets for one boot in place of what its rule says. */
export interface NextAction {
  readonly file?: string;
  readonly server?: string;
  readonly url?: string;
  readonly script?: string;
  readonly ignore?: true;
}
