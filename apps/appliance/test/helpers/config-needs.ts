import { loaderOf, readConfig } from "../../src/catalogue/contents/configs.ts";
import type { ReadContext } from "../../src/catalogue/contents/reading.ts";
import type { ConfigFacts, FileNeed } from "../../src/catalogue/file-facts.ts";

const isOwnHost = (host: string) => host === "192.168.50.10";

export function read(path: string, text: string, context: Partial<ReadContext> = {}): ConfigFacts {
  const loader = loaderOf(path, text);
  if (loader === undefined) throw new Error(`${path} is no configuration`);
  return readConfig(loader, text, { path, isOwnHost, ...context });
}

/** One line for each need: where, role, entry, whether it may be missing. */
export function needs(facts: ConfigFacts): string[] {
  return facts.needs.map(line);
}

function line({ path, host, role, entry, optional, otherwise, line }: FileNeed): string {
  const where = path ?? (host === undefined ? "?" : `@${host}`);
  const rest = [
    entry === undefined ? "" : ` [${entry}]`,
    optional ? " optional" : "",
    otherwise ? ` or ${otherwise}` : "",
  ];
  return `${line}: ${role} ${where}${rest.join("")}`;
}
