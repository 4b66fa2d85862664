/** The failure of a call of lastword.v1.Chat as the one line and the exit code of a command. */
import { EXIT, failure, type Failure } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import type { Lost } from "./follow.ts";

/** What to do about a failure, by its code. */
const TODO: Readonly<Record<string, string>> = {
  not_logged_in: `run ${PROGRAM} login`,
  wrong_password: `run ${PROGRAM} login to try again`,
  unknown_recipient: `look at ${PROGRAM} people and ${PROGRAM} rooms`,
  not_found: `look at ${PROGRAM} people and ${PROGRAM} rooms`,
  invalid: "correct it and try again",
  too_long: "shorten it and try again",
  too_large: "shorten it and try again",
};

/** A change that a command wanted to make. */
interface Change {
  /** A sentence without a full stop, such as "the message was sent". */
  readonly what: string;
  /** The option with which to repeat the request; null if a repeat needs none. */
  readonly again: string | null;
}

/** The failure. `change` is null for a call that only reads, which may simply be repeated. */
export function callFailure(lost: Pick<Lost, "code" | "sentence" | "outcome">, change: Change | null): Failure {
  const said = lost.sentence.replace(/\.$/, "");
  if (change === null || lost.outcome === "definite") {
    return failure(EXIT.failed, said, TODO[lost.code] ?? "try again");
  }
  const how = change.again === null ? "run it again" : `run it again with ${change.again}`;
  return failure(EXIT.unknown, `it is not known whether ${change.what} (${said})`, `to find out, ${how}`);
}
