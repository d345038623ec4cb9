import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { firmwareTable } from "../src/core/firmware.ts";

const page = new URL("../../../docs/quirks.md", import.meta.url);
const rows = readFileSync(page, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.slice(2, -2).split(" | "));

test("the table of firmware stands in the page as in the source", () => {
  const told = rows.filter(([name]) => name?.startsWith("`")).map(([name, ...rest]) => [name?.slice(1, -1), ...rest]);
  const real = Object.entries(firmwareTable).map(([name, row]) => [name, row.form, row.menuCarriedBy, row.scar]);
  expect(told).toEqual(real);
});

const quirks = rows.filter(([, , , where]) => where?.includes("]("));

test.each(quirks)("%s %s: the source says so", (client, _does, _answer, where) => {
  const words = (client ?? "")
    .split(/[ ,]+/)
    .filter((word) => /^[A-Z]|^edk2|^gPXE|^iPXE|client|shim|dhclient/.test(word));
  const texts = [...(where ?? "").matchAll(/\]\(([^)]+)\)/g)].map(([, file = ""]) =>
    readFileSync(new URL(file, page), "utf8").toLowerCase(),
  );
  expect(texts.length).toBeGreaterThan(0);
  expect(words.length).toBeGreaterThan(0);
  for (const text of texts)
    expect(words.some((word) => text.includes(word.toLowerCase().replace(/s$/, "")))).toBe(true);
});

test("there are quirks", () => {
  expect(quirks.length).toBeGreaterThan(30);
});
