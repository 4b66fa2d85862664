/** The text of a message that is searched: what its author wrote, and the names of its files. */
import { filesOf } from "../chat/files.ts";

/** `files`: as in the row of the message. */
export function searchedText({ body, files }: { readonly body: string; readonly files: string | null }): string {
  return files === null ? body : [body, ...filesOf(files).map(({ name }) => name)].join("\n");
}
