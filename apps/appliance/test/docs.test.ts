import { readdirSync, readFileSync } from "node:fs";
import { defaultLimits as dhcp } from "@bootlace/proxy-dhcp";
import { defaultLimits as tftp } from "@bootlace/tftp-serve";
import { expect, test } from "vitest";
import { verdicts } from "../src/catalogue/verdicts.ts";
import { commands } from "../src/cli/commands.ts";
import { cliReference } from "../src/cli/reference.ts";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { configReference } from "../src/config/reference.ts";
import { configSchema } from "../src/config/schema.ts";
import { eventCodes } from "../src/events/codes.ts";
import { treeFindingCodes } from "../src/file-check/findings.ts";
import { distributionIds } from "../src/init/distribution.ts";
import { kits } from "../src/init/kits.ts";
import { createMetrics } from "../src/telemetry/metrics.ts";

const top = new URL("../../../", import.meta.url);
const page = (name: string) => readFileSync(new URL(`docs/${name}`, top), "utf8");

/** The rows of the tables of a page whose first cell is one word of code: that word, and the other cells. */
function rowsOf(text: string): [string, string[]][] {
  return text.split("\n").flatMap((line): [string, string[]][] => {
    const [, name, rest] = /^\| `([^`]+)` \| (.*) \|$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [[name, rest.split(" | ").map((cell) => cell.trim())]];
  });
}

test("docs/events.md has each event code once, with its meaning, and no other", () => {
  const rows = rowsOf(page("events.md")).filter(([name]) => name.includes("."));
  expect(rows.map(([name, [meaning]]) => [name, meaning])).toEqual(Object.entries(eventCodes));
});

test("docs/check.md has a section on each finding, with its title, and no other", () => {
  const sections = [...page("check.md").matchAll(/^## (T\d+): (.*)$/gm)].map(([, code, title]) => [code, title]);
  expect(sections).toEqual(Object.entries(treeFindingCodes));
});

test("each event code is used somewhere", () => {
  const source = new URL("apps/appliance/src/", top);
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".ts") && !file.endsWith("events/codes.ts"))
    .map((file) => readFileSync(new URL(file, source), "utf8"));
  // Made of a type: `dhcp.${decision.kind}`.
  const made = new Set(texts.flatMap((text) => [...text.matchAll(/`([a-z]+\.)\$\{/g)].map(([, prefix]) => prefix)));
  const unused = Object.keys(eventCodes).filter(
    (code) => !texts.some((text) => text.includes(`"${code}"`)) && !made.has(code.slice(0, code.indexOf(".") + 1)),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(unused).toEqual([]);
});

test("docs/verdicts.md has each verdict once, with severity and title, and no other", () => {
  const rows = rowsOf(page("verdicts.md")).map(([name, [severity, title]]) => [name, { severity, title }]);
  expect(Object.fromEntries(rows)).toEqual(verdicts);
  expect(rows).toHaveLength(Object.keys(verdicts).length);
});

test("docs/metrics.md has each metric once, with its type and labels, and no other", async () => {
  const text = await createMetrics("1", false).text();
  const real = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  const rows = rowsOf(page("metrics.md")).map(([name, [type]]) => [name, type]);
  expect(rows.sort()).toEqual(real.sort());
});

test("docs/config.md is what `bootlace schema --markdown` prints", () => {
  expect(page("config.md")).toBe(configReference(configJsonSchema()));
});

test("docs/reference/cli.md is what `bootlace help --markdown` prints", () => {
  expect(page("reference/cli.md")).toBe(cliReference(commands));
});

test("docs/explanation/security.md names the limits that hold", () => {
  const text = page("explanation/security.md");
  const { mac, source, global, known } = dhcp;
  const { http } = configSchema.parse({});
  for (const sentence of [
    `${mac.replies} replies a second to a MAC address, ${source.replies} to an address, ${global.replies} in all, and ${known.replies} more to known machines`,
    `${tftp.maxTransfers} transfers, ${tftp.maxTransfersPerClient} of one address; ${tftp.unacknowledgedPerSecondPerClient} unacknowledged requests a second from one address, ${tftp.unacknowledgedPerSecond} in all, and as many again for known addresses`,
    `${tftp.errorsPerSecondPerClient} errors a second to one address, ${tftp.errorsPerSecond} in all`,
    `${tftp.idleLimit / 1000} s without progress`,
    `${http.maxConnections} connections, ${http.maxConnectionsPerClient} of one address`,
  ]) {
    expect(text).toContain(sentence);
  }
});

test("docs/how-to/first-run.md names the packages that init names, for each distribution, and no other", () => {
  const rows = page("how-to/first-run.md").split("\n");
  const header = rows.findIndex((row) => /^\| for +\| Debian/.test(row));
  const end = rows.findIndex((row, index) => index > header && row === "");
  const cells = rows.slice(header + 2, end).map((row) => row.split("|").slice(2, -1));
  distributionIds.forEach((id, column) => {
    const reported = new Set(
      cells.flatMap((row) => [...(row[column] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
    );
    const known = new Set(
      kits.map(({ sources }) => sources[id]).flatMap((source) => ("packages" in source ? source.packages : [])),
    );
    expect([id, ...[...reported].sort()]).toEqual([id, ...[...known].sort()]);
  });
});

test("docs/troubleshooting.md sends its readers to verdicts that exist, and to every failure", () => {
  const named = [...page("troubleshooting.md").matchAll(/^\|.*\| ((?:`\w+` ?)+) \|[^|]*\|$/gm)].flatMap(
    ([, cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, id]) => id),
  );
  const failures = Object.entries(verdicts).flatMap(([id, { severity }]) => (severity === "failure" ? [id] : []));
  expect(named.filter((id) => id === undefined || !Object.hasOwn(verdicts, id))).toEqual([]);
  expect(failures.filter((id) => !named.includes(id))).toEqual([]);
});

test("docs/explanation/scaling.md says about what docs/performance.md has measured", () => {
  const cells = (row: string) => row.split("|").map((cell) => cell.trim());
  const measured = new Map(
    page("performance.md")
      .split("\n")
      .map(cells)
      .filter((row) => row[2] === "MB/s")
      .map(([, load, , bootlace]) => [load, Number(bootlace)]),
  );
  const reported = page("explanation/scaling.md")
    .split("\n")
    .map(cells)
    .filter((row) => row.length === 5 && Number(row[3]) > 0);
  expect(reported.length).toBeGreaterThan(4);
  // Figures wander by a third from run to run: what is written must be what was measured, and need not follow each run.
  for (const [, , load, figure] of reported) {
    expect(Math.abs(Number(figure) / (measured.get(load) ?? 0) - 1), load).toBeLessThan(0.34);
  }
});
