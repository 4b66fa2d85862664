/** The only way from a request to its result: builds the op, proposes it and returns what apply decided. */
import type { OpResult } from "../applied-op.ts";
import { feature } from "bun:bundle";
import type { ClientId, UserId } from "../ids.ts";
import { failed, type ChatError } from "../errors.ts";
import { formatCursor } from "../cursor.ts";
import { kindOf, type OpBody } from "../kinds/kinds.ts";
import { NEXT_PREFIX } from "../kinds/next.ts";
import { encodeOp, keyOf, type Op } from "../kinds/op.ts";
import type { ChatDeps } from "../ports.ts";
import { failedOutcome, failedWith } from "../sentences.ts";
import { Stamps } from "./stamp.ts";
import type { Seq } from "../../election/view.ts";

/** The result of an op, or the error to answer. */
export type Written =
  | {
      readonly ok: true;
      readonly result: Exclude<OpResult, { kind: "refused" }>;
      readonly seq: Seq;
      readonly cursor: string;
    }
  | { readonly ok: false; readonly error: ChatError };

export class Writer {
  readonly #deps: ChatDeps;
  readonly #stamps: Stamps;

  constructor(deps: ChatDeps) {
    this.#deps = deps;
    this.#stamps = new Stamps(
      () => deps.clock.nowMicros(),
      () => deps.queries().newestMicros(),
    );
  }

  /** Proposes one op and waits until it is applied here. A refusal by its rule is returned as an error. */
  async write(user: UserId, clientId: ClientId, body: OpBody): Promise<Written> {
    if (feature("NEXT") && body.kind === "sendMessage" && body.body.startsWith(NEXT_PREFIX)) {
      const { conversation, body: text } = body;
      return this.#propose(user, clientId, { kind: "next", conversation, body: text } as unknown as OpBody);
    }
    return this.#propose(user, clientId, body);
  }

  async #propose(user: UserId, clientId: ClientId, body: OpBody): Promise<Written> {
    const why = this.#deps.whyNot(kindOf(body).since);
    if (why !== null) return failed("not_enabled", why);
    const op: Op = { user, clientId, timeMicros: this.#stamps.next(), origin: null, recovered: false, body };
    const outcome = await this.#deps.proposer.propose(keyOf(op), encodeOp(op));
    if (outcome.kind !== "applied") return failedOutcome(outcome);
    const { result } = outcome;
    if (result.kind === "refused") return failedWith(outcome.sentAgain === true ? "timed_out" : result.error);
    return { ok: true, result, seq: outcome.seq, cursor: this.#cursorAt(outcome.seq) };
  }

  #cursorAt(seq: Seq): string {
    const { position } = this.#deps;
    return formatCursor(position.viewNoAt(seq) ?? position.applied().viewNo, seq);
  }
}
