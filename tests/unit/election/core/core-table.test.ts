/**
 * What each role does with each event, as a total table. A new role, event or frame does not
 * compile until its cells are filled in. A cell names the effects of the event and of the end
 * of its turn, without Beats and notices; "-" means none.
 */
import { expect, test } from "bun:test";
import { Core } from "../../../../src/election/core/core.ts";
import { DEFAULT_TIMING, type Effect, type Event, type Restored } from "../../../../src/election/event.ts";
import type { Append, Beat, Frame, FrameType, Role } from "../../../../src/election/frame.ts";
import { type Ballot, type View } from "../../../../src/election/view.ts";
import { beatOf, EMPTY_LOG, identityOf } from "../../../support/core-fixtures.ts";

type Cell = Exclude<Event["type"], "frame"> | `frame ${FrameType}`;

const STORES = ["a0", "a1", "a2"];
const OLD: Ballot = { counter: 1, replicaId: 0, nonce: "n0" };
const NEW: Ballot = { counter: 9, replicaId: 0, nonce: "n9" };
const MEMBERS = STORES.map((storeId, replicaId) => ({ replicaId, storeId }));
const VIEW: View = {
  no: { ballot: OLD, minor: 0 },
  startSeq: 1,
  leader: 0,
  members: MEMBERS,
  forkRisk: null,
  consistency: "available",
  recovery: "any",
};
const IDENTITY = identityOf(1, { storeId: "a1" });
const MEMBER: Restored = { ...EMPTY_LOG, promised: OLD, admitted: true, lineage: [VIEW], lastSeq: 5, appliedSeq: 5 };

/** A Beat of a restarted member with an equally long log. */
function beat(from: number, more: Partial<Beat> = {}): Beat {
  return beatOf(from, {
    role: "recovering",
    storeId: STORES[from]!,
    active: false,
    view: VIEW,
    lineageTail: [{ no: VIEW.no, startSeq: 1 }],
    lastSeq: 5,
    durableSeq: 5,
    commit: 5,
    promised: OLD,
    ...more,
  });
}

const LEADS: Partial<Beat> = { role: "leader", active: true, leaderId: 0 };

/** One core with a clock. */
class Subject {
  readonly core: Core;
  ballot: Ballot = OLD;
  #now = 0;

  constructor(restored: Restored) {
    this.core = new Core(IDENTITY, DEFAULT_TIMING, restored, () => "n1");
  }

  /** Gives an event. Returns its effects and those of the end of its turn. Does not answer persists. */
  give(event: Event): Effect[] {
    this.#now += event.type === "tick" ? DEFAULT_TIMING.tickMs : 1;
    return [...this.core.step(event, this.#now), ...this.core.step({ type: "turnEnd" }, this.#now)];
  }

  /** Gives an event, and answers persists until there are none. */
  settle(event: Event): void {
    const pending = [...this.give(event)];
    for (let effect = pending.shift(); effect !== undefined; effect = pending.shift()) {
      if (effect.type === "send" && effect.frame.type === "promise") this.ballot = effect.frame.ballot;
      if (effect.type === "persist") pending.push(...this.give({ type: "persisted", token: effect.token }));
    }
  }

  frame(from: number, frame: Frame): void {
    this.settle({ type: "frame", from, frame });
  }
}

function append(ballot: Ballot, more: Partial<Append> = {}): Append {
  const [prevSeq, prevViewNo] = [5, VIEW.no];
  return { type: "append", ballot, prevSeq, prevViewNo, batches: [], commit: 5, round: 0, ...more };
}

const SUBJECTS: Record<Role, () => Subject> = {
  recovering: () => {
    const subject = new Subject(MEMBER);
    subject.settle({ type: "tick" });
    return subject;
  },
  learner: () => {
    const subject = new Subject(EMPTY_LOG);
    subject.settle({ type: "tick" });
    subject.frame(0, beat(0, LEADS));
    return subject;
  },
  follower: () => {
    const subject = new Subject(MEMBER);
    subject.settle({ type: "tick" });
    subject.frame(0, beat(0, LEADS));
    subject.frame(0, append(OLD));
    return subject;
  },
  leader: () => {
    const subject = new Subject({ ...MEMBER, lineage: [{ ...VIEW, leader: 1 }] });
    subject.settle({ type: "tick" });
    subject.frame(2, beat(2, { view: null, lastSeq: 0 }));
    // 0 is as well placed and has the lower id, so the candidate waits for it, but not for ever.
    subject.frame(0, beat(0));
    subject.frame(2, beat(2));
    for (let ticks = 0; ticks < 4; ticks++) subject.settle({ type: "tick" });
    for (const from of [0, 2]) {
      const { storeId, bootId, active, eligible, admitted, leaving, view, lastSeq } = beat(from);
      const granted = { storeId, bootId, active, eligible, admitted, leaving, view, lastSeq };
      subject.frame(from, { type: "granted", ballot: subject.ballot, ...granted });
    }
    for (const from of [0, 2]) {
      subject.frame(from, { type: "appendOk", ballot: subject.ballot, seq: 6, bootId: `b${from}`, round: 0 });
    }
    return subject;
  },
};

/** The fields of an Append with an entry that follows the subject's log. */
function fits(subject: Subject, op: Uint8Array): Partial<Append> {
  if (subject.core.status().lastSeq > 0) return { batches: [{ kind: "op", viewNo: VIEW.no, firstSeq: 6, ops: [op] }] };
  return { prevSeq: 0, prevViewNo: null, batches: [{ kind: "view", view: VIEW }] };
}

function snapshot(ballot: Ballot) {
  return { ref: 2, ballot, lineage: [VIEW], logFirstSeq: 1, appliedSeq: 5, commonSeq: 0 };
}

/** The event of each column, from replica 0. */
function event(cell: Cell, subject: Subject): Event {
  const op = new Uint8Array([1]);
  const frame = (made: Frame): Event => ({ type: "frame", from: 0, frame: made });
  const higher = { counter: 7, replicaId: 0, nonce: "n7" };
  const { storeId, bootId, active, eligible, admitted, leaving, view, lastSeq } = beat(0);
  const columns: Record<Cell, () => Event> = {
    tick: () => ({ type: "tick" }),
    turnEnd: () => ({ type: "turnEnd" }),
    rested: () => ({ type: "rested" }),
    refused: () => ({ type: "refused", peer: 0 }),
    persisted: () => ({ type: "persisted", token: 0 }),
    propose: () => ({ type: "propose", ops: [op] }),
    snapshotFetched: () => ({ type: "snapshotFetched", snapshot: snapshot(OLD) }),
    snapshotFailed: () => ({ type: "snapshotFailed" }),
    readIndex: () => ({ type: "readIndex", id: 1 }),
    shutdown: () => ({ type: "shutdown" }),
    "frame beat": () => frame(beat(0, LEADS)),
    "frame append": () => frame(append(NEW, fits(subject, op))),
    "frame tail": () => frame({ type: "tail", prevSeq: 0, prevViewNo: null, batches: [{ kind: "view", view: VIEW }] }),
    "frame appendOk": () => frame({ type: "appendOk", ballot: subject.ballot, seq: 6, bootId: "b0", round: 0 }),
    "frame refuse": () => frame({ type: "refuse", ballot: subject.ballot, promised: higher }),
    "frame join": () =>
      frame({ type: "join", storeId: "a0", bootId: "b0", promised: OLD, lineage: [], lastSeq: 0, commit: 0 }),
    "frame snapshotOffer": () => frame({ type: "snapshotOffer", ballot: OLD, commonSeq: 0 }),
    "frame promise": () => frame({ type: "promise", ballot: higher, handoff: null }),
    "frame granted": () =>
      frame({ type: "granted", ballot: higher, storeId, bootId, active, eligible, admitted, leaving, view, lastSeq }),
    "frame denied": () => frame({ type: "denied", ballot: higher, promised: higher, leaderId: null }),
    "frame propose": () => frame({ type: "propose", ops: [op], keys: ["key"] }),
    "frame handoff": () => frame({ type: "handoff", ballot: OLD }),
    "frame leave": () => frame({ type: "leave", viewNo: VIEW.no }),
    "frame leaveOk": () => frame({ type: "leaveOk", viewNo: VIEW.no }),
    "frame readIndexOk": () => frame({ type: "readIndexOk", id: 1, seq: 5 }),
    "frame gossip": () => frame({ type: "gossip", news: {} }),
    "frame readIndex": () => frame({ type: "readIndex", id: 1 }),
  };
  return columns[cell]();
}

/** Effects as words; frames to a peer include its id. */
function words(effects: readonly Effect[]): string {
  const said = effects.flatMap((effect): string[] => {
    if (effect.type === "notice" || (effect.type === "send" && effect.frame.type === "beat")) return [];
    if (effect.type === "send") return [`${effect.frame.type}>${effect.to}`];
    if (effect.type === "sendAppend" || effect.type === "sendTail") return [`${effect.type}>${effect.to}`];
    if (effect.type === "persist") return [`persist ${Object.keys(effect.rows).join("+")}`];
    return [effect.type];
  });
  return said.length === 0 ? "-" : said.join(", ");
}

const TABLE: Record<Role, Record<Cell, string>> = {
  recovering: {
    tick: "-",
    turnEnd: "-",
    rested: "-",
    refused: "-",
    persisted: "-",
    propose: "-",
    snapshotFetched: "-",
    snapshotFailed: "-",
    readIndex: "-",
    shutdown: "-",
    "frame beat": "join>0",
    "frame append": "-",
    "frame tail": "-",
    "frame appendOk": "-",
    "frame refuse": "-",
    "frame join": "sendTail>0",
    "frame snapshotOffer": "-",
    "frame promise": "persist promised",
    "frame granted": "-",
    "frame denied": "-",
    "frame propose": "-",
    "frame handoff": "-",
    "frame leave": "-",
    "frame leaveOk": "-",
    "frame readIndex": "-",
    "frame readIndexOk": "-",
    "frame gossip": "-",
  },
  learner: {
    tick: "-",
    turnEnd: "-",
    rested: "-",
    refused: "-",
    persisted: "-",
    propose: "-",
    snapshotFetched: "-",
    snapshotFailed: "-",
    readIndex: "readIndex>0",
    shutdown: "stopped",
    "frame beat": "-",
    "frame append": "persist append+promised",
    "frame tail": "-",
    "frame appendOk": "-",
    "frame refuse": "-",
    "frame join": "-",
    "frame snapshotOffer": "fetchSnapshot",
    "frame promise": "persist promised",
    "frame granted": "-",
    "frame denied": "-",
    "frame propose": "-",
    "frame handoff": "-",
    "frame leave": "leaveOk>0",
    "frame leaveOk": "-",
    "frame readIndex": "-",
    "frame readIndexOk": "readReady",
    "frame gossip": "-",
  },
  follower: {
    tick: "-",
    turnEnd: "-",
    rested: "-",
    refused: "-",
    persisted: "appendOk>0",
    propose: "-",
    snapshotFetched: "-",
    snapshotFailed: "-",
    readIndex: "readIndex>0",
    shutdown: "-",
    "frame beat": "-",
    "frame append": "persist append+promised",
    "frame tail": "-",
    "frame appendOk": "-",
    "frame refuse": "-",
    "frame join": "-",
    "frame snapshotOffer": "-",
    "frame promise": "persist promised",
    "frame granted": "-",
    "frame denied": "-",
    "frame propose": "-",
    "frame handoff": "persist promised, promise>0",
    "frame leave": "leaveOk>0",
    "frame leaveOk": "-",
    "frame readIndex": "-",
    "frame readIndexOk": "readReady",
    "frame gossip": "-",
  },
  leader: {
    tick: "-",
    turnEnd: "-",
    rested: "sendAppend>0, sendAppend>2",
    refused: "persist append, sendAppend>2",
    persisted: "-",
    propose: "persist append, sendAppend>0, sendAppend>2",
    snapshotFetched: "-",
    snapshotFailed: "-",
    readIndex: "sendAppend>0, sendAppend>2",
    shutdown: "-",
    "frame beat": "-",
    "frame append": "-",
    "frame tail": "-",
    "frame appendOk": "-",
    "frame refuse": "persist promised, promise>0, promise>2",
    "frame join": "sendAppend>0",
    "frame snapshotOffer": "-",
    "frame promise": "denied>0",
    "frame granted": "-",
    "frame denied": "-",
    "frame propose": "persist append, sendAppend>0, sendAppend>2",
    "frame handoff": "-",
    "frame leave": "-",
    "frame leaveOk": "-",
    "frame readIndex": "sendAppend>0, sendAppend>2",
    "frame readIndexOk": "-",
    "frame gossip": "-",
  },
};

for (const role of Object.keys(SUBJECTS) as Role[]) {
  test(`the ${role} of the table is one`, () => expect(SUBJECTS[role]().core.role()).toBe(role));
  for (const cell of Object.keys(TABLE[role]) as Cell[]) {
    test(`${role}: ${cell}`, () => {
      const subject = SUBJECTS[role]();
      expect(words(subject.give(event(cell, subject)))).toBe(TABLE[role][cell]);
    });
  }
}
