/**
 * Reads of the simulated world, answered by the chat's own rule (Reading): a replica waits until it may answer, and
 * looks into its rows only then.
 */
import type { Reading } from "../../src/chat/reading.ts";
import type { Seq } from "../../src/election/view.ts";
import type { SimReplica } from "./replica.ts";

/** A reader gives up after this long. */
const READ_MS_MAX = 3_000;

/** Reads the latest at this replica. `onRead` gets the seq of the rows that were looked into; it may never be called. */
export function readLatest(replica: SimReplica, Rule: typeof Reading, onRead: (seq: Seq) => void): void {
  const reading = new Rule({
    proposer: {
      readIndex: () => new Promise((resolve) => replica.readIndex(READ_MS_MAX, () => resolve(true))),
    },
    position: replica.position(),
    clock: { nowMs: () => replica.host.queue.now },
    queries: () => ({ appliedSeq: () => replica.state.appliedSeq }),
  });
  const look = () => ({ ok: true, value: replica.state.appliedSeq, cursor: "" }) as const;
  void reading.read({ latest: true }, look).then((answer) => {
    if (answer.ok) onRead(answer.value);
  });
}
