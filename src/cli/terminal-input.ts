/** What a person types, or a script pipes, into a command: a password, a name, a text. */
import { createInterface } from "node:readline";

/** Bytes of stdin that are read at most. No message and no password is as long. */
const BYTES_MAX = 64 * 1024;

/** Where a command reads from; tests give their own. */
export interface Input {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
}

/** Everything on stdin without the last line break; null if it is longer than 64 KiB. */
export async function readAll(input: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

/** Asks for a line at the terminal. Null if the person gave up (Ctrl-C, Ctrl-D). */
export function askLine(question: string): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(null));
    lines.question(question, (answer) => {
      resolve(answer.trim());
      lines.close();
    });
  });
}

/** Asks for a secret at the terminal, and shows nothing of it. Null if the person gave up (Ctrl-C, Ctrl-D). */
export function askSecret(question: string, input: Input, show: (text: string) => void): Promise<string | null> {
  show(question);
  input.setRawMode?.(true);
  return new Promise((resolve) => {
    const typed: string[] = [];
    const decoder = new TextDecoder();
    const end = (answer: string | null): void => {
      input.off("data", onData);
      input.setRawMode?.(false);
      input.pause();
      show("\n");
      resolve(answer);
    };
    const onData = (bytes: Buffer): void => {
      for (const letter of decoder.decode(bytes, { stream: true })) {
        if (letter === "\r" || letter === "\n") return end(typed.join(""));
        if (letter === "\u0003" || (letter === "\u0004" && typed.length === 0)) return end(null);
        if (letter === "\u007f" || letter === "\b") typed.pop();
        else if (letter === "\u0015") typed.length = 0;
        else if (letter >= " " && typed.length < BYTES_MAX) typed.push(letter);
      }
    };
    input.on("data", onData);
    input.resume();
  });
}
