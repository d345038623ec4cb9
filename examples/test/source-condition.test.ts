import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const packages = join(import.meta.dirname, "../../packages");

interface Manifest {
  readonly name: string;
  readonly exports: { readonly ".": Readonly<Record<string, string>> };
  readonly publishConfig: { readonly exports: unknown };
}

describe.each(readdirSync(packages))("%s", (folder) => {
  const manifest = JSON.parse(readFileSync(join(packages, folder, "package.json"), "utf8")) as Manifest;

  test("is tested from its source: an edit is seen without a build", async () => {
    const source = join(packages, folder, manifest.exports["."].source ?? "");
    expect(existsSync(source)).toBe(true);
    expect(fileURLToPath(import.meta.resolve(manifest.name))).toBe(source);
  });

  test("asks for the types first, as TypeScript reads conditions in their order", () => {
    expect(Object.keys(manifest.exports["."])).toEqual(["types", "source", "default"]);
  });

  test("is published without the condition: Node.js strips no types below node_modules", () => {
    const { source, ...entry } = manifest.exports["."];
    expect(source).toBe("./src/index.ts");
    expect(manifest.publishConfig.exports).toEqual({ ...manifest.exports, ".": entry });
  });
});
