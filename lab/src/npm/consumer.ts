import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { execute, npm } from "./environment.ts";
import type { Tarball } from "./tarballs.ts";

/** An example of a README: a `ts` block, and what the `text` block behind it says it prints. */
export interface Example {
  /** Of the package, and of the heading it stands under. */
  readonly library: string;
  readonly heading: string;
  readonly code: string;
  readonly prints?: string;
}

/** The examples of a README, in their order. */
export function examplesOf(library: string, readme: string): Example[] {
  const examples: Example[] = [];
  let heading = "";
  const pieces = readme.matchAll(/^#+ (?<title>.+)$|^```(?<language>\w*)\n(?<body>[\s\S]*?)^```$/gm);
  for (const { groups: { title, language, body = "" } = {} } of pieces) {
    const last = examples.at(-1);
    if (title !== undefined) heading = title;
    else if (language === "ts") examples.push({ library, heading, code: body });
    else if (language === "text" && last !== undefined) examples[examples.length - 1] = { ...last, prints: body };
  }
  return examples;
}

/** Two generations of the compiler: the one that builds Bootlace, and the last written in JavaScript. */
const COMPILERS = { "typescript 7": "compiler-7", "typescript 5.9": "compiler-5" };
const RESOLUTIONS = { node16: "node16", nodenext: "nodenext", esnext: "bundler" };
const TOP = new URL("../../../package.json", import.meta.url);

/** A project of somebody who uses the libraries. */
export interface Consumer {
  readonly folder: string;
  readonly examples: readonly Example[];
  /** Where an example is when it was compiled. */
  compiled(example: Example): string;
}

/** Installs the libraries into an empty project; its READMEs' examples become its files. No `@types/node` in it. */
export async function createConsumer(lab: Lab, folder: string, libraries: readonly Tarball[]): Promise<Consumer> {
  const { devDependencies } = JSON.parse(readFileSync(TOP, "utf8"));
  const dependencies = {
    ...Object.fromEntries(libraries.map(({ name, file }) => [name, `file:${file}`])),
    "compiler-7": `npm:typescript@${devDependencies.typescript}`,
    "compiler-5": "npm:typescript@5.9.3",
  };
  mkdirSync(join(folder, "src/cjs"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true, dependencies }));
  await npm(lab, ["install"], { cwd: folder });

  const readme = (name: string) => readFileSync(join(folder, "node_modules", name, "README.md"), "utf8");
  const examples = libraries.flatMap(({ name }) => examplesOf(name, readme(name)));
  const nameOf = (example: Example) => `example-${examples.indexOf(example)}`;
  for (const example of examples) writeFileSync(join(folder, "src", `${nameOf(example)}.ts`), example.code);

  const all = libraries.map(({ name }, at) => `import * as library${at} from "${name}";`);
  const list = `[${libraries.map((_, at) => `library${at}`).join(", ")}].flatMap(Object.keys)`;
  // ECMAScript alone: no console, no Buffer, no URL.
  writeFileSync(join(folder, "src/pure.ts"), 'export * from "@bootlace/dhcp-core";\n');
  writeFileSync(join(folder, "src/cjs/package.json"), '{ "type": "commonjs" }\n');
  writeFileSync(join(folder, "src/cjs/consumer.ts"), `${all.join("\n")}\nconsole.log(${list}.join(" "));\n`);
  return { folder, examples, compiled: (example) => join(folder, "out", `${nameOf(example)}.js`) };
}

/**
 * Type-checks the project, the declarations of the libraries included, with each compiler in each way to resolve
 * modules, and compiles it into `out`. Gives the ways.
 */
export async function typeCheck(lab: Lab, consumer: Consumer): Promise<string[]> {
  const ways: string[] = [];
  for (const [name, compiler] of Object.entries(COMPILERS)) {
    for (const [module, moduleResolution] of Object.entries(RESOLUTIONS)) {
      await compile(lab, consumer, compiler, { module, moduleResolution, noEmit: true }, "src/*.ts");
      ways.push(`${name} ${moduleResolution}`);
    }
    await compile(lab, consumer, compiler, { module: "nodenext", noEmit: true, lib: ["es2023"] }, "src/pure.ts");
    // CommonJS that requires ES modules: only nodenext knows that Node.js can.
    await compile(lab, consumer, compiler, { module: "nodenext", outDir: "out" }, "src/**/*.ts");
  }
  writeFileSync(join(consumer.folder, "out/cjs/package.json"), '{ "type": "commonjs" }\n');
  return ways;
}

/** Type-checks it with each compiler beside the types of Node.js, which declare some of the same names. */
export async function typeCheckWithNode(lab: Lab, consumer: Consumer, version: string): Promise<void> {
  await npm(lab, ["install", `@types/node@${version}`], { cwd: consumer.folder });
  const options = { module: "nodenext", noEmit: true, types: ["node"] };
  for (const compiler of Object.values(COMPILERS)) await compile(lab, consumer, compiler, options, "src/**/*.ts");
}

async function compile(lab: Lab, { folder }: Consumer, compiler: string, options: object, files: string) {
  const strict = { target: "es2023", strict: true, skipLibCheck: false, types: [], rootDir: "src" };
  const config = { compilerOptions: { ...strict, ...options }, include: [files] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const program = join(folder, "node_modules", compiler, "bin/tsc");
  await execute(lab, process.execPath, [program, "-p", folder], { cwd: folder });
}
