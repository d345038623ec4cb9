import { notFound, type OpenResult, type Source, type SourceClient } from "./source.ts";

/**
 * The first of several sources that has the file. Only "missing" makes it go on to the next: any other fault of a source
 * decides, and so does what it throws, since a disk in trouble must not put another file in the place of the right one.
 */
export function firstOf<Client = SourceClient>(...sources: readonly Source<Client>[]): Source<Client> {
  function from(index: number, name: string, client: Client, first: OpenResult): OpenResult | Promise<OpenResult> {
    for (let next = index; next < sources.length; next++) {
      const result = sources[next]?.open(name, client) ?? first;
      if ("then" in result) {
        return result.then((opened) =>
          isMissing(opened) ? from(next + 1, name, client, next === 0 ? opened : first) : opened,
        );
      }
      if (!isMissing(result)) return result;
      if (next === 0) first = result;
    }
    return first;
  }
  return { open: (name, client) => from(0, name, client, notFound()) };
}

function isMissing(result: OpenResult): boolean {
  return !result.ok && result.fault.reason === "missing";
}

/**
 * A source for each client: by its address, by the address it asked, or by what else is known of it.
 * @param choose the source for this client; undefined: every file is missing for it
 */
export function perClient<Client = SourceClient>(
  choose: (client: Client) => Source<Client> | undefined,
): Source<Client> {
  return { open: (name, client) => choose(client)?.open(name, client) ?? notFound() };
}
