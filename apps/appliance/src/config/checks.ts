import { quote } from "@bootlace/dhcp-core";
import type { PlacedProblem } from "./explain.ts";

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Faults that lie between keys: rules that do nothing or contradict themselves, rules of one name, services on one
 * port. Works on the value as read, so that these faults are told together with those of single values.
 */
export function checkBetweenKeys(value: unknown): PlacedProblem[] {
  if (!isMapping(value)) return [];
  return [...checkRules(value.boot), ...checkPorts(value)];
}

function checkRules(boot: unknown): PlacedProblem[] {
  if (!Array.isArray(boot)) return [];
  const names = new Map<string, number>();
  return boot.flatMap((rule: unknown, index): PlacedProblem[] => {
    if (!isMapping(rule)) return [];
    const problems = checkActions(rule, index);
    const name = rule.name;
    if (typeof name === "string") {
      const earlier = names.get(name);
      if (earlier === undefined) names.set(name, index);
      else {
        const problem = `rule ${earlier + 1} is called ${quote(name)} too`;
        problems.push({
          code: "E032",
          problem,
          allowed: "Give each rule its own name",
          path: ["boot", index, "name"],
          at: "value",
        });
      }
    }
    return problems;
  });
}

function checkActions(rule: Mapping, index: number): PlacedProblem[] {
  const has = (key: string) => rule[key] !== undefined;
  const ignores = rule.ignore === true;
  const problems: PlacedProblem[] = [];
  const contradiction = (key: string, problem: string, allowed: string) =>
    problems.push({ code: "E031", problem, allowed, path: ["boot", index, key], at: "key" });
  if (ignores) {
    for (const key of ["file", "server", "form"].filter(has)) {
      contradiction(key, `the rule ignores its clients, and says ${key} as well`, "Keep one of the two");
    }
  } else if (has("server") && !has("file")) {
    contradiction("server", "the rule names a server and no file", "Add the path of the file on that server as file");
  } else if (!has("file") && !has("form")) {
    problems.push({
      code: "E030",
      problem: "the rule does nothing",
      allowed: "Give it file, form, or ignore: true",
      path: ["boot", index],
      at: "value",
    });
  }
  return problems;
}

const defaultPorts: readonly (readonly [string, string, number])[] = [
  ["dhcp", "port", 67],
  ["dhcp", "pxePort", 4011],
  ["tftp", "port", 69],
];

function checkPorts(value: Mapping): PlacedProblem[] {
  const used = new Map<number, string>();
  const problems: PlacedProblem[] = [];
  for (const [section, key, usual] of defaultPorts) {
    const settings = value[section];
    const mapping: Mapping = isMapping(settings) ? settings : {};
    if (mapping.enabled === false) continue;
    const port = mapping[key] ?? usual;
    if (typeof port !== "number") continue;
    const other = used.get(port);
    if (other === undefined) {
      used.set(port, `${section}.${key}`);
      continue;
    }
    const written = mapping[key] !== undefined;
    const path = written ? [section, key] : other.split(".");
    const problem = `${other} and ${section}.${key} are both ${port}`;
    problems.push({ code: "E033", problem, allowed: "Give each service its own port", path, at: "value" });
  }
  return problems;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
