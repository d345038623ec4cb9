import type { BundledPackage } from "./bundled-packages.ts";

const rule = "-".repeat(78);

/** The licences of a bundle in one text: ours first, then those of the libraries. */
export function licensesText(packages: readonly BundledPackage[]): string {
  const ours = packages.find(({ name }) => name === "bootlace");
  if (ours === undefined) throw new Error("bootlace is not in the bundle");
  const others = packages.filter(({ ours }) => !ours);
  const parts = others.map(({ name, version, license, licenseText }) =>
    [rule, `${name} ${version} (${license})`, "", licenseText.replaceAll("\r\n", "\n"), ""].join("\n"),
  );
  const count = `It contains ${others.length} libraries; their licences follow.`;
  return [`Bootlace ${ours.version} (${ours.license})`, "", ours.licenseText, "", count, "", ...parts].join("\n");
}
