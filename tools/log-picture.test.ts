import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { firstBootPicture } from "./log-picture.ts";

test("the picture of the README is made of the recorded log: node tools/log-picture.ts", () => {
  const picture = readFileSync(new URL("../docs/images/first-boot.svg", import.meta.url), "utf8");
  expect(picture).toBe(firstBootPicture());
});
