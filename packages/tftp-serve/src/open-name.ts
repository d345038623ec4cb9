import { namesBeforeTail, notFound, type OpenResult, openSource, type Source } from "@bootlace/boot-source";
import type { TftpClient } from "./core/events.ts";
import { isServableName } from "./core/text.ts";

/**
 * Opens the file of a read request: by its name as sent, and where there is none, by what is left of it before the tail of
 * an option. At once where the source answers at once.
 * @param opened gets the name that was opened, and where all are missing the fault of the first
 */
export function openName(
  source: Source,
  file: string,
  client: TftpClient,
  opened: (result: OpenResult, name: string) => void,
  failed: (error: unknown) => void,
): void {
  // Names with control characters mean nothing to a source.
  const names = [file, ...namesBeforeTail(file)].filter(isServableName);
  let first: OpenResult | undefined;

  function next(index: number): void {
    const name = names[index];
    if (name === undefined) {
      opened(first ?? notFound("bad-name"), file);
      return;
    }
    const take = (result: OpenResult) => {
      if (!isMissing(result)) {
        opened(result, name);
        return;
      }
      first ??= result;
      next(index + 1);
    };
    try {
      const result = openSource(source, name, client);
      if ("then" in result) result.then(take, failed);
      else take(result);
    } catch (error) {
      failed(error);
    }
  }

  next(0);
}

function isMissing(result: OpenResult): boolean {
  return !result.ok && result.fault.reason === "missing";
}
