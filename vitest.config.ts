import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // A busy machine is slow, and no test waits for a time of its own.
    testTimeout: 30_000,
    include: [
      "packages/*/test/**/*.test.ts",
      "apps/*/test/**/*.test.ts",
      "lab/test/**/*.test.ts",
      "packaging/test/**/*.test.ts",
      "tools/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", ".stryker-tmp/**"],
  },
});
