/** The one way from a request to its recorded result: build the op, propose it, read what apply decided. */
import type { ChatError } from "./errors.ts";
import { formatCursor } from "./cursor.ts";
import { encodeOp, keyOf, type Op, type OpBody, type OpResult } from "./op.ts";
import type { Clock, Position, Proposer } from "./ports.ts";
import type { Queries } from "./queries.ts";
import { failedOutcome, failedWith } from "./sentences.ts";
import type { Seq } from "../election/view.ts";

/** What the service stands on. */
export interface ChatDeps {
  readonly proposer: Proposer;
  readonly position: Position;
  readonly clock: Clock;
  /** The state of this replica; another object after a snapshot was switched in. */
  readonly queries: () => Queries;
}

export type Written =
  | {
      readonly ok: true;
      readonly result: OpResult;
      readonly seq: Seq;
      readonly cursor: string;
    }
  | { readonly ok: false; readonly error: ChatError };

export class Writer {
  readonly #deps: ChatDeps;
  #newestMicros = 0;

  constructor(deps: ChatDeps) {
    this.#deps = deps;
  }

  /** Proposes one op and waits until it is applied here; refusals of the rules come back as errors. */
  async write(user: string, clientId: string, body: OpBody): Promise<Written> {
    const op: Op = { user, clientId, timeMicros: this.#timeMicros(), origin: null, recovered: false, body };
    const outcome = await this.#deps.proposer.propose(keyOf(op), encodeOp(op));
    if (outcome.kind !== "applied") return failedOutcome(outcome);
    const { result } = outcome;
    if (result.error !== "") return failedWith(result.error);
    return { ok: true, result, seq: outcome.seq, cursor: this.#cursorAt(outcome.seq) };
  }

  /** The hybrid clock: never behind an op that this replica has applied or proposed. */
  #timeMicros(): number {
    const wall = Math.floor(this.#deps.clock.nowMicros());
    this.#newestMicros = Math.max(wall, this.#deps.queries().newestMicros() + 1, this.#newestMicros + 1);
    return this.#newestMicros;
  }

  #cursorAt(seq: Seq): string {
    const { position } = this.#deps;
    return formatCursor(position.viewNoAt(seq) ?? position.applied().viewNo, seq);
  }
}
