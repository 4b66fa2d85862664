/**
 * `lastword completion bash|zsh|fish`: a script with which a shell completes commands, options and their values. It is
 * made from the table of options, so it knows all of them.
 */
import { done, EXIT, failure, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { SUMMARIES } from "./option-text.ts";
import { COMMANDS, SHELLS, WORDS, type Command } from "./commands.ts";
import { OPTION_NAMES, OPTIONS, type OptionName } from "./options.ts";

type Shell = (typeof SHELLS)[number];

/** What a shell offers as the value of an option; null for a switch. */
type Values = { readonly kind: "path" } | { readonly kind: "words"; readonly words: readonly string[] } | null;

/** The commands that are typed: a replica is what runs without one. */
const TYPED = COMMANDS.filter((command) => command !== "replica");

function valuesOf(name: OptionName): Values {
  const spec: { readonly placeholder: string | null; readonly isPath?: boolean } = OPTIONS[name];
  if (spec.placeholder === null) return null;
  if (spec.isPath === true || spec.placeholder === "FOLDER") return { kind: "path" };
  // The lower-case words of a placeholder are values, the others stand for something.
  return { kind: "words", words: spec.placeholder.split("|").filter((word) => /^[a-z]+$/.test(word)) };
}

function optionsOf(command: Command): OptionName[] {
  return OPTION_NAMES.filter((name) => (OPTIONS[name].commands as readonly Command[]).includes(command));
}

/** The first sentence of a text. */
function firstSentence(text: string): string {
  return /^.*?[.;:](?=\s|$)/.exec(text)?.[0].replace(/[.;:]$/, "") ?? text;
}

/** A text as one word of any of the three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}

function bash(): string {
  const byCommand = COMMANDS.map((command) => {
    const flags = [...optionsOf(command).map((name) => `--${name}`), "--help"];
    const words = command === "replica" ? "$commands" : (WORDS[command] ?? []).join(" ");
    return `    ${command}) options="${flags.join(" ")}" words="${words}" ;;`;
  });
  const byOption = OPTION_NAMES.flatMap((name) => {
    const values = valuesOf(name);
    if (values === null) return [];
    const offer = values.kind === "path" ? "files=1" : `words="${values.words.join(" ")}" options=`;
    return [`    --${name}) ${offer} ;;`];
  });
  return [
    "# bash completion for lastword: source it, or put it into ~/.local/share/bash-completion/completions/lastword",
    "_lastword() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command=replica',
    `  local commands="${[...TYPED, "help", "version"].join(" ")}" options words files=`,
    "  # bash takes the = of --option=value for a word of its own.",
    '  if [ "$current" = "=" ]; then current=; elif [ "$previous" = "=" ]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi',
    '  if [ "$COMP_CWORD" -gt 1 ]; then command="${COMP_WORDS[1]}"; fi',
    '  case "$command" in',
    ...byCommand,
    '    help) options= words="$commands" ;;',
    '    -*) command=replica options="$(_lastword_options)" words= ;;',
    "    *) options= words= ;;",
    "  esac",
    '  case "$previous" in',
    ...byOption,
    "  esac",
    "  COMPREPLY=()",
    '  if [ -n "$files" ]; then',
    "    compopt -o filenames 2>/dev/null",
    "    local IFS=$'\\n'",
    '    COMPREPLY=($(compgen -f -- "$current"))',
    "    return",
    "  fi",
    '  case "$current" in -*) words="$options" ;; esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "_lastword_options() {",
    `  echo ${quoted([...optionsOf("replica").map((name) => `--${name}`), "--help", "--version"].join(" "))}`,
    "}",
    "complete -F _lastword lastword",
    "",
  ].join("\n");
}

function zsh(): string {
  // Brackets and colons separate the parts of what _arguments reads.
  const text = (words: string): string => words.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  const option = (name: OptionName): string => {
    const { placeholder } = OPTIONS[name];
    const about = text(firstSentence(OPTIONS[name].text));
    const values = valuesOf(name);
    if (values === null) return quoted(`--${name}[${about}]`);
    const offer = values.kind === "path" ? "_files" : values.words.length > 0 ? `(${values.words.join(" ")})` : " ";
    return quoted(`--${name}=[${about}]:${text(placeholder ?? "")}:${offer}`);
  };
  const byCommand = COMMANDS.map((command) => {
    const lines = optionsOf(command).map((name) => `        ${option(name)}`);
    const known = command === "replica" ? [] : (WORDS[command] ?? []);
    const words = known.length > 0 ? [`        ${quoted(`*:word:(${known.join(" ")})`)}`] : [];
    return [`      ${command})`, "        specs=(", ...lines, ...words, "        ) ;;"].join("\n");
  });
  return [
    "#compdef lastword",
    "# zsh completion for lastword: put it into a folder of $fpath as _lastword, or source it after compinit",
    "_lastword() {",
    "  local -a commands specs",
    "  local command=replica",
    "  commands=(",
    ...TYPED.map((command) => `    ${quoted(`${command}:${text(firstSentence(SUMMARIES[command].text))}`)}`),
    "    'help:Help for one command'",
    "    'version:Version, commit and format of the data'",
    "  )",
    "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then",
    "    _describe command commands",
    "    return",
    "  fi",
    "  if [[ $words[2] != -* ]]; then",
    "    command=$words[2]",
    "    shift words",
    "    (( CURRENT -= 1 ))",
    "  fi",
    "  case $command in",
    ...byCommand,
    "      help) _describe command commands; return ;;",
    "      *) return 1 ;;",
    "  esac",
    "  _arguments $specs '--help[Help for this command]'",
    "}",
    'if [ "$funcstack[1]" = _lastword ]; then _lastword "$@"; else compdef _lastword lastword; fi',
    "",
  ].join("\n");
}

function fish(): string {
  const none = `not __fish_seen_subcommand_from ${TYPED.join(" ")} help version`;
  const lines = [
    "# fish completion for lastword: put it into ~/.config/fish/completions/lastword.fish",
    "complete -c lastword -f",
    ...TYPED.map(
      (command) =>
        `complete -c lastword -n ${quoted(none)} -a ${command} -d ${quoted(firstSentence(SUMMARIES[command].text))}`,
    ),
    `complete -c lastword -n ${quoted(none)} -a help -d 'Help for one command'`,
    `complete -c lastword -n ${quoted(none)} -a version -d 'Version, commit and format of the data'`,
    `complete -c lastword -n '__fish_seen_subcommand_from help' -a ${quoted(TYPED.join(" "))}`,
    "complete -c lastword -l help -d 'Help for this command'",
  ];
  for (const command of TYPED) {
    const words = WORDS[command] ?? [];
    if (words.length === 0) continue;
    lines.push(`complete -c lastword -n '__fish_seen_subcommand_from ${command}' -a ${quoted(words.join(" "))}`);
  }
  for (const name of OPTION_NAMES) {
    const commands = OPTIONS[name].commands as readonly Command[];
    const typed = commands.filter((command) => command !== "replica");
    const conditions = [
      ...(commands.includes("replica") ? [none] : []),
      ...(typed.length > 0 ? [`__fish_seen_subcommand_from ${typed.join(" ")}`] : []),
    ];
    const values = valuesOf(name);
    const offer =
      values === null
        ? ""
        : values.kind === "path"
          ? " -r -F"
          : ` -x${values.words.length > 0 ? ` -a ${quoted(values.words.join(" "))}` : ""}`;
    const about = quoted(firstSentence(OPTIONS[name].text));
    lines.push(`complete -c lastword -n ${quoted(conditions.join("; or "))} -l ${name}${offer} -d ${about}`);
  }
  return `${lines.join("\n")}\n`;
}

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

/** The script for the shell that the only word names. Failures have exit code 2. */
export function completionScript(words: readonly string[]): Outcome<string> {
  const shell = words.length === 1 ? SHELLS.find((known) => known === words[0]) : undefined;
  if (shell !== undefined) return done(SCRIPTS[shell]());
  return failure(EXIT.usage, "completion takes the name of a shell", `give ${PROGRAM} completion ${SHELLS.join("|")}`);
}
