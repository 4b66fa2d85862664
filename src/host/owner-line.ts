/** What whoever starts replicas is told while nobody has an account: how the owner makes the first one. */

/**
 * One line. The link stands in it only if a person reads it at a terminal (`isTerminal`): a log may have more readers
 * than the cluster key. Others are told the command that prints it.
 */
export function ownerLine(link: string, command: string, isTerminal: boolean): string {
  return isTerminal
    ? `nobody has an account yet; open this link to make the first one, which owns the chat: ${link}`
    : `nobody has an account yet; the first one, which owns the chat, needs a link: ${command}`;
}
