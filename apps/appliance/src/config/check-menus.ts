import { menuOptions } from "@bootlace/proxy-dhcp";
import { builtinCheck } from "../catalogue/boot-check.ts";
import { checkName } from "./boot-values.ts";
import type { PlacedProblem } from "./explain.ts";
import { isMapping, listOf, type Mapping } from "./mapping.ts";
import { type MenuItemLike, menuFrom } from "./menu.ts";

/** edk2 shows no more lines than these (UefiPxeBcDxe, PXEBC_MENU_MAX_NUM). */
const mostItems = 24;

/** Faults of the menus: lines that do nothing or contradict themselves, and menus that no reply can carry. */
export function checkMenus(value: Mapping): PlacedProblem[] {
  if (!isMapping(value.menus)) return [];
  return Object.entries(value.menus).flatMap(([name, menu]): PlacedProblem[] => {
    const wrongName = checkName(name);
    const problems: PlacedProblem[] =
      wrongName === undefined ? [] : [{ ...wrongName, path: ["menus", name], at: "key" }];
    if (!isMapping(menu) || !Array.isArray(menu.items)) return problems;
    const path = ["menus", name, "items"];
    if (menu.items.length === 0) return [...problems, unusable("the menu has no lines", path)];
    if (menu.items.length > mostItems) {
      problems.push(unusable(`the menu has ${menu.items.length} lines, but firmware shows at most ${mostItems}`, path));
    }
    const ofItems = menu.items.flatMap((item: unknown, at) =>
      isMapping(item) ? checkItem(item, [...path, at], menu.items as unknown[]) : [],
    );
    problems.push(...ofItems);
    return problems.length > 0 || fits(menu) ? problems : [...problems, unusable(tooLong, path)];
  });
}

const tooLong = "the menu does not fit into one reply: its texts and servers take more than 255 bytes";

function unusable(problem: string, path: readonly PropertyKey[]): PlacedProblem {
  return { code: "E035", problem, allowed: "Allowed: 1 to 24 lines, about 200 characters in all", path, at: "value" };
}

function checkItem(item: Mapping, path: readonly PropertyKey[], items: readonly unknown[]): PlacedProblem[] {
  const problem = problemOf(item);
  const at: PlacedProblem[] =
    problem === undefined
      ? []
      : [
          {
            code: "E035",
            problem,
            allowed: "Set file, local: true, or servers and type",
            path,
            at: "value",
          },
        ];
  const { type } = item;
  if (typeof type !== "number") return at;
  const first = items.findIndex((other) => isMapping(other) && other.type === type);
  if (items[first] === item) return at;
  const twice = `line ${first + 1} has type ${type} too`;
  return [
    ...at,
    { code: "E035", problem: twice, allowed: "Give each line its own type", path: [...path, "type"], at: "value" },
  ];
}

function problemOf(item: Mapping): string | undefined {
  const does = [
    ...(item.file === undefined ? [] : ["file"]),
    ...(item.local === true ? ["local"] : []),
    ...(item.servers === undefined ? [] : ["servers"]),
  ];
  if (does.length === 0) return "the line does nothing";
  if (does.length > 1) return `the line sets both ${does.join(" and ")}`;
  if (item.server !== undefined && item.file === undefined) return "the line sets a server, but no file";
  if (item.server !== undefined && item.file === builtinCheck) return "another server cannot serve the boot check";
  if (item.local === true && item.type !== undefined) return "local boot has a fixed type";
  if (item.servers !== undefined && item.type === undefined) return "the line sets boot servers, but no type";
  return undefined;
}

function fits(menu: Mapping): boolean {
  const { prompt, timeout } = menu;
  const items = listOf(menu.items).flatMap((item): MenuItemLike[] => {
    if (!isMapping(item) || typeof item.text !== "string") return [];
    const { servers, ...rest } = item;
    const addresses = listOf(servers).filter((address) => typeof address === "string");
    return [{ ...rest, ...(servers === undefined ? {} : { servers: addresses }) } as unknown as MenuItemLike];
  });
  const text = typeof prompt === "string" ? prompt : "";
  const built = menuFrom({ prompt: text, timeout: typeof timeout === "number" ? timeout : 0, items }, builtinCheck);
  return menuOptions(built, "192.0.2.1") !== undefined;
}
