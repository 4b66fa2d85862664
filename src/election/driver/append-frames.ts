/** Makes the Appends of a leader: followers that are in step get one and the same frame, which is encoded once. */
import type { Effect } from "../event.ts";
import type { Append } from "../frame.ts";
import type { LogReader } from "./log-reader.ts";
import type { Seq } from "../view.ts";

/** What the core asks to be sent. */
type SendAppend = Extract<Effect, { type: "sendAppend" }>;

/** Remembers the frame made last in a turn. */
export class AppendFrames {
  private readonly reader: LogReader;
  private last: { readonly frame: Append; readonly upTo: Seq } | null = null;

  constructor(reader: LogReader) {
    this.reader = reader;
  }

  make({ ballot, prevSeq, prevViewNo, upTo, commit, round }: SendAppend): Append {
    const { last } = this;
    const sameEntries = last?.frame.ballot === ballot && last.frame.prevSeq === prevSeq && last.upTo === upTo;
    if (sameEntries && last.frame.commit === commit && last.frame.round === round) return last.frame;
    const batches = this.reader.read(prevSeq + 1, upTo);
    const frame: Append = { type: "append", ballot, prevSeq, prevViewNo, batches, commit, round };
    this.last = { frame, upTo };
    return frame;
  }

  /** The log may change before the next turn. */
  turnOver(): void {
    this.last = null;
  }
}
