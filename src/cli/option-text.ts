/** The option table as text: --help and docs/options.md. */
import { COMMANDS, type Command } from "./commands.ts";
import { OPTION_NAMES, OPTIONS, type OptionName } from "./options.ts";
import { variableOf } from "./invocation.ts";

/** How each command is used, and what it does. */
export const SUMMARIES: Record<Command, { usage: string; text: string }> = {
  replica: {
    usage: "lastword",
    text: "One replica: takes the first free id of the three on this host; run it three times.",
  },
  up: { usage: "lastword up", text: "All three in one terminal; Ctrl-C stops them, and so does closing the terminal." },
  down: { usage: "lastword down", text: "Stops every replica in the data folder." },
  status: {
    usage: "lastword status",
    text: "Which replicas are up, and which one leads; exit code 0 if writes are possible, otherwise 1.",
  },
  enable: {
    usage: "lastword enable",
    text: "After an upgrade: enables the new format without a replica that is gone for good.",
  },
  user: {
    usage: "lastword user",
    text: "Who has an account (user list), what somebody may do (user role NAME guest|member|admin|owner), a link for a new password (user reset NAME), and who may log in (user deactivate|reactivate NAME).",
  },
  invite: {
    usage: "lastword invite",
    text: "Makes a link by which people create accounts.",
  },
  chaos: {
    usage: "lastword chaos",
    text: "Kills, pauses and cuts off replicas under load, then checks every promise.",
  },
  login: { usage: "lastword login [NAME]", text: "Logs you in from this terminal, for the commands below." },
  logout: { usage: "lastword logout", text: "Ends that login." },
  client: { usage: "lastword client [WHERE]", text: "Chat in the terminal; WHERE is a person's name or '#room'." },
  send: { usage: "lastword send --to WHERE [TEXT]", text: "Sends one message; without TEXT, what stdin says." },
  read: { usage: "lastword read WHERE", text: "Shows messages; with --follow also those to come." },
  search: {
    usage: "lastword search QUERY",
    text: "Messages with these words, the newest first; also from:NAME, in:#ROOM, before:DAY and more.",
  },
  rooms: { usage: "lastword rooms", text: "The rooms that you can see; a star marks yours." },
  people: { usage: "lastword people ['#ROOM']", text: "Everybody who has an account, or the people of a room." },
  join: { usage: "lastword join '#ROOM'", text: "Joins a public room." },
  leave: { usage: "lastword leave '#ROOM'", text: "Leaves a room." },
  profile: {
    usage: "lastword profile",
    text: "What others see of you; with options it changes that, such as --status 'at lunch' --until 1h.",
  },
  demo: {
    usage: "lastword demo",
    text: "Shows it: three replicas, a team that writes, a page to kill replicas from; Ctrl-C removes all.",
  },
  completion: {
    usage: "lastword completion SHELL",
    text: "Prints a script with which bash, zsh or fish completes all this.",
  },
};

/** Columns of the usages in the overview: the longest, and two. */
const USAGE_COLUMNS = Math.max(...Object.values(SUMMARIES).map(({ usage }) => usage.length)) + 2;

function optionsOf(command: Command): OptionName[] {
  return OPTION_NAMES.filter((name) => (OPTIONS[name].commands as readonly Command[]).includes(command));
}

function heading(name: OptionName): string {
  const placeholder = OPTIONS[name].placeholder;
  return placeholder === null ? `--${name}` : `--${name} ${placeholder}`;
}

/** The text of --help: for `replica` an overview of all commands, otherwise for one command. */
export function helpText(command: Command): string {
  const lines: string[] = [];
  if (command === "replica") {
    lines.push("Lastword: a chat that keeps working while one copy of it is alive.", "");
    const row = (usage: string, text: string): number => lines.push(`  ${usage.padEnd(USAGE_COLUMNS)}${text}`);
    for (const word of COMMANDS) row(SUMMARIES[word].usage, SUMMARIES[word].text);
    row("lastword version", "Version, commit and format of the data.");
    row("lastword help", "This text; lastword help COMMAND for one command.");
    lines.push("");
    lines.push("Options of a replica (lastword help COMMAND for the others):");
  } else {
    lines.push(`${SUMMARIES[command].usage}: ${SUMMARIES[command].text}`, "");
  }
  for (const name of optionsOf(command)) {
    lines.push(`  ${heading(name)}`, `      ${OPTIONS[name].text} Default: ${OPTIONS[name].shown}.`);
  }
  lines.push("", "Each option can also be set in the environment: LASTWORD_DATA for --data.", "");
  return lines.join("\n");
}

/** The text of docs/options.md. A test compares it with the file. */
export function optionsDocument(): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const rows = OPTION_NAMES.map((name) => {
    const { shown, text, commands } = OPTIONS[name];
    const words = commands.map((command) => (command === "replica" ? "(none)" : command)).join(", ");
    return `| \`${cell(heading(name))}\` | ${cell(shown)} | \`${variableOf(name)}\` | ${words} | ${cell(text)} |`;
  });
  return [
    "# Options",
    "",
    "Made from the table in `src/cli/options.ts` by `bun tests/support/write-docs.ts`; do not edit.",
    "A flag wins over the environment, the environment over the default.",
    "",
    "| option | default | environment | commands | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
