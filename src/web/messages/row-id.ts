/** DOM id of a message's row. */
export function rowId(messageId: string): string {
  return `m-${messageId}`;
}
