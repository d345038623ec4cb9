import { createHash } from "node:crypto";
import type { BundledPackage } from "./bundled-packages.ts";
import type { Locked } from "./lock.ts";

export interface SbomRequest {
  /** The file it describes. */
  readonly file: { readonly name: string; readonly bytes: Uint8Array };
  readonly packages: readonly BundledPackage[];
  /** What pnpm-lock.yaml says, by `name@version`. */
  readonly lock: ReadonlyMap<string, Locked>;
  /** Seconds since 1970. */
  readonly time: number;
  /** Node, where it is part of the file, and the versions of what it is made of. */
  readonly node?: { readonly locked: Locked; readonly parts: Readonly<Record<string, string>> };
}

/** The contents of a file, as CycloneDX 1.6 JSON. */
export function makeSbom({ file, packages, lock, time, node }: SbomRequest): string {
  const own = packages.find(({ name }) => name === "bootlace");
  if (own === undefined) throw new Error(`bootlace is not in ${file.name}`);
  const others = packages.filter((one) => one !== own);
  const root = refOf(own);
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: new Date(time * 1000).toISOString(),
      component: {
        type: "application",
        "bom-ref": root,
        name: own.name,
        version: own.version,
        licenses: [licenseOf(own.license)],
        purl: root,
        hashes: [{ alg: "SHA-256", content: createHash("sha256").update(file.bytes).digest("hex") }],
        properties: [{ name: "bootlace:file", value: file.name }],
      },
    },
    components: [...others.map((one) => libraryOf(one, lock)), ...(node === undefined ? [] : [nodeOf(node)])],
    dependencies: packages.map((one) => ({
      ref: refOf(one),
      dependsOn: [
        ...one.uses.map((id) => purl(id)),
        ...(one === own && node !== undefined ? [purl(`${node.locked.name}@${node.locked.version}`)] : []),
      ],
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function libraryOf(one: BundledPackage, lock: ReadonlyMap<string, Locked>): object {
  const locked = lock.get(`${one.name}@${one.version}`);
  if (locked === undefined && !one.ours) throw new Error(`pnpm-lock.yaml has no ${one.name}@${one.version}`);
  return {
    type: "library",
    "bom-ref": refOf(one),
    ...nameOf(one.name),
    version: one.version,
    licenses: [licenseOf(one.license)],
    purl: refOf(one),
    ...(locked === undefined ? {} : { hashes: [archiveSum(locked)] }),
  };
}

function nodeOf({ locked, parts }: NonNullable<SbomRequest["node"]>): object {
  const ref = purl(`${locked.name}@${locked.version}`);
  const { node, modules: _modules, napi: _napi, ...libraries } = parts;
  if (node !== locked.version) throw new Error(`the parts belong to Node ${node}, not to ${locked.version}`);
  return {
    type: "platform",
    "bom-ref": ref,
    name: "node",
    version: locked.version,
    licenses: [licenseOf("MIT")],
    cpe: `cpe:2.3:a:nodejs:node.js:${locked.version}:*:*:*:*:*:*:*`,
    purl: ref,
    hashes: [archiveSum(locked)],
    components: Object.entries(libraries)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, version]) => ({ type: "library", name, version })),
  };
}

function refOf({ name, version }: BundledPackage): string {
  return purl(`${name}@${version}`);
}

/** Package URL of type npm: the @ of a scope is written out. */
function purl(id: string): string {
  return `pkg:npm/${id.replace(/^@/, "%40")}`;
}

function nameOf(name: string): { group?: string; name: string } {
  const [group, rest] = name.split("/");
  return rest === undefined || group === undefined ? { name } : { group, name: rest };
}

function licenseOf(expression: string): object {
  return /^[A-Za-z0-9.+-]+$/.test(expression) ? { license: { id: expression } } : { expression };
}

/** The sum of the archive in the registry. */
function archiveSum({ integrity }: Locked): { alg: string; content: string } {
  return { alg: "SHA-512", content: Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex") };
}
