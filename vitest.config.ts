import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { ownProcess } from "./tools/test-projects.ts";

// Packages are tested from their TypeScript source: an edit in one is seen by the tests of all, without a build. Setting
// conditions drops Vite's own for servers, so they stand here too.
const conditions = ["source", "module", "node", "development|production"];

const include = [
  "packages/*/test/**/*.test.ts",
  "apps/*/test/**/*.test.ts",
  "examples/test/**/*.test.ts",
  "lab/test/**/*.test.ts",
  "packaging/test/**/*.test.ts",
  "tools/**/*.test.ts",
];
const never = ["**/node_modules/**", "**/dist/**", ".stryker-tmp/**"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Whoever wants the tests to run on says --watch.
    watch: false,
    // A busy machine is slow, and no test waits for a time of its own.
    testTimeout: 30_000,
    // Vitest leaves one processor to itself, and so would use one of two. Many tests wait for programs and sockets.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { extends: true, test: { name: "shared", include, exclude: [...never, ...ownProcess], isolate: false } },
      { extends: true, test: { name: "own process", include: ownProcess, exclude: never } },
    ],
  },
});
