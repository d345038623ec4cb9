import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** What one machine does and what comes back, one line an event, and what Bootlace must say of it. */
const right = z.strictObject({
  outcome: z.union([z.string(), z.array(z.string())]).optional(),
  verdict: z.union([z.string(), z.array(z.string())]).optional(),
  /** A verdict beside the first one. */
  beside: z.string().optional(),
  confidence: z.union([z.string(), z.array(z.string())]).optional(),
  severity: z.string().optional(),
  /** In the sentence or the fix. */
  names: z.union([z.string(), z.array(z.string())]).optional(),
  /** Neither in the sentence nor in the fix. */
  not: z.union([z.string(), z.array(z.string())]).optional(),
  /** At no moment outcome or verdict. */
  never: z.union([z.string(), z.array(z.string())]).optional(),
  /** Seconds after the last line of the trail by which the verdict is reached. */
  within: z.number().optional(),
  /** Seconds from the start by which it is reached. */
  by: z.number().optional(),
  /** How many verdicts were reported in all. */
  reported: z.int().optional(),
  /** Outcome by second. */
  while: z.record(z.string(), z.string()).optional(),
  /** Every outcome in turn. */
  turns: z.array(z.string()).optional(),
  boots: z.int().optional(),
  fetches: z.int().optional(),
  /** File of a step among the evidence. */
  evidence: z.string().optional(),
  corrected: z.boolean().optional(),
  steps: z.array(z.string()).optional(),
});

const treeFile = z.union([
  z.string(),
  z.object({
    bytes: z.union([z.int(), z.string()]).optional(),
    kind: z.string().optional(),
    text: z.string().optional(),
    facts: z.record(z.string(), z.unknown()).optional(),
  }),
]);

const client = z.strictObject({
  mac: z.string().default("02:00:00:00:00:01"),
  arch: z.int().default(7),
  address: z.string().default("192.168.50.101"),
  leased: z.string().optional(),
  kind: z.enum(["ipxe", "pi3", "pi4", "pi5", "u-boot"]).optional(),
  http: z.boolean().optional(),
  agent: z.string().optional(),
  /** A relay that forwards what it says (giaddr). */
  relay: z.string().optional(),
});

/** A disc image, as far as verdicts look at it. */
const image = z.strictObject({
  title: z.string(),
  kernel: z.string().default("live/vmlinuz"),
  initrd: z.string().default("live/initrd.img"),
  root: z.string().default("live/filesystem.squashfs"),
  arguments: z.string().default("boot=live fetch={tree}/live/filesystem.squashfs"),
  way: z.enum(["http", "initrd"]).default("http"),
  memory: z.int().optional(),
});

const one = {
  /** The disc images, by name. `IMAGE NAME gone` in a trail removes one, `IMAGE NAME copied` replaces it. */
  images: z.record(z.string(), image).optional(),
  config: z.string().optional(),
  tree: z.record(z.string(), treeFile).optional(),
  client: client.optional(),
  trail: z.array(z.string()),
  watch: z.number().optional(),
  /** What this machine has besides 192.168.50.10. */
  addresses: z.array(z.string()).optional(),
  /** TCP ports on which programs of this machine listen; without it, that is not known. */
  listening: z.array(z.int()).optional(),
  right,
};
const fileSchema = z.strictObject({
  name: z.string(),
  ...one,
  variants: z.array(z.strictObject({ name: z.string(), ...z.object(one).partial().shape })).default([]),
});

export type TrailImage = z.output<typeof image>;
export type TreeFile = z.output<typeof treeFile>;
export type Right = z.output<typeof right>;
type TrailFile = z.output<typeof fileSchema>;
export type Trail = Omit<TrailFile, "variants" | "client"> & { readonly client: z.output<typeof client> };

/** Every trail of a folder with its variants, each complete: a variant is the first with its keys in place of those. */
export function readTrails(folder: string): Trail[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .toSorted()
    .flatMap((name) => {
      const { variants, ...first } = fileSchema.parse(parse(readFileSync(join(folder, name), "utf8")));
      const title = name.replace(/\.yaml$/, "");
      const others = variants.map((variant) => ({
        ...first,
        ...withoutUndefined(variant),
        name: `${title}: ${variant.name}`,
      }));
      const all = [{ ...first, name: `${title}: ${first.name}` }, ...others] as Omit<TrailFile, "variants">[];
      return all.map((trail) => ({ ...trail, client: client.parse(trail.client ?? {}) }));
    });
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
