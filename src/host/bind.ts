/** Binds a port that an earlier process, or a short connection, may still occupy for a moment. */
import { pause } from "./wait.ts";
import { done, EXIT, failure, type Outcome } from "./exit.ts";
import { printAddress, type Address } from "./address.ts";
import { portOwner } from "./port-owner.ts";
import { systemFailure } from "./system-errors.ts";

/**
 * How long to retry. The ports of the replicas are in Linux's ephemeral range, so an outgoing connection
 * may have one as its local port. Such a connection is usually short, unlike a program that listens.
 */
const RETRY_FOR_MS = 2000;
const RETRY_EVERY_MS = 50;

/** True if the error says that the port is in use. */
export function isInUse(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE" || /EADDRINUSE|address already in use|is port .* in use/i.test(message ?? "");
}

/** The system's code, which grpc-js puts only in the message. */
function bindCode(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : (/\b(E[A-Z]{4,}|EAI_[A-Z]+)\b/.exec(message ?? "")?.[1] ?? "unknown error");
}

/**
 * Calls `bind`, and repeats it for at most 2 s while the port is in use. `option` is the option that sets the address.
 * Fails with a sentence that names the program that has the port, if that is known.
 */
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
