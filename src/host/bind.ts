/** Binding a port that a predecessor, or a short-lived connection, may still have for a moment. */
import { pause } from "./wait.ts";
import { done, EXIT, failure, type Outcome } from "./exit.ts";
import { printAddress, type Address } from "./address.ts";
import { portOwner } from "./port-owner.ts";
import { systemFailure } from "./system-errors.ts";

/**
 * The ports of the replicas lie in Linux's ephemeral range: some outgoing connection may
 * have one as its near end just now. Such a connection is short; a program that serves is not.
 */
const RETRY_FOR_MS = 2000;
const RETRY_EVERY_MS = 50;

/** True for the system's answers to a port that somebody else has. */
export function isInUse(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE" || /EADDRINUSE|address already in use|is port .* in use/i.test(message ?? "");
}

/** The system's code, also where it stands only in the text (grpc-js). */
function bindCode(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : (/\b(E[A-Z]{4,}|EAI_[A-Z]+)\b/.exec(message ?? "")?.[1] ?? "unknown error");
}

/** Calls `bind` until it succeeds, for at most 2 s while the port is in use. `option` is what would change the address. */
export async function bindPort<T>(
  at: Address,
  bind: () => T | Promise<T>,
  about: { readonly option: string; readonly data: string },
): Promise<Outcome<T>> {
  const end = performance.now() + RETRY_FOR_MS;
  for (;;) {
    try {
      return done(await bind());
    } catch (error) {
      if (!isInUse(error)) {
        return systemFailure(bindCode(error), {
          doing: "port",
          what: `listen on ${printAddress(at)}`,
          change: `choose another address with ${about.option}`,
          exit: EXIT.port,
        });
      }
      if (performance.now() >= end) {
        const owner = portOwner(at.port, about.data);
        return failure(
          EXIT.port,
          `port ${at.port} is in use${owner}`,
          `end that, or choose another with ${about.option}`,
        );
      }
    }
    await pause(RETRY_EVERY_MS);
  }
}
