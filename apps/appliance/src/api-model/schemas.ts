import { z } from "zod";
import { confidences, severities, verdictIds } from "../catalogue/verdicts.ts";
import { outcomes } from "../sessions/outcome.ts";

export { outcomes };

const time = z.iso.datetime().meta({ description: "UTC, ISO 8601 with milliseconds." });
const mac = z.string().meta({ description: "Lower case, with colons." });
const level = z.enum(["fatal", "error", "warn", "info", "debug"]);

export const verdictSchema = z.object({
  id: z.enum(verdictIds).meta({ description: "Row of the catalogue in docs/verdicts.md." }),
  severity: z.enum(severities),
  confidence: z.enum(confidences),
  sentence: z.string().meta({ description: "What happened, for people. Text of the network is escaped." }),
  fix: z.string().optional().meta({ description: "The fix." }),
  evidence: z.array(z.int()).meta({ description: "Numbers of the steps that show it." }),
});

export const stepSchema = z.object({
  number: z.int(),
  at: time,
  lastAt: time.optional().meta({ description: "Time of the last repetition, if repeated." }),
  times: z.int().meta({ description: "Number of repetitions in a row." }),
  kind: z.string().meta({ description: "discover, offer, lease, pxe-request, ack, file, and so on." }),
  text: z.string().meta({ description: "The step for people. Text of the network is escaped." }),
  details: z.record(z.string(), z.unknown()).meta({ description: "The fields of the step, as received." }),
});

export const transferSchema = z.object({
  protocol: z.enum(["tftp", "http"]),
  file: z.string(),
  bytes: z.int().meta({ description: "Bytes that the client has acknowledged." }),
  size: z.int().optional().meta({ description: "Bytes of the file, or of the range that the client asked for." }),
  percent: z.int().optional(),
  bytesPerSecond: z.int().optional().meta({ description: "Over the last seconds; 0 when it has stalled." }),
  secondsLeft: z.int().optional().meta({ description: "What the rest takes at this rate." }),
  startedAt: time,
  lastProgressAt: time.meta({ description: "When the client acknowledged something last." }),
});

export const bootSummarySchema = z.object({
  id: z.string(),
  mac: mac.optional(),
  address: z.string().optional().meta({ description: "The IPv4 address the client had." }),
  arch: z.string().optional(),
  firmware: z.string().optional(),
  host: z.string().optional().meta({ description: "Name of the machine in the configuration." }),
  rule: z.string().optional(),
  bootFile: z.string().optional(),
  image: z.string().optional().meta({ description: "What the disc image calls itself that it boots from." }),
  startedAt: time,
  lastAt: time,
  ended: z.boolean(),
  outcome: z.enum(outcomes),
  bytes: z.int().meta({ description: "Bytes of files served, those under way included." }),
  verdict: verdictSchema.optional(),
  transfers: z
    .array(transferSchema)
    .optional()
    .meta({ description: "Files on their way, the latest first; absent when there are none." }),
});

export const bootSchema = bootSummarySchema.extend({
  verdicts: z.array(verdictSchema).meta({ description: "All that apply, most important first." }),
  steps: z.array(stepSchema),
  droppedSteps: z.int().meta({ description: "Steps dropped from the middle of a long boot." }),
});
export const bootsSchema = z.object({ schema: z.literal(1), boots: z.array(bootSummarySchema) });

export const clientSchema = z.object({
  id: z.string().meta({ description: "MAC address, or the IPv4 address if the MAC is unknown." }),
  mac: mac.optional(),
  address: z.string().optional(),
  arch: z.string().optional(),
  firmware: z.string().optional(),
  vendorClass: z.string().optional(),
  uuid: z.string().optional(),
  serial: z.string().optional(),
  hostName: z.string().optional(),
  host: z.string().optional().meta({ description: "Name of the machine in the configuration." }),
  firstSeen: time,
  lastSeen: time,
  boots: z.int(),
  lastBoot: z.string().meta({ description: "ID of its latest boot." }),
  outcome: z.enum(outcomes).meta({ description: "Outcome of that boot." }),
});
export const clientsSchema = z.object({ schema: z.literal(1), clients: z.array(clientSchema) });

export const fetchSchema = z.object({
  file: z.string(),
  address: z.string().meta({ description: "Who fetched it." }),
  mac: mac.optional().meta({ description: "Where a machine that boots is known at this address." }),
  agent: z.string().optional().meta({ description: "User-Agent of the request." }),
  outcome: z.enum(["running", "done", "probe", "aborted", "not-found", "refused"]),
  code: z.int().optional().meta({ description: "HTTP status that was sent." }),
  bytes: z.int(),
  size: z.int().optional(),
  startedAt: time,
  lastAt: time,
});
export const fetchesSchema = z.object({ schema: z.literal(1), fetches: z.array(fetchSchema) });

export const statusSchema = z.object({
  schema: z.literal(1),
  version: z.string(),
  startedAt: time,
  uptimeSeconds: z.number(),
  ready: z.boolean(),
  reasons: z.array(z.string()).meta({ description: "Why it is not ready." }),
  endpoints: z.array(z.object({ service: z.string(), address: z.string(), port: z.int() })),
  interfaces: z.array(z.object({ name: z.string(), address: z.string() })),
  config: z.object({
    file: z.string().optional(),
    loadedAt: time,
    lastReload: z
      .object({ at: time, ok: z.boolean(), faults: z.array(z.string()) })
      .optional()
      .meta({ description: "The latest attempt, even if rejected." }),
  }),
  bootCheck: z.array(z.string()).meta({ description: "Architectures without a boot file, which get the boot check." }),
  transfers: z.object({ tftp: z.int(), http: z.int() }),
  history: z.object({ directory: z.string().optional(), writable: z.boolean(), problem: z.string().optional() }),
  boots: z.array(bootSummarySchema).meta({ description: "The latest ten boots." }),
});

export const filesSchema = z.object({
  schema: z.literal(1),
  root: z.string(),
  problem: z.string().optional().meta({ description: "Why the root is not readable." }),
  architectures: z.array(
    z.object({
      code: z.int(),
      name: z.string(),
      file: z.string().optional(),
      lookedFor: z.array(z.string()).meta({ description: "The names looked for, if no file was found." }),
    }),
  ),
  bootCheck: z.array(z.string()).meta({ description: "Architectures without a boot file, which get the boot check." }),
  script: z.string().optional(),
  uefiScript: z.string().optional().meta({ description: "For iPXE on UEFI machines, if there is no script." }),
  raspberryPi: z.string().optional(),
  unusable: z
    .array(
      z.object({
        file: z.string(),
        flaw: z.enum(["empty", "no-program", "cut-short", "unreadable", "leads-out", "odd-name"]),
      }),
    )
    .meta({
      description: "Files named like boot files that are never offered, since no client could load or start them.",
    }),
  notFound: z
    .array(z.object({ file: z.string(), times: z.int(), lastAt: time, address: z.string() }))
    .meta({ description: "Names requested but not found, latest first." }),
});

export const configSchema = z.object({
  schema: z.literal(1),
  file: z.string().optional(),
  effective: z.record(z.string(), z.unknown()).meta({ description: "The current configuration, defaults included." }),
  origins: z
    .record(z.string(), z.string())
    .meta({ description: "Origin of each value by path: flag, environment, file:line or default." }),
});

export const explainRequestSchema = z.strictObject({
  mac: z.string().max(1024).meta({ description: "MAC address, or name under hosts." }),
  arch: z.union([z.string().max(64), z.int().min(0).max(65535)]).optional(),
  userClass: z.array(z.string().max(255)).max(8).optional(),
  vendorClass: z.string().max(255).optional(),
  uuid: z.string().max(64).optional(),
  serial: z.string().max(64).optional(),
  port: z.enum(["dhcp", "pxe"]).optional(),
  relay: z.string().max(64).optional(),
  item: z.int().min(0).max(65535).optional(),
  address: z.string().max(64).optional(),
  interface: z.string().max(64).optional(),
});
export const explanationSchema = z.object({
  schema: z.literal(1),
  decision: z.enum(["offer", "ack", "ignore"]),
  reason: z.string(),
  text: z.string(),
  host: z.string().optional().meta({ description: "Its name in the configuration." }),
  rule: z.string().optional(),
  rules: z
    .array(z.object({ name: z.string(), matched: z.boolean(), why: z.string() }))
    .meta({ description: "In order, up to the one that matched." }),
  form: z.string().optional(),
  bootFile: z.string().optional(),
  server: z.string().optional(),
  replies: z.array(
    z.object({
      interface: z.string(),
      from: z.string(),
      to: z.string(),
      lines: z.array(z.string()),
      hex: z.string(),
    }),
  ),
});

export const oneTimeBootRequestSchema = z.strictObject({
  mac: z.string().max(1024).meta({ description: "MAC address, or name under hosts." }),
  file: z.string().max(255).optional(),
  server: z.string().max(64).optional(),
  url: z.string().max(255).optional(),
  script: z.string().max(255).optional(),
  image: z.string().max(255).optional().meta({ description: "Disc image: NAME or NAME/ENTRY." }),
  ignore: z.boolean().optional(),
});
export const oneTimeBootSchema = z.object({
  mac,
  host: z.string().optional().meta({ description: "Its name in the configuration." }),
  file: z.string().optional(),
  server: z.string().optional(),
  url: z.string().optional(),
  script: z.string().optional(),
  image: z.string().optional(),
  ignore: z.boolean().optional(),
  setAt: time,
  takenAt: time.optional().meta({ description: "Start of the boot that uses it." }),
  warnings: z
    .array(z.string())
    .optional()
    .meta({ description: "Only in the response to POST: what may prevent it from working." }),
});
export const oneTimeBootsSchema = z.object({ schema: z.literal(1), next: z.array(oneTimeBootSchema) });

export const reloadSchema = z.object({
  schema: z.literal(1),
  ok: z.boolean(),
  faults: z.array(
    z.object({
      file: z.string().optional().meta({ description: "The config file, if the error is there." }),
      line: z.int().optional(),
      column: z.int().optional(),
      flag: z.string().optional().meta({ description: "The wrong flag on the daemon's command line." }),
      variable: z.string().optional().meta({ description: "The wrong environment variable." }),
      code: z.string(),
      path: z.string(),
      severity: z.literal("error"),
      message: z.string(),
      hint: z.string().optional(),
    }),
  ),
  changed: z.array(z.string()).meta({ description: "Paths of the keys that changed." }),
  later: z.array(z.string()).meta({ description: "Those of them that need a restart." }),
});

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string().meta({ description: "Stable name of the problem." }),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ description: "RFC 9457." });

export const logEntrySchema = z.object({
  at: time,
  level,
  scope: z.string(),
  event: z.string(),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()).optional(),
  brief: z
    .string()
    .optional()
    .meta({ description: "The text a terminal shows instead of the message, if not derived from the fields." }),
  details: z.array(z.string()).optional().meta({ description: "Lines shown below the message." }),
  detailLevel: level.optional().meta({ description: "Level at which they are shown; that of the line if absent." }),
});
