/** Says that somebody who runs the chat has dealt with a report, or takes that back. */
import { splitMessageId, type MessageId, type UserId } from "../ids.ts";
import type { ReportRow } from "../report-rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind } from "./kind.ts";
import { runsChat, tellRunners } from "./roles.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface SettleReport {
  readonly kind: "settleReport";
  readonly message: MessageId;
  /** Who reported it. */
  readonly by: UserId;
  readonly done: boolean;
}

/** Of two people who settle or reopen one report the later one counts; its report may still be to come. */
export const settleReport: Kind<SettleReport> = {
  since: 1,
  merge: "set",
  recorded: true,
  read: ({ message, by, done: isDone }) => ({ kind: "settleReport", message, by, done: isDone }),
  content: ({ message, by, done: isDone }) => `${message}\0${by}\0${isDone ? "done" : "open"}`,

  decide(op, { message, by, done: isDone }, seq, rows) {
    const there = rows.reports.of(message, by);
    if (!op.recovered) {
      if (living(op.user, rows) === null) return notLiving(op.user, rows);
      if (!runsChat(op.user, rows)) return refused("not_allowed", false);
      if (there === null || there.tag === "") return refused("not_found", false);
    }
    const before: ReportRow = there ?? {
      message,
      by,
      conversation: "",
      why: "",
      words: "",
      tag: "",
      isDone: false,
      doneBy: "",
      doneTag: "",
      seq,
    };
    if (!counts(op, before.doneTag)) return done();
    rows.reports.put({ ...before, isDone, doneBy: op.user, doneTag: tagOf(op) });
    if (before.isDone === isDone) return done();
    const author = splitMessageId(message)?.author;
    if (isDone && author !== undefined) note({ op, seq, rows }, "settleReport", author);
    return done(tellRunners(rows));
  },
};
