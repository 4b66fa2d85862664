/** The command words, and the words that stand behind them. */

/** Commands about the replicas of a data folder. */
export const ON_HOST = ["replica", "up", "down", "status", "enable", "user", "invite", "chaos"] as const;
/** Commands of a person who uses the chat from a terminal. */
export const OF_PERSON = [
  "login",
  "logout",
  "client",
  "send",
  "read",
  "search",
  "rooms",
  "people",
  "join",
  "leave",
  "profile",
] as const;
/** The command words. Without one, "replica" runs. */
export const COMMANDS = [...ON_HOST, ...OF_PERSON, "demo", "completion"] as const;
export type Command = (typeof COMMANDS)[number];
/** A command of a person who uses the chat from a terminal. */
export type PersonCommand = (typeof OF_PERSON)[number];
/** The shells that can complete our commands. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** The commands that take words which are no options, and the words that can be completed. */
export const WORDS: Partial<Record<Command, readonly string[]>> = {
  user: ["list", "role"],
  login: [],
  client: [],
  send: [],
  read: [],
  search: [],
  people: [],
  join: [],
  leave: [],
  completion: SHELLS,
};

/** Whether the command is one of a person. */
export function isOfPerson(command: Command): command is PersonCommand {
  return OF_PERSON.some((one) => one === command);
}
