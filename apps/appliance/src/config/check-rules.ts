import { quote } from "@bootlace/dhcp-core";
import { builtinCheck } from "../catalogue/boot-check.ts";
import { checkName } from "./boot-values.ts";
import type { PlacedProblem } from "./explain.ts";
import { isMapping, listOf, type Mapping } from "./mapping.ts";
import { nearest } from "./nearest.ts";
import { clientIdOf, macPrefix } from "./values.ts";

const actions = ["file", "server", "url", "script", "image", "menu", "form", "root", "delay"] as const;

/** Faults of the rules: those that do nothing, contradict themselves, share a name, or use an undefined name. */
export function checkRules(value: Mapping): PlacedProblem[] {
  if (!Array.isArray(value.boot)) return [];
  const names = new Map<string, number>();
  return value.boot.flatMap((rule: unknown, index): PlacedProblem[] => {
    if (!isMapping(rule)) return [];
    const problems = [...checkActions(rule, index), ...checkReferences(rule, index, value)];
    const name = rule.name;
    if (typeof name !== "string") return problems;
    const earlier = names.get(name);
    if (earlier === undefined) names.set(name, index);
    else {
      const problem = `rule ${earlier + 1} has the name ${quote(name)} too`;
      const path = ["boot", index, "name"];
      problems.push({ code: "E032", problem, allowed: "Give each rule its own name", path, at: "value" });
    }
    return problems;
  });
}

function checkActions(rule: Mapping, index: number): PlacedProblem[] {
  const has = (key: string) => rule[key] !== undefined;
  const problems: PlacedProblem[] = [];
  const contradiction = (key: string, problem: string, allowed: string) =>
    problems.push({ code: "E031", problem, allowed, path: ["boot", index, key], at: "key" });
  if (rule.ignore === true) {
    for (const key of actions.filter(has)) {
      contradiction(key, `the rule ignores its clients, but also sets ${key}`, "Keep one of the two");
    }
    return problems;
  }
  if (has("server") && !has("file") && !has("script")) {
    contradiction("server", "the rule sets a server, but no file", "Set file to the path on that server");
  } else if (!actions.some(has)) {
    problems.push({
      code: "E030",
      problem: "the rule does nothing",
      allowed: "Set file, url, script, image, menu, form, root, delay, or ignore: true",
      path: ["boot", index],
      at: "value",
    });
  }
  if (has("server") && rule.file === builtinCheck) {
    contradiction("server", "Bootlace itself serves the boot check, but the rule sets a server", "Keep one of the two");
  }
  for (const key of ["script", "url", "server"].filter((key) => has("image") && has(key))) {
    contradiction(key, `the rule boots a disc image, but also sets ${key}`, "Keep one of the two");
  }
  if (has("menu") && has("form")) {
    contradiction("form", "a menu determines the form itself", "Keep one of the two");
  }
  return problems;
}

function checkReferences(rule: Mapping, index: number, value: Mapping): PlacedProblem[] {
  const problems: PlacedProblem[] = [];
  const when = isMapping(rule.when) ? rule.when : {};
  for (const [at, host] of listOf(when.host).entries()) {
    const path = ["boot", index, "when", "host", ...(Array.isArray(when.host) ? [at] : [])];
    problems.push(...unknownName(host, "hosts", value, path));
  }
  problems.push(...unknownName(rule.menu, "menus", value, ["boot", index, "menu"]));
  return problems;
}

/** A name that is not defined in its section. */
export function unknownName(
  name: unknown,
  section: "hosts" | "menus",
  value: Mapping,
  path: PropertyKey[],
): PlacedProblem[] {
  if (typeof name !== "string" || name.trim() === "") return [];
  const rows = value[section];
  if (isMapping(rows) && Object.hasOwn(rows, name)) return [];
  const known = isMapping(rows) ? Object.keys(rows) : [];
  const suggestion = nearest(name, known);
  const shown = known.slice(0, 20).map((key) => quote(key));
  return [
    {
      code: "E034",
      problem: `unknown ${section === "hosts" ? "host" : "menu"} ${quote(name)}`,
      allowed: shown.length === 0 ? `No ${section} are defined` : `Known names: ${shown.join(", ")}`,
      ...(suggestion === undefined ? {} : { suggestion: quote(suggestion) }),
      path,
      at: "value",
    },
  ];
}

/** Faults of the hosts: names, hosts without an identifier, identifiers shared by two hosts. */
export function checkHosts(value: Mapping): PlacedProblem[] {
  if (!isMapping(value.hosts)) return [];
  const owners = new Map<string, string>();
  return Object.entries(value.hosts).flatMap(([name, host]): PlacedProblem[] => {
    const wrongName = checkName(name);
    const problems: PlacedProblem[] =
      wrongName === undefined ? [] : [{ ...wrongName, path: ["hosts", name], at: "key" }];
    if (!isMapping(host)) return problems;
    const keys = ["mac", "uuid", "serial", "clientId"] as const;
    if (keys.every((key) => listOf(host[key]).length === 0)) {
      const problem = "nothing identifies this machine";
      problems.push({
        code: "E038",
        problem,
        allowed: "Set mac, uuid, serial or clientId",
        path: ["hosts", name],
        at: "key",
      });
    }
    for (const key of keys) {
      for (const [at, text] of listOf(host[key]).entries()) {
        if (typeof text !== "string") continue;
        const path = ["hosts", name, key, ...(Array.isArray(host[key]) ? [at] : [])];
        problems.push(...checkIdentifier(key, text, name, owners, path));
      }
    }
    return problems;
  });
}

function checkIdentifier(
  key: "mac" | "uuid" | "serial" | "clientId",
  text: string,
  host: string,
  owners: Map<string, string>,
  path: PropertyKey[],
): PlacedProblem[] {
  const same = key === "mac" ? macPrefix(text) : key === "clientId" ? clientIdOf(text) : text.toLowerCase();
  if (same === undefined) return [];
  if (key === "mac" && same.length < 17) {
    const problem = `${quote(text)} is only a prefix of a MAC address`;
    return [{ code: "E022", problem, allowed: "Allowed: all six bytes, such as 52:54:00:12:34:56", path, at: "value" }];
  }
  const owner = owners.get(`${key} ${same}`);
  owners.set(`${key} ${same}`, owner ?? host);
  if (owner === undefined || owner === host) return [];
  const problem = `${quote(owner)} has this ${key} too`;
  return [{ code: "E036", problem, allowed: "Keep it in one of the two", path, at: "value" }];
}
