import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { faultRow, formatFault } from "../config/faults.ts";
import { parseConfig } from "../config/parse.ts";
import { importDnsmasq } from "../import/dnsmasq/dnsmasq.ts";
import type { LocalNetworks } from "../import/dnsmasq/read-ranges.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { type Command, lastValue, type Surroundings } from "./command.ts";
import { confFiles, readStdin, readText, sayWhy } from "./import-files.ts";
import { printError, printJson } from "./output.ts";

export const importCommand: Command = {
  name: "import",
  summary: "Convert the config of another program to bootlace.yaml",
  positionals: [
    { name: "PROGRAM", description: "dnsmasq, the only one so far." },
    {
      name: "FILE",
      description: "Its config file, such as /etc/dnsmasq.conf, with the files it includes; - reads stdin.",
    },
  ],
  options: [
    {
      name: "output",
      short: "o",
      value: "FILE",
      description: "Write to this new file. Default: stdout.",
    },
    {
      name: "json",
      description: "Print one JSON document: the config, each line not converted, and clients left without a reply.",
    },
  ],
  examples: [
    ["bootlace import dnsmasq /etc/dnsmasq.conf", "print the config, list lines not converted"],
    ["bootlace import dnsmasq dnsmasq.conf -o bootlace.yaml", "write the config to a file"],
  ],
  async run(args, surroundings) {
    const { options, positionals } = args;
    const json = options.has("json");
    const [program, file] = positionals;
    if (program !== "dnsmasq" || file === undefined) {
      const message =
        program === undefined || file === undefined
          ? "PROGRAM and FILE are missing"
          : `unknown program ${quote(program)}`;
      printError(surroundings, "import", { code: "usage", message, hint: "Use: bootlace import dnsmasq FILE" }, json);
      return exitCodes.usage;
    }
    const read = file === "-" ? readStdin() : readText(resolve(surroundings.cwd, file));
    if (!read.ok) {
      const hint = read.hint === undefined ? {} : { hint: read.hint };
      const error = { code: "unreadable", message: `${quote(file)}: ${read.problem}`, ...hint };
      printError(surroundings, "import", error, json);
      return exitCodes.findings;
    }
    const files = file === "-" ? undefined : confFiles(resolve(surroundings.cwd, file));
    const { yaml, remarks, unanswered } = importDnsmasq(
      read.text,
      file === "-" ? "standard input" : file,
      networksOf(surroundings),
      files,
    );
    // The result must be a valid config; an error in it is reported.
    const parsed = parseConfig(yaml, "imported config");
    const faults = parsed.ok ? [] : parsed.faults;
    const output = lastValue(args, "output");
    const refused = output === undefined ? undefined : writeNew(resolve(surroundings.cwd, output), yaml);
    if (refused !== undefined) {
      printError(surroundings, "import", { code: "unwritable", message: `${quote(output ?? "")}: ${refused}` }, json);
      return exitCodes.findings;
    }
    if (json)
      printJson(surroundings, { file, config: yaml, leftOut: remarks, unanswered, faults: faults.map(faultRow) });
    else {
      if (output === undefined) surroundings.out(yaml);
      for (const { line, file: other, text, why } of remarks)
        surroundings.err(`${quote(other ?? file)} line ${line}: ${quote(text)}: ${why}\n`);
      for (const { text } of unanswered) surroundings.err(`${quote(file)}: ${text}\n`);
      for (const fault of faults) surroundings.err(`${formatFault(fault)}\n`);
    }
    return faults.length === 0 && unanswered.length === 0 ? exitCodes.ok : exitCodes.findings;
  },
};

function networksOf({ networkInterfaces }: Surroundings): LocalNetworks {
  return Object.entries(networkInterfaces())
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ ...address, name })))
    .filter(({ family, internal }) => family === "IPv4" && !internal);
}

/** Never overwrites a file. */
function writeNew(path: string, text: string): string | undefined {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o644 });
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return code === "EEXIST" ? "the file already exists" : sayWhy(error);
  }
}
