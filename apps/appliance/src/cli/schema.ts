import { configJsonSchema } from "../config/json-schema.ts";
import { configReference } from "../config/reference.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { Command } from "./command.ts";

export const schemaCommand: Command = {
  name: "schema",
  summary: "Print the JSON Schema of the config file, for editors",
  options: [{ name: "markdown", description: "Print the reference page of the config file." }],
  examples: [
    ["bootlace schema > bootlace.schema.json", "for an editor that checks YAML"],
    ["bootlace schema --markdown", "every key with type and default"],
  ],
  async run({ options }, { out }) {
    const schema = configJsonSchema();
    out(options.has("markdown") ? configReference(schema) : `${JSON.stringify(schema, undefined, 2)}\n`);
    return exitCodes.ok;
  },
};
