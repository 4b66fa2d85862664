/** Arbitraries of which random ops consist: few people, ids and texts, so that repeats, clashes and misses are common. */
import fc from "fast-check";
import { messageId, threadIdOf, userIdFor } from "../../src/chat/ids.ts";
import { POISON, uuid } from "./chat-log.ts";

/** Who has an account. */
export const NAMES = ["anna", "ben", "eve"];

const CLIENT_IDS = 12;

/** Few users and few ids, so that repeats, clashes and misses are common. Half of the ids are of three moments. */
export const clientId = fc.nat(CLIENT_IDS - 1).map((n) => (n % 2 === 0 ? uuid(n) : uuid7(n)));

function uuid7(n: number): string {
  return uuid(n)
    .replace("-4000-", "-7000-")
    .replace("00000000-000", `00000000-00${n % 3}`);
}

/** An account, or nobody. */
export const user = fc.constantFrom(...NAMES.map((name, n) => userIdFor(name, uuid(n))), userIdFor("nobody", uuid(99)));

/** The id of a message that there may be. */
export const message = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(user, clientId).map(([author, id]) => messageId(author, id)) },
  { weight: 1, arbitrary: fc.constant("nonsense") },
);
/** The thread below it. */
export const thread = message.map(threadIdOf);

/** Somebody or everybody whom a message mentions, as its proposer found. */
export const mention = fc.record({
  user: fc.oneof(user, fc.constant("@room")),
  name: fc.constantFrom("anna", ""),
  silent: fc.boolean(),
});
/** What somebody writes; one of them breaks the rules of the tests. */
export const text = fc.constantFrom("hi", "ho", "", POISON, "😀\ud800");

/** Of which the random ops of one kind are made (tests/kinds/). */
export interface Pieces {
  readonly mention: typeof mention;
  readonly message: typeof message;
  readonly text: typeof text;
  readonly thread: typeof thread;
}
