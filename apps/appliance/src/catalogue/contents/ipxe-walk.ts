import type { FileNeed, LostJump } from "../file-facts.ts";
import { isImageItems } from "../images.ts";
import type { IpxeCommand, IpxeLine } from "./ipxe-words.ts";

/** Commands that fetch a file, and its role. */
export const roles: ReadonlyMap<string, FileNeed["role"]> = new Map([
  ["kernel", "kernel"],
  ["initrd", "initrd"],
  ["module", "image"],
  ["imgfetch", "image"],
  ["imgload", "image"],
  ["imgselect", "image"],
  ["fdt", "image"],
  ["chain", "program"],
  ["boot", "program"],
  ["imgexec", "program"],
  ["shim", "program"],
  ["sanboot", "image"],
  ["sanhook", "image"],
  ["imgverify", "image"],
]);
/** After these nothing follows in the script, unless they fail. */
const ends = new Set([
  "boot",
  "imgexec",
  "chain",
  "sanboot",
  "exit",
  "shell",
  "reboot",
  "poweroff",
  "goto",
  "autoboot",
]);
/** Commands that ask something: what follows behind `&&` does not always. */
export const tests = new Set(["isset", "iseq", "isnum", "cpuid", "ping", "prompt", "login", "present", "ifname"]);
interface Walk {
  /** Lines that are reached whatever happens, as long as nothing fails. */
  readonly certain: ReadonlySet<number>;
  readonly waits: boolean;
  readonly starts?: string;
  readonly local: boolean;
}

/**
 * Follows the script from its beginning as long as only one way leads on.
 * @param filled a text with the settings that the script itself sets
 */
export function walkThrough(lines: ReadonlyMap<number, IpxeLine>, filled: (text: string) => string): Walk {
  const numbers = [...lines.keys()];
  const places = new Map(numbers.map((number, index) => [number, index]));
  const labels = new Map([...lines].flatMap(([number, { label }]) => (label === undefined ? [] : [[label, number]])));
  const certain = new Set<number>();
  let [waits, local, fetched] = [false, false, false];
  let starts: string | undefined;

  /** Where the script goes on behind a line; undefined where that is open. */
  function after(number: number): number | undefined {
    let tested = false;
    for (const { words, after, before } of lines.get(number)?.commands ?? []) {
      const [word = "", ...args] = words;
      if (after === "||") continue;
      if (after === "") tested = false;
      if (tests.has(word)) tested = true;
      const options = filled(args.join(" "));
      if (word === "prompt" || word === "choose") waits ||= !/(--timeout|-t)[= ]\s*[1-9]/.test(options);
      if (word === "choose") starts = /(?:--default|-d)[= ]\s*(\S+)/.exec(options)?.[1];
      if (word === "shell") waits = true;
      const leaves = word === "exit" || (word === "sanboot" && /(--drive|-d)[= ]\s*\S/.test(options));
      if (leaves && !tested) local = !fetched;
      if (word === "chain" && before === "||" && isImageItems(args.at(-1) ?? "")) continue;
      fetched ||= roles.has(word) && !leaves;
      if (ends.has(word)) return tested || word !== "goto" ? undefined : labels.get(args[0] ?? "");
    }
    return numbers[(places.get(number) ?? numbers.length) + 1];
  }

  for (let next = numbers[0]; next !== undefined && !certain.has(next); next = after(next)) certain.add(next);
  // What the menu starts by itself is no certain way, and yet the one without a person.
  const chosen = new Set<number>();
  const first = starts === undefined ? undefined : labels.get(starts);
  for (let next = first; next !== undefined && !chosen.has(next); next = after(next)) chosen.add(next);
  return { certain, waits, local, ...(starts === undefined || starts.includes("$") ? {} : { starts }) };
}

/** iPXE ends the script at a `goto` of a label that is not there (src/image/script.c, `goto_exec`), unless `||` follows. */
export function lostJumpsIn(lines: ReadonlyMap<number, IpxeLine>, certain: ReadonlySet<number>): LostJump[] {
  const labels = new Set([...lines.values()].map(({ label }) => label));
  return [...lines].flatMap(([number, { commands }]) => {
    let guarded = false;
    return commands.flatMap(({ words, after, before, line }): LostJump[] => {
      if (after !== "&&") guarded = after === "||";
      const [word = "", label] = words;
      if (word !== "goto" || label === undefined || label.includes("${") || labels.has(label) || before === "||") {
        guarded ||= tests.has(word);
        return [];
      }
      return [{ label, line, certain: certain.has(number) && !guarded }];
    });
  });
}

/**
 * Whether the script comes back to a line whose file was not there, by a `goto` behind `||`, without a person and
 * without trying anything else that ends it.
 */
export function comesBack(lines: ReadonlyMap<number, IpxeLine>, number: number, command: IpxeCommand): boolean {
  const { commands } = lines.get(number) ?? { commands: [] };
  const [word, label] = commands[commands.indexOf(command) + 1]?.words ?? [];
  if (command.before !== "||" || word !== "goto") return false;
  const numbers = [...lines.keys()];
  const seen = new Set<number>();
  let next = [...lines].find(([, line]) => line.label === label)?.[0];
  while (next !== undefined && !seen.has(next)) {
    if (next === number) return true;
    seen.add(next);
    const { commands: [only, ...others] = [] } = lines.get(next) ?? {};
    const [does = "", to] = only?.words ?? [];
    if (others.length > 0 || (only !== undefined && !passes.has(does))) return false;
    const jump = does === "goto" ? [...lines].find(([, line]) => line.label === to)?.[0] : undefined;
    next = does === "goto" ? jump : numbers[numbers.indexOf(next) + 1];
  }
  return false;
}

/** Commands that fetch nothing, decide nothing and ask nobody. */
const passes = new Set([
  "echo",
  "sleep",
  "goto",
  "imgfree",
  "set",
  "clear",
  "inc",
  "ifclose",
  "ifopen",
  "dhcp",
  "sync",
]);
