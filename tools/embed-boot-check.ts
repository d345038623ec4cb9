/** Writes the built programs of the boot check into the appliance as text, so that one bundled file can hold them. */
import { readFileSync, writeFileSync } from "node:fs";

const built = new URL("../boot-check/built/", import.meta.url);
const module = new URL("../apps/appliance/src/boot-files/boot-check/images.ts", import.meta.url);

const names = readFileSync(new URL("SHA256SUMS", built), "utf8")
  .split("\n")
  .flatMap((line) => line.split("  ")[1] ?? []);
const rows = names.map((name) => {
  const key = name.slice(0, name.lastIndexOf("."));
  return `  "${key}":\n    "${readFileSync(new URL(name, built)).toString("base64")}",\n`;
});
writeFileSync(
  module,
  `/** Made by \`npm run boot-check\` from boot-check/built; base64. */\nexport const images = {\n${rows.join("")}} as const;\n`,
);
