import { quote } from "@bootlace/dhcp-core";
import { readImageChoice } from "../catalogue/images.ts";
import { unknownName } from "./check-rules.ts";
import type { PlacedProblem } from "./explain.ts";
import { isMapping, listOf, type Mapping } from "./mapping.ts";

/** Faults of the settings of disc images: names that no image can have, and machines that are not defined. */
export function checkImages(value: Mapping): PlacedProblem[] {
  const { images } = value;
  if (!isMapping(images) || !isMapping(images.settings)) return [];
  return Object.entries(images.settings).flatMap(([name, settings]): PlacedProblem[] => {
    const choice = readImageChoice(name);
    const problems: PlacedProblem[] = [];
    if (choice === undefined || choice.entry !== undefined) {
      problems.push({
        code: "E028",
        problem: `${quote(name)} is not the name of a disc image`,
        allowed: "Allowed: a name as `bootlace images` prints it",
        path: ["images", "settings", name],
        at: "key",
      });
    }
    const when = isMapping(settings) && isMapping(settings.when) ? settings.when : {};
    for (const [at, host] of listOf(when.host).entries()) {
      const path = ["images", "settings", name, "when", "host", ...(Array.isArray(when.host) ? [at] : [])];
      problems.push(...unknownName(host, "hosts", value, path));
    }
    return problems;
  });
}
