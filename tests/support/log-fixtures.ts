/** Views, batches and folders for tests of the log. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StagedSnapshot } from "../../src/election/event.ts";
import type { Batch, OpBatch, ViewBatch } from "../../src/election/frame.ts";
import type { Ballot, Seq, View, ViewNo } from "../../src/election/view.ts";

const MEMBERS = [
  { replicaId: 0, storeId: "00000000000000a0" },
  { replicaId: 2, storeId: "00000000000000a2" },
];

export function ballot(counter: number, replicaId = 0): Ballot {
  return { counter, replicaId, nonce: counter.toString(16).padStart(16, "0") };
}

export function view(startSeq: Seq, counter: number, options: { minor?: number; replicaId?: number } = {}): View {
  return {
    no: { ballot: ballot(counter, options.replicaId), minor: options.minor ?? 0 },
    startSeq,
    leader: options.replicaId ?? 0,
    members: MEMBERS,
    forkRisk: counter % 3 === 0 ? [1] : null,
    consistency: "available",
    recovery: "any",
  };
}

export function viewBatch(startSeq: Seq, counter: number): ViewBatch {
  return { kind: "view", view: view(startSeq, counter) };
}

/** `count` ops from `firstSeq` on. Their bytes name the branch and the seq, so that tests detect a mix-up. */
export function opBatch(firstSeq: Seq, count: number, viewNo: ViewNo, branch = "a"): OpBatch {
  const ops = Array.from({ length: count }, (_, i) => op(firstSeq + i, branch));
  return { kind: "op", viewNo, firstSeq, ops };
}

export function op(seq: Seq, branch = "a"): Uint8Array {
  // Some ops are longer than 127 bytes, so that their length takes two bytes; some are empty.
  const filler = seq % 7 === 0 ? "" : ".".repeat((seq * 37) % 300);
  return seq % 11 === 0 ? new Uint8Array(0) : new TextEncoder().encode(`${branch}${seq}${filler}`);
}

export function snapshotHeader(
  header: Pick<StagedSnapshot, "ref" | "lineage" | "logFirstSeq" | "appliedSeq" | "commonSeq">,
): StagedSnapshot {
  const last = header.lineage.at(-1);
  return { ballot: last?.no.ballot ?? ballot(1), ...header };
}

/** One text per entry, with its view, seq and content, for comparisons that ignore the borders of batches. */
export function entries(batches: readonly Batch[]): string[] {
  return batches.flatMap((batch) =>
    batch.kind === "view"
      ? [`${batch.view.startSeq} view ${JSON.stringify(batch.view)}`]
      : batch.ops.map(
          (bytes, i) => `${batch.firstSeq + i} ${JSON.stringify(batch.viewNo)} ${Buffer.from(bytes).toString()}`,
        ),
  );
}

/** A new empty folder in the system's temporary folder; `remove` deletes it. */
export function tempFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "lastword-log-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
