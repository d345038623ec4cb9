import { architectures, quote } from "@bootlace/dhcp-core";
import { exitCodes } from "../os/exit-codes.ts";
import type { Command, OptionRow } from "./command.ts";
import { knownImages } from "./known-images.ts";
import { knownMachines } from "./known-machines.ts";

const shells = { bash, zsh, fish } as const;

/** The command that prints completions for all commands of a table. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "Print a shell completion script",
    positionals: [
      {
        name: "SHELL",
        description: `${Object.keys(shells).join(", ")}. Or machines, images: their names, for those scripts`,
      },
    ],
    options: [],
    examples: [
      ["source <(bootlace completion bash)", "complete in this shell"],
      ["bootlace completion fish > ~/.config/fish/completions/bootlace.fish", "complete in every new shell"],
    ],
    async run({ positionals }, surroundings) {
      const { out, err } = surroundings;
      const [name] = positionals;
      if (name === "machines") {
        out((await knownMachines(surroundings)).map((word) => `${word}\n`).join(""));
        return exitCodes.ok;
      }
      if (name === "images") {
        out((await knownImages(surroundings)).map((word) => `${word}\n`).join(""));
        return exitCodes.ok;
      }
      const known = Object.keys(shells).join(", ");
      if (name === undefined) {
        err(`bootlace completion: SHELL is missing; one of ${known}\n`);
        return exitCodes.usage;
      }
      const make = Object.hasOwn(shells, name) ? shells[name as keyof typeof shells] : undefined;
      if (make === undefined) {
        err(`bootlace completion: ${quote(name)} is not one of ${known}\n`);
        return exitCodes.usage;
      }
      out(make(commands()));
      return exitCodes.ok;
    },
  };
}

const help: OptionRow = { name: "help", short: "h", description: "Show this help." };

function optionsOf({ options }: Command): readonly OptionRow[] {
  return [...options, help];
}

/** Summaries and descriptions are plain text, but quoted for the shell all the same. */
function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a value can be: known words, network interfaces, machines, disc images, files, or anything. */
type Values = { readonly words: readonly string[] } | "interfaces" | "machines" | "images" | "files" | "anything";

function valuesOf({ name, value = "" }: OptionRow): Values {
  if (name === "arch") return { words: architectures.map((row) => row.name) };
  if (name === "interface" || name === "on") return "interfaces";
  if (name === "mac") return "machines";
  if (name === "image") return "images";
  return value === "FILE" || value === "DIR" ? "files" : "anything";
}

/** Whether a positional argument can be a file. */
function takesFiles({ name, positionals = [] }: Command): boolean {
  return name === "import" || positionals.some((word) => /(^|\|)(FILE|DIR)$/.test(word.name));
}

const machinesKnown = "$(bootlace completion machines 2>/dev/null)";
const imagesKnown = "$(bootlace completion images 2>/dev/null)";
const interfacesHere = "$(ls /sys/class/net 2>/dev/null)";

/** Whether a word that is no option is a machine. */
function takesMachine({ positionals = [] }: Command): boolean {
  return positionals.some(({ name }) => name === "MAC|NAME");
}

/** Whether the second word that is no option is a disc image. */
function takesImage({ name }: Command): boolean {
  return name === "images";
}

/** bash(1), "Programmable Completion". Where COMPREPLY stays empty, readline completes files. */
function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const afterOption = commands.flatMap((command) =>
    command.options
      .filter(({ value }) => value !== undefined)
      .map((option) => {
        const letter = option.short === undefined ? "" : `|${command.name}:-${option.short}`;
        return `    ${command.name}:--${option.name}${letter}) ${bashValues(valuesOf(option))} ;;`;
      }),
  );
  const cases = commands.map((command) => {
    const options = optionsOf(command).map(({ name }) => `--${name}`);
    const words = choicesOf(command);
    const files = takesFiles(command) ? " files=yes" : "";
    const choices = takesMachine(command) ? `"${machinesKnown}"` : inQuotes(words.join(" "));
    const further = takesImage(command) ? ` further="${imagesKnown}"` : "";
    return `    ${command.name}) options=${inQuotes(options.join(" "))} words=${choices}${files}${further} ;;`;
  });
  return `# bash completion for bootlace
_bootlace() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} options= words= files= further=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${inQuotes(`${names} --help --version`)} -- "$current"))
    return
  fi
  # --name=value is three words here.
  if [ "$current" = = ]; then current=
  elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case \${COMP_WORDS[1]}:$before in
${afterOption.join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    help) words=${inQuotes(names)} ;;
  esac
  # After the first word of a command come files.
  [ "$COMP_CWORD" -eq 2 ] || words=$further
  case $current in
    -*) words=$options ;;
    *) [ -n "$words$files" ] || words=$options ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -z "$files" ] || [[ $current = -* ]]; then compopt +o default 2>/dev/null; fi
}
complete -o default -F _bootlace bootlace
`;
}

function bashValues(values: Values): string {
  if (values === "files") return "return";
  if (values === "anything") return "compopt +o default 2>/dev/null; return";
  const words =
    typeof values === "string"
      ? `"${{ machines: machinesKnown, images: imagesKnown, interfaces: interfacesHere }[values]}"`
      : inQuotes(values.words.join(" "));
  return `COMPREPLY=($(compgen -W ${words} -- "$current")); compopt +o default 2>/dev/null; return`;
}

/** Known values of a positional argument. */
function choicesOf({ name }: Command): readonly string[] {
  if (name === "completion") return Object.keys(shells);
  if (name === "images") return ["show", "check"];
  return name === "import" ? ["dnsmasq"] : [];
}

/** zshcompsys(1). */
function zsh(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    ${inQuotes(`${name}:${summary.replaceAll(":", "\\:")}`)}`);
  const cases = commands.map((command) => {
    const specs = optionsOf(command).map(zshOption);
    const choices = choicesOf(command);
    const machines = takesMachine(command) ? `'*:machine:${zshMachines}'` : "'*:file:_files'";
    const many = takesImage(command)
      ? `'1: :(${choices.join(" ")})' '2:image:${zshImages}'`
      : `'*:: :(${choices.join(" ")})'`;
    const rest = choices.length > 0 ? many : machines;
    return `    ${command.name}) _arguments ${[...specs, rest].join(" \\\n      ")} ;;`;
  });
  return `#compdef bootlace
_bootlace() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
    help) _describe command commands ;;
  esac
}
compdef _bootlace bootlace
`;
}

function zshOption(option: OptionRow): string {
  const { name, value, many, description } = option;
  const text = description.replaceAll(/[[\]:\\]/g, "\\$&");
  const argument = value === undefined ? "" : `:${value}:${zshValues(valuesOf(option))}`;
  return inQuotes(`${many ? "*" : ""}--${name}${value === undefined ? "" : "="}[${text}]${argument}`);
}

function zshValues(values: Values): string {
  if (values === "files") return "_files";
  if (values === "interfaces") return "_net_interfaces";
  if (values === "machines") return zshMachines;
  if (values === "images") return zshImages;
  return values === "anything" ? "" : `(${values.words.join(" ")})`;
}

const zshImages = `{compadd -- \${(f)"$(bootlace completion images 2>/dev/null)"}; _files}`;
const zshMachines = `{compadd -- \${(f)"$(bootlace completion machines 2>/dev/null)"}}`;

/** fish-completions(7). */
function fish(commands: readonly Command[]): string {
  const lines = ["# fish completion for bootlace"];
  for (const { name, summary } of commands) {
    lines.push(`complete -c bootlace -n __fish_use_subcommand -f -a ${name} -d ${inQuotes(summary)}`);
  }
  for (const command of commands) {
    const when = inQuotes(`__fish_seen_subcommand_from ${command.name}`);
    for (const option of optionsOf(command)) {
      const { name, short, value, description } = option;
      const letter = short === undefined ? "" : ` -s ${short}`;
      lines.push(
        `complete -c bootlace -n ${when} -l ${name}${letter}${value === undefined ? "" : fishValues(valuesOf(option))} -d ${inQuotes(description)}`,
      );
    }
    if (takesMachine(command)) lines.push(`complete -c bootlace -n ${when} -f -a '(bootlace completion machines)'`);
    if (takesImage(command)) lines.push(`complete -c bootlace -n ${when} -a '(bootlace completion images)'`);
    for (const choice of choicesOf(command)) lines.push(`complete -c bootlace -n ${when} -f -a ${choice}`);
  }
  return `${lines.join("\n")}\n`;
}

function fishValues(values: Values): string {
  if (values === "files") return " -r";
  if (values === "anything") return " -x";
  if (values === "machines" || values === "images") return ` -x -a '(bootlace completion ${values})'`;
  return ` -x -a ${values === "interfaces" ? "'(ls /sys/class/net)'" : inQuotes(values.words.join(" "))}`;
}
