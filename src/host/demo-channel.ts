/**
 * The channel between `lastword demo` and the replicas that it started: how a visitor is logged in, and what a visitor
 * may do to the replicas. It exists only between a process and its children, so no option, variable or request can give
 * it to a replica that runs otherwise.
 */

/** What `lastword demo` tells each of its replicas. */
export interface DemoWelcome {
  /** Part of the address that logs a visitor in. */
  readonly secret: string;
  /** The token of the visitor's login. */
  readonly token: string;
  /** Id of the conversation that the visitor sees first. */
  readonly conversationId: string;
}

/** What a replica of the demo asks for. */
export type DemoOrder =
  | { readonly kind: "hello" }
  | { readonly kind: "kill"; readonly id: number }
  | { readonly kind: "start"; readonly id: number };

/** Reads a message of the channel; null if it is something else. */
function welcomeOf(message: unknown): DemoWelcome | null {
  const { secret, token, conversationId } = (message ?? {}) as Record<string, unknown>;
  if (typeof secret !== "string" || typeof token !== "string" || typeof conversationId !== "string") return null;
  return { secret, token, conversationId };
}

/** Reads a message of the channel; null if it is something else. */
export function orderOf(message: unknown): DemoOrder | null {
  const { kind, id } = (message ?? {}) as Record<string, unknown>;
  if (kind === "hello") return { kind };
  return (kind === "kill" || kind === "start") && Number.isInteger(id) ? { kind, id: id as number } : null;
}

/** A replica's end of the channel. */
export class DemoLink {
  #welcome: DemoWelcome | null = null;

  /** Does nothing unless this process was started with a channel. */
  constructor(channel: Pick<NodeJS.Process, "on" | "send" | "connected">, end: () => void) {
    if (channel.send === undefined) return;
    channel.on("message", (message: unknown) => {
      this.#welcome ??= welcomeOf(message);
    });
    // Nobody else would end the replicas of a demo that was killed.
    channel.on("disconnect", () => {
      if (this.#welcome !== null) end();
    });
    this.#send = (order) => void channel.send?.(order);
    this.#send({ kind: "hello" });
  }

  #send: (order: DemoOrder) => void = () => {};

  /** Null outside a demo, and until the demo is ready. */
  get welcome(): DemoWelcome | null {
    return this.#welcome;
  }

  /** Asks for a replica to be killed or started. Refused outside a demo. */
  order(kind: "kill" | "start", id: number): void {
    if (this.#welcome !== null) this.#send({ kind, id });
  }
}
