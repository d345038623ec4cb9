import type { JsonSchema } from "./json-schema.ts";

const intro = `# The config file

<!-- Made by \`bootlace schema --markdown\`; a test keeps it true. -->

\`bootlace serve\` reads \`bootlace.yaml\`. Every key may be left out. \`bootlace check\` finds faults, and
\`bootlace check --effective\` shows each value and where it came from.

A flag beats the environment, the environment beats the file, the file beats the default. The variable of a setting is
\`BOOTLACE_\` and its key in capitals: \`tftp.maxBlockSize\` is \`BOOTLACE_TFTP_MAX_BLOCK_SIZE\`, its flag is
\`--set tftp.maxBlockSize=1024\`. Lists are written with commas there. \`BOOTLACE_CONFIG\` names the file itself. Rules,
hosts and menus stand in the file only.

For an editor that knows JSON Schema: \`bootlace schema > bootlace.schema.json\`, and as the first line of the file
\`# yaml-language-server: $schema=bootlace.schema.json\`.

Where the type says "one or a list", a single value may stand for a list of one. A key at the top with nothing behind
it, such as \`boot:\` with all its lines commented out, counts as left out; only \`root\` must have a value.

What is wanted twice can be written once: \`&name\` before a value, \`*name\` where it is wanted again, and
\`<<: *name\` for the keys of a mapping, with others beside it.
`;

/** The reference page of the config file, in Markdown. */
export function configReference(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {});
  const plain = sections.filter(([, value]) => innerOf(value) === undefined);
  const blocks = [intro, table("## At the top", plain)];
  for (const [key, value] of sections) {
    if (innerOf(value) !== undefined) blocks.push(...section(key, value, 2));
  }
  return `${blocks.join("\n").trimEnd()}\n`;
}

/** What a key of a mapping, of a list of mappings, or of a mapping by names holds. */
function innerOf(schema: JsonSchema): { readonly path: string; readonly schema: JsonSchema } | undefined {
  if (schema.properties !== undefined) return { path: "", schema };
  if (schema.items?.properties !== undefined) return { path: "[]", schema: schema.items };
  if (typeof schema.additionalProperties === "object") return { path: ".NAME", schema: schema.additionalProperties };
  return undefined;
}

function section(path: string, schema: JsonSchema, depth: number): string[] {
  const inner = innerOf(schema);
  if (inner === undefined) return [];
  const keys = Object.entries(inner.schema.properties ?? {});
  const plain = keys.filter(([, value]) => innerOf(value) === undefined);
  const deep = keys.filter(([, value]) => innerOf(value) !== undefined);
  const title = `${"#".repeat(depth)} ${path}${inner.path}\n\n${schema.description ?? ""}`;
  const own = `${path}${inner.path}`;
  return [
    table(title, plain, inner.schema.required),
    ...deep.flatMap(([key, value]) => section(`${own}.${key}`, value, depth + 1)),
  ];
}

function table(
  title: string,
  keys: readonly (readonly [string, JsonSchema])[],
  required: readonly string[] = [],
): string {
  const rows = keys.map(([key, value]) => {
    const usual = required.includes(key) ? "must be there" : defaultText(value.default);
    return `| \`${key}\` | ${typeText(value)} | ${usual} | ${cell(value.description ?? "")} |`;
  });
  return `${title}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}

function defaultText(value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value) && value.length === 0) return "none";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function typeText(schema: JsonSchema): string {
  const { type, anyOf, minimum, maximum } = schema;
  const words = schema.enum;
  if (anyOf !== undefined) return `${typeText(anyOf[0] ?? {})}, one or a list`;
  if (words !== undefined) {
    return words.length > 8 ? "a name of an architecture" : words.map((word) => `\`${String(word)}\``).join(" or ");
  }
  if (type === "integer" || type === "number") {
    return `${type === "integer" ? "whole number" : "number"}, ${minimum} to ${maximum}`;
  }
  return type === "boolean" ? "`true` or `false`" : "text";
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
