import type { SourceClient } from "./core/source.ts";

export interface DirectoryOptions<Client = SourceClient> {
  /** When a name does not exist as written, take one that differs in upper and lower case only. Default false. */
  readonly ignoreCase?: boolean;
  /**
   * A folder below the root for this client alone ("9ffefdef"); undefined: the root itself. Nothing outside it is
   * served to that client.
   */
  readonly rootFor?: (client: Client) => string | undefined;
  /** A client whose own folder does not exist gets the root itself. Default false: it gets nothing. */
  readonly orRoot?: boolean;
  /**
   * Told when a folder does not answer any more (a network file system whose server is gone, a failing disk), and when it does
   * again. Its files are refused at once meanwhile; all others are served.
   */
  readonly onStuck?: (folder: string, stuck: boolean) => void;
  /** True for a file that is never served, by whatever name: a hard link to a key, another mount of a log. */
  readonly isPrivate?: (file: { readonly dev: bigint; readonly ino: bigint }) => boolean;
  /**
   * Milliseconds for which an answer of the file system (found or not) is taken as still true. Default 1000: a boot
   * storm then asks the disk once. 0 asks each time.
   */
  readonly trustFor?: number;
  /** Unix time in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}
