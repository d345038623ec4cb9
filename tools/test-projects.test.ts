import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ownProcess, ownProcessReason, registersHooks } from "./test-projects.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const own = "tools/test-projects.test.ts";
const textOf = (file: string) => readFileSync(`${top}/${file}`, "utf8");
const found = (pattern: string) =>
  globSync(pattern, { cwd: top, exclude: (name) => name === "node_modules" || name === "dist" });

test("each test file that replaces or counts something of its process has a process of its own, and no other has", () => {
  const files = found("{packages,apps,examples,lab,packaging,tools}/**/*.test.ts");
  expect(files.length).toBeGreaterThan(200);
  const alone = files.filter((file) => file !== own && ownProcessReason(textOf(file)));
  expect(alone.toSorted()).toEqual(ownProcess.toSorted());
});

test("no helper registers hooks as it is loaded", () => {
  const helpers = found("{packages,apps,examples,lab,packaging}/**/test/**/*.ts").filter(
    (file) => !file.endsWith(".test.ts"),
  );
  expect(helpers.length).toBeGreaterThan(50);
  expect(helpers.filter((file) => registersHooks(textOf(file)))).toEqual([]);
  expect(registersHooks("let a = 0;\nbeforeEach(() => {});")).toBe(true);
  expect(registersHooks("export function fresh() {\n  beforeEach(() => {});\n}")).toBe(false);
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
