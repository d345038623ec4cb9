import { expect, it } from "vitest";
import { entryIds, imageIds } from "../src/images/image-ids.ts";

it.each([
  ["debian-live-12.5.0-amd64-standard.iso", "debian-live-12.5.0-amd64-standard"],
  ["Fedora Workstation (42).iso", "Fedora-Workstation-42"],
  ["Übung+1.iso", "Ubung-1"],
  ["..iso", "image"],
  ["日本.iso", "image"],
  ["a/b\\c%2f.iso", "a-b-c-2f"],
  ["menu.iso", "menu-2"],
  [`${"x".repeat(300)}.iso`, "x".repeat(100)],
])("%j is %j", (name, id) => {
  expect(imageIds([name])).toEqual([id]);
});

it("keeps names apart that differ in case or in what was replaced, and the first keeps its own", () => {
  expect(imageIds(["a b.iso", "A-B.iso", "a-b.img", "a-b-2.iso"])).toEqual(["a-b", "A-B-2", "a-b-3", "a-b-2-2"]);
});

it("names entries in lower case", () => {
  expect(entryIds(["Live system (amd64)", "live system amd64", "…", ""])).toEqual([
    "live-system-amd64",
    "live-system-amd64-2",
    "entry",
    "entry-2",
  ]);
});
