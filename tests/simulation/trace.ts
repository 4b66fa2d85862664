/** Traces: one short line for each event and effect of the core. */
import type { Effect, Event, Notice } from "../../src/election/event.ts";
import type { Batch, Frame } from "../../src/election/frame.ts";
import type { Ballot, View, ViewNo } from "../../src/election/view.ts";

function ids(view: View): string {
  return view.members.map((m) => m.replicaId).join("");
}

function ballot(b: Ballot): string {
  return `${b.counter}.${b.replicaId}`;
}

function batchText(b: Batch): string {
  return b.kind === "view"
    ? `V${short(b.view.no)}{${ids(b.view)}}@${b.view.startSeq}`
    : `${b.firstSeq}+${b.ops.length}`;
}

function short(no: ViewNo | null): string {
  return no === null ? "-" : `${no.ballot.counter}.${no.ballot.replicaId}.${no.minor}`;
}

/** A frame as one short line. */
export function describeFrame(frame: Frame): string {
  switch (frame.type) {
    case "beat": {
      const view = frame.view === null ? "-" : `${short(frame.view.no)}{${ids(frame.view)}}`;
      const flags = `${frame.active ? " active" : ""}${frame.leaving ? " leaving" : ""}${frame.eligible ? "" : " ineligible"}`;
      return `beat ${frame.role} ${view} last=${frame.lastSeq} durable=${frame.durableSeq} commit=${frame.commit} promised=${ballot(frame.promised)} leader=${frame.leaderId} hears=${frame.hears.join("")}${flags}`;
    }
    case "append":
      return `append b=${ballot(frame.ballot)} prev=${frame.prevSeq}/${short(frame.prevViewNo)} batches=${frame.batches.map(batchText).join(",")} commit=${frame.commit}`;
    case "tail":
      return `tail prev=${frame.prevSeq} batches=${frame.batches.length}`;
    case "appendOk":
      return `appendOk b=${ballot(frame.ballot)} seq=${frame.seq}`;
    case "refuse":
      return `refuse b=${ballot(frame.ballot)} promised=${ballot(frame.promised)}`;
    case "join":
      return `join last=${frame.lastSeq} commit=${frame.commit} tail=${short(frame.lineage.at(-1)?.no ?? null)}`;
    case "snapshotOffer":
      return `snapshotOffer common=${frame.commonSeq}`;
    case "promise":
      return `promise b=${ballot(frame.ballot)}${frame.handoff === null ? "" : " handoff"}`;
    case "granted":
      return `granted b=${ballot(frame.ballot)} view=${short(frame.view?.no ?? null)} last=${frame.lastSeq}${frame.active ? " active" : ""}`;
    case "denied":
      return `denied b=${ballot(frame.ballot)} promised=${ballot(frame.promised)} leader=${frame.leaderId}`;
    case "propose":
      return `propose n=${frame.ops.length}`;
    case "handoff":
      return `handoff b=${ballot(frame.ballot)}`;
    case "readIndex":
      return `readIndex ${frame.id}`;
    case "readIndexOk":
      return `readIndexOk ${frame.id} seq=${frame.seq}`;
    case "gossip":
      return "gossip";
    case "leave":
    case "leaveOk":
      return `${frame.type} ${short(frame.viewNo)}`;
  }
}

/** An event as one short line. */
export function describeEvent(event: Event): string {
  switch (event.type) {
    case "frame":
      return `from r${event.from} ${describeFrame(event.frame)}`;
    case "refused":
      return `refused r${event.peer}`;
    case "persisted":
      return `persisted ${event.token}`;
    case "propose":
      return `propose n=${event.ops.length}`;
    case "snapshotFetched":
      return `snapshotFetched ref=${event.snapshot.ref} applied=${event.snapshot.appliedSeq} common=${event.snapshot.commonSeq} rows from ${event.snapshot.logFirstSeq}`;
    case "tick":
    case "turnEnd":
    case "rested":
    case "snapshotFailed":
    case "readIndex":
    case "shutdown":
      return event.type;
  }
}

/** An effect as one short line. */
export function describeEffect(effect: Effect): string {
  switch (effect.type) {
    case "persist": {
      const { promised, append, cutAfter, snapshot, rollback, admitted } = effect.rows;
      const parts = [
        promised === undefined ? "" : `promised=${ballot(promised)}`,
        cutAfter === undefined ? "" : `cutAfter=${cutAfter}`,
        snapshot === undefined ? "" : `snapshot=${snapshot.ref}`,
        append === undefined ? "" : `append=${append.map(batchText).join(",")}`,
        rollback === undefined ? "" : `rollback=${rollback}`,
        admitted === undefined ? "" : "admitted",
      ];
      return `persist ${effect.token} ${parts.filter((p) => p !== "").join(" ")}`;
    }
    case "commit":
      return `commit ${effect.seq}`;
    case "notice":
      return `notice ${describeNotice(effect.notice)}`;
    case "fetchSnapshot":
      return `fetchSnapshot from r${effect.from} common=${effect.commonSeq}`;
    case "openSnapshot":
      return `openSnapshot ${effect.snapshot.ref} applied=${effect.snapshot.appliedSeq}`;
    case "rest":
      return effect.type;
    case "compact":
      return `compact ${effect.upTo}`;
    case "probe":
      return `probe r${effect.peer}`;
    case "sendAppend":
      return `sendAppend r${effect.to} (${effect.prevSeq}, ${effect.upTo}]`;
    case "send":
    case "sendTail":
    case "readReady":
    case "resetPeers":
    case "stopped":
      return effect.type;
  }
}

/** A notice as one short line. */
export function describeNotice(notice: Notice): string {
  switch (notice.kind) {
    case "role":
      return `role ${notice.role} leader=${notice.leaderId}`;
    case "view":
      return `view ${short(notice.view.no)} {${ids(notice.view)}}${notice.view.forkRisk === null ? "" : ` forkRisk=${notice.view.forkRisk.join("")}`}`;
    case "paused":
      return `paused ${Math.round(notice.ms)} ms`;
    case "merge":
      return `merge winner=${notice.winner} ops=${notice.ops}`;
    case "waiting":
      return `waiting for ${notice.missing.join("")}`;
  }
}
