/** How people name a person or a room in a terminal, and how requests name it. */

/** A person's name, without the @ that people put before it; or `#` and the name of a room. */
export function placeOf(word: string): string {
  return word.replace(/^@/, "");
}

/** A room. The `#` begins a comment in a shell, so it may be left out. */
export function roomOf(word: string): string {
  return word.startsWith("#") ? word : `#${word}`;
}
