/** What iPXE ends with: a kernel with its command line and initrds, or a drive. */
export interface IpxeBoot {
  readonly kernel?: { readonly url: string; readonly words: readonly string[] };
  readonly initrds: readonly { readonly name: string; readonly url: string }[];
  readonly shim?: string;
  readonly drive?: string;
}

export interface IpxeRun {
  /** iPXE's settings: `platform`, `buildarch`. */
  readonly settings: Readonly<Record<string, string>>;
  fetch(url: string): Promise<string>;
  /** What the user chooses of the items of a menu. */
  choose(items: readonly { readonly name: string; readonly text: string }[]): string;
}

const withValue: ReadonlySet<string> = new Set(["--name", "--key", "--timeout", "--default"]);

/** Runs scripts as iPXE does, as far as menus of images need it: the commands of one script line after the other, with labels. */
export async function runIpxe(first: string, { settings, fetch, choose }: IpxeRun): Promise<IpxeBoot> {
  const values = new Map(Object.entries(settings));
  let items: { name: string; text: string }[] = [];
  let boot: { -readonly [Key in keyof IpxeBoot]: IpxeBoot[Key] } = { initrds: [] };
  let done = false;

  const filled = (line: string) =>
    line.replace(/\$\{([^}]*)\}/g, (_, name: string) => values.get(name.replace(/:\w+$/, "")) ?? "");

  async function runScript(url: string, depth = 0): Promise<boolean> {
    if (depth > 8) throw new Error(`a circle of scripts at ${url}`);
    const lines = (await fetch(url)).split("\n");
    if (lines[0] !== "#!ipxe") throw new Error(`no script: ${url}: ${lines[0]}`);
    for (let at = 1, steps = 0; at < lines.length; at++) {
      if (++steps > 1_000) throw new Error(`no end: ${url}`);
      const line = filled(lines[at] ?? "").trim();
      if (line === "" || line.startsWith(":")) continue;
      const ended = await runLine(line, depth, (label) => {
        at = lines.indexOf(`:${label}`);
        if (at === -1) throw new Error(`no label ${label} in ${url}`);
      });
      if (done) return true;
      if (ended !== undefined) return ended;
    }
    return true;
  }

  /** @returns how the script ended, where it did */
  async function runLine(line: string, depth: number, goTo: (label: string) => void): Promise<boolean | undefined> {
    let ok = true;
    const parts = line.split(/ (\|\||&&)(?: |$)/);
    for (let index = 0; index < parts.length; index += 2) {
      if (parts[index - 1] === "||" && ok) continue;
      if (parts[index - 1] === "&&" && !ok) continue;
      const command = (parts[index] ?? "").trim();
      if (command === "") {
        ok = true;
        continue;
      }
      const result = await runCommand(command.split(" "), depth, goTo);
      if (result === "exit" || result === "exit 1") return result === "exit";
      if (done) return true;
      ok = result;
    }
    // A script ends at the first command that fails (script.c).
    return ok ? undefined : false;
  }

  async function runCommand(
    [name = "", ...words]: readonly string[],
    depth: number,
    goTo: (label: string) => void,
  ): Promise<boolean | "exit" | "exit 1"> {
    const plain = words.filter((word, index) => !word.startsWith("--") && !withValue.has(words[index - 1] ?? ""));
    const [one = "", ...others] = plain;
    switch (name) {
      case "set":
        values.set(one, others.join(" "));
        return true;
      case "menu":
        items = [];
        return true;
      case "item":
        if (!words.includes("--gap")) items.push({ name: one, text: plain.slice(1).join(" ") });
        return true;
      case "choose":
        values.set("target", choose(items));
        return true;
      case "iseq":
        return one === others.join(" ");
      case "goto":
        goTo(one);
        return true;
      case "chain":
        return await runScript(one, depth + 1);
      case "imgfree":
        boot = { initrds: [] };
        return true;
      case "kernel":
        boot.kernel = { url: one, words: others };
        return true;
      case "initrd":
        boot.initrds = [...boot.initrds, { name: words[words.indexOf("--name") + 1] ?? "", url: one }];
        return true;
      case "shim":
        boot.shim = one;
        return true;
      case "sanboot":
        boot.drive = one;
        done = true;
        return true;
      case "boot":
        done = true;
        return true;
      case "exit":
        return one === "1" ? "exit 1" : "exit";
      case "echo":
      case "prompt":
        return true;
      default:
        throw new Error(`unknown command: ${name}`);
    }
  }

  await runScript(first);
  return boot;
}
