import { openSource } from "./open-source.ts";
import { check } from "./option-checks.ts";
import { checkArgument, kindOf } from "./option-error.ts";
import { notFound, type OpenResult, type Source, type SourceClient } from "./source.ts";

/**
 * The first of several sources that has the file. Only "missing" makes it go on to the next: any other fault of a source
 * decides, and so does what it throws, since a disk in trouble must not put another file in the place of the right one.
 * @throws OptionError for an argument that is no source
 */
export function firstOf<Client = SourceClient>(...sources: readonly Source<Client>[]): Source<Client> {
  for (const [index, source] of sources.entries()) checkArgument("firstOf", `sources[${index}]`, source, aSource);

  function from(index: number, name: string, client: Client, first: OpenResult): OpenResult | Promise<OpenResult> {
    for (const [next, source] of sources.entries()) {
      if (next < index) continue;
      const result = openSource(source, name, client);
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

const aSource = check.objectWith("open");

function isMissing(result: OpenResult): boolean {
  return !result.ok && result.fault.reason === "missing";
}

/**
 * A source for each client: by its address, by the address it asked, or by what else is known of it.
 * @param choose the source for this client; undefined: every file is missing for it
 * @throws OptionError when `choose` is no function
 */
export function perClient<Client = SourceClient>(
  choose: (client: Client) => Source<Client> | undefined,
): Source<Client> {
  checkArgument("perClient", "choose", choose, check.callback);
  return {
    open(name, client) {
      const source = choose(client);
      if (source === undefined) return notFound();
      if (typeof source?.open === "function") return openSource(source, name, client);
      throw new TypeError(`choose() gave ${kindOf(source)} instead of a source`);
    },
  };
}
