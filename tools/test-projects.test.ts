import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ownProcess, ownProcessReason } from "./test-projects.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const own = "tools/test-projects.test.ts";

test("each test file that replaces or counts something of its process has a process of its own, and no other has", () => {
  const files = globSync("{packages,apps,examples,lab,packaging,tools}/**/*.test.ts", {
    cwd: top,
    exclude: (name) => name === "node_modules" || name === "dist",
  });
  expect(files.length).toBeGreaterThan(200);
  const found = files.filter((file) => file !== own && ownProcessReason(readFileSync(`${top}/${file}`, "utf8")));
  expect(found.toSorted()).toEqual(ownProcess.toSorted());
});

test.each([
  [`vi.mock("node:fs", () => ({}));`, "replaces modules or globals"],
  ["vi.useFakeTimers();", "stops the clock"],
  [`vi.spyOn(globalThis, "setTimeout");`, "replaces what others call"],
  [`using _ = vi.spyOn(Socket.prototype, "send");`, "replaces what others call"],
  [`setFlagsFromString("--expose-gc");`, "changes V8"],
  ["const before = process.umask(0o077);", "changes the process"],
  [`process.env.TZ = "UTC";`, "changes the process"],
  [`process.env["TZ"] = "UTC";`, "changes the process"],
  [`readdirSync("/proc/self/fd").length`, "looks at what the process holds"],
  ["process.memoryUsage()", "looks at what the process holds"],
  [`using _ = vi.spyOn(one, "send");`, undefined],
  ["spawn(program, { env: { ...process.env } })", undefined],
  [`if (process.env.TZ === "UTC") return;`, undefined],
])("%s: %s", (text, reason) => {
  expect(ownProcessReason(text)).toBe(reason);
});
