import { families } from "@bootlace/boot-image";
import { expect, test } from "vitest";
import { imagesPage, shownBy, systemsTable } from "./helpers/doc-images.ts";

test("docs/how-to/images.md has every system that is recognised, and claims no more than the lab has shown", () => {
  const { table, right } = imagesPage();
  // To write it: node --conditions=source apps/appliance/test/helpers/doc-images.ts
  expect(table).toBe(right);
});

test("a row of docs/matrix.md shows a system, its layout or an imitation, and nothing if it shows that it cannot", () => {
  const shown = shownBy(`
| \`images-debian-bios\` | SeaBIOS | Debian live: kernel and initrd → login | \`login:\` | 50 |
| \`images-modules-uefi\` | OVMF | x | **Cannot**: its initrd |  |
| \`images-void-bios\` | SeaBIOS | layout of Void Linux: kernel and initrd → login | \`login:\` | 50 |
| \`images-casper-uefi\` | OVMF | Ubuntu, imitated: kernel and initrd → its root | \`url\` | 50 |
| \`bios-alpine\` | SeaBIOS | x | \`y\` | 50 |
`);
  const lines = systemsTable(shown).split("\n").slice(2);
  expect(lines).toHaveLength(families.length);
  const rows = new Map(families.map(({ id }, index) => [id, lines[index] ?? ""]));
  expect(rows.get("debian-live")).toMatch(/\| its root file \+ 1 GB \| boots in the lab \|$/);
  expect(rows.get("debian-live-modules")).toMatch(/\| by the book, not tried here \|$/);
  expect(rows.get("void")).toMatch(/\| its layout boots in the lab, with real code \|$/);
  expect(rows.get("casper")).toMatch(/\| the image × 2 \+ 512 MB \| imitated in the lab; fetches the whole image/);
  expect(rows.get("alpine")).toMatch(/\| by the book, not tried here \|$/);
  expect(rows.get("nixos")).toMatch(/\| not over the network \| {2}\| cannot, because its initrd /);
});
