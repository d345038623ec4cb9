import { parseDocument } from "yaml";
import { z } from "zod";
import { createMetrics } from "../../src/telemetry/metrics.ts";

/** The parts of other programs' YAML files that our pages write; what is not listed there is a slip of the pen. */
const composeSchema = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({
      image: z.string().optional(),
      build: z.string().optional(),
      command: z.array(z.string()).optional(),
      network_mode: z.literal("host"),
      cap_drop: z.array(z.literal("ALL")).optional(),
      cap_add: z.array(z.literal("NET_BIND_SERVICE")).optional(),
      user: z.string().optional(),
      read_only: z.boolean().optional(),
      restart: z.enum(["unless-stopped", "always"]).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()).optional(),
});

const prometheusSchema = z.strictObject({
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      authorization: z.strictObject({ credentials_file: z.string().startsWith("/") }).optional(),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string().regex(/^[\w.-]+:8067$/)).min(1) })),
    }),
  ),
  rule_files: z.array(z.string()).optional(),
});

const alertsSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          annotations: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

const promtailSchema = z.strictObject({
  clients: z.array(z.strictObject({ url: z.url() })),
  positions: z.strictObject({ filename: z.string() }).optional(),
  server: z.strictObject({ disable: z.boolean() }).optional(),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      static_configs: z.array(z.strictObject({ labels: z.looseObject({ __path__: z.string() }) })),
      pipeline_stages: z.array(z.record(z.enum(["json", "labels", "timestamp"]), z.unknown())).optional(),
    }),
  ),
});

const schemas = {
  "compose.yaml": composeSchema,
  "prometheus.yml": prometheusSchema,
  "alerts.yml": alertsSchema,
  "promtail.yaml": promtailSchema,
} as const;

/** Each problem of a YAML file of another program; undefined when it is none of those that our pages write. */
export async function foreignYamlProblems(title: string, text: string): Promise<string[] | undefined> {
  if (!Object.hasOwn(schemas, title)) return undefined;
  const document = parseDocument(text);
  const wrong = document.errors.map(({ message }) => message);
  if (wrong.length > 0) return wrong;
  const read = schemas[title as keyof typeof schemas].safeParse(document.toJS());
  const problems = read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return [...problems, ...(await unknownMetrics(text))];
}

/** Names of our metrics that are none. */
async function unknownMetrics(text: string): Promise<string[]> {
  const real = [...(await createMetrics("1", false).text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  const named = [...text.matchAll(/\bbootlace_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ""));
  return named.filter((name) => !real.includes(name)).map((name) => `there is no metric ${name}`);
}

/** Braces in balance, and every statement ended: nginx. */
export function braceProblems(text: string): string[] {
  const bare = text.replaceAll(/#.*$/gm, "");
  const problems: string[] = [];
  let depth = 0;
  for (const sign of bare) {
    depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
    if (depth < 0) problems.push("a brace too many");
  }
  if (depth !== 0) problems.push("braces are not in balance");
  return problems;
}

/** Lines of a file with sections and `key=value`: units of systemd, defaults of Debian's services. */
export function iniProblems(text: string): string[] {
  const line = /^(#.*|\[[\w ]+\]|[\w-]+=.*|)$/;
  return text.split("\n").filter((row) => !line.test(row.trim()));
}
