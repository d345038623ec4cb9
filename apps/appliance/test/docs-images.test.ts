import { readFileSync } from "node:fs";
import { families } from "@bootlace/boot-image";
import { expect, test } from "vitest";
import { shownFamilies, systemsTable } from "./helpers/doc-images.ts";

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

test("docs/how-to/images.md has every system that is recognised, and claims no more than the lab has shown", () => {
  const [, table] = /<!-- systems begin -->\n([\s\S]*?)\n<!-- systems end -->/.exec(page("how-to/images.md")) ?? [];
  expect(table).toBe(systemsTable(shownFamilies(page("matrix.md"))));
});

test("a system boots in the lab if a row of docs/matrix.md shows it, and not if the row shows that it cannot", () => {
  const rows = [
    "| `images-debian-live-bios` | SeaBIOS | x | `y` | 50 |",
    "| `images-debian-live-modules-uefi` | OVMF | x | `y` | 50 |",
    "| `images-nixos` | OVMF | x | **Cannot**: its initrd |  |",
    "| `bios-casper` | SeaBIOS | x | `y` | 50 |",
  ];
  expect([...shownFamilies(rows.join("\n"))].sort()).toEqual(["debian-live", "debian-live-modules"]);
  const lines = systemsTable(new Set(["debian-live"]))
    .split("\n")
    .slice(2);
  expect(lines).toHaveLength(families.length);
  const states = new Map(families.map(({ id }, index) => [id, lines[index] ?? ""]));
  expect(states.get("debian-live")).toMatch(/\| its root file \+ 1 GB \| boots in the lab \|$/);
  expect(states.get("casper")).toMatch(
    /\| the image × 2 \+ 512 MB \| by the book, not tried here; fetches the whole image/,
  );
  expect(states.get("nixos")).toMatch(/\| not over the network \| {2}\| cannot, because its initrd /);
});
