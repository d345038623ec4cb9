import { quote } from "@bootlace/dhcp-core";
import type { Command, OptionRow } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

const shells = { bash, zsh, fish } as const;

/** The command that prints completions for all commands of a table. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "Print a script by which a shell completes command lines",
    positionals: [{ name: "SHELL", description: Object.keys(shells).join(", ") }],
    options: [],
    examples: [
      ["source <(bootlace completion bash)", "for this shell"],
      ["bootlace completion fish > ~/.config/fish/completions/bootlace.fish", "for every shell to come"],
    ],
    async run({ positionals }, { out, err }) {
      const [name] = positionals;
      const known = Object.keys(shells).join(", ");
      if (name === undefined) {
        err(`bootlace completion: which shell? One of ${known}\n`);
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

/** First words of a summary or description are plain text, and still quoted for the shell. */
function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** bash(1), "Programmable Completion". Files are completed wherever no option is. */
function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map((command) => {
    const words = optionsOf(command).map(({ name }) => `--${name}`);
    return `    ${command.name}) words=${inQuotes([...words, ...choicesOf(command)].join(" "))} ;;`;
  });
  return `# bash completion for bootlace
_bootlace() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${inQuotes(`${names} --help --version`)} -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    help) words=${inQuotes(names)} ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _bootlace bootlace
`;
}

/** Words that a positional argument can be. */
function choicesOf({ name }: Command): readonly string[] {
  if (name === "completion") return Object.keys(shells);
  return name === "import" ? ["dnsmasq"] : [];
}

/** zshcompsys(1). */
function zsh(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    ${inQuotes(`${name}:${summary.replaceAll(":", "\\:")}`)}`);
  const cases = commands.map((command) => {
    const specs = optionsOf(command).map(zshOption);
    const choices = choicesOf(command);
    const rest = choices.length > 0 ? `'*:: :(${choices.join(" ")})'` : "'*:file:_files'";
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

function zshOption({ name, value, many, description }: OptionRow): string {
  const text = description.replaceAll(/[[\]:\\]/g, "\\$&");
  const argument = value === undefined ? "" : `:${value}:_files`;
  return inQuotes(`${many ? "*" : ""}--${name}${value === undefined ? "" : "="}[${text}]${argument}`);
}

/** fish-completions(7). */
function fish(commands: readonly Command[]): string {
  const lines = ["# fish completion for bootlace"];
  for (const { name, summary } of commands) {
    lines.push(`complete -c bootlace -n __fish_use_subcommand -f -a ${name} -d ${inQuotes(summary)}`);
  }
  for (const command of commands) {
    const when = inQuotes(`__fish_seen_subcommand_from ${command.name}`);
    for (const { name, short, value, description } of optionsOf(command)) {
      const letter = short === undefined ? "" : ` -s ${short}`;
      lines.push(
        `complete -c bootlace -n ${when} -l ${name}${letter}${value === undefined ? "" : " -r"} -d ${inQuotes(description)}`,
      );
    }
    for (const choice of choicesOf(command)) lines.push(`complete -c bootlace -n ${when} -f -a ${choice}`);
  }
  return `${lines.join("\n")}\n`;
}
