/**
 * Checks the promises from outside: each check takes what people observed and returns its
 * violations as sentences, none if the promise held. Nothing here knows how a replica works or
 * how the history was collected. docs/chaos.md says what each check examines and how it fails.
 */
import type { History, ReplicaContent, Send, Shown, Stream, StreamEvent } from "./history.ts";

/** The result of one check. */
export interface CheckResult {
  readonly name: string;
  /** How many items were examined; if 0, the check says nothing. */
  readonly looked: number;
  readonly violations: readonly string[];
}

type Check = (history: History) => { readonly looked: number; readonly violations: string[] };

function byAuthor(history: History): Send[][] {
  const lists: Send[][] = Array.from({ length: history.people }, () => []);
  for (const send of history.sends) lists[send.author]?.push(send);
  return lists;
}

function acknowledged(send: Send): boolean {
  return send.ending === "acknowledged";
}

/** Compares what one replica shows of one conversation with the answers that its author got. */
function compareKept(sends: readonly Send[], shown: readonly Shown[], replica: number): string[] {
  const wrong: string[] = [];
  const at = `replica ${replica}`;
  const times = new Map<string, number>();
  const held = new Map<string, Shown>();
  for (const message of shown) {
    times.set(message.id, (times.get(message.id) ?? 0) + 1);
    held.set(message.id, message);
  }
  const bodies = new Set<string>();
  for (const { id, body, deleted } of shown) {
    if (deleted || body === "") continue;
    if (bodies.has(body)) wrong.push(`doubled: ${at} shows the text of ${id} twice`);
    bodies.add(body);
  }
  for (const send of sends) {
    const count = times.get(send.id) ?? 0;
    const message = held.get(send.id);
    times.delete(send.id);
    if (count > 1) wrong.push(`doubled: ${at} shows ${send.id} ${count} times`);
    if (message === undefined) {
      if (acknowledged(send)) wrong.push(`lost: ${at} lacks the acknowledged ${send.id}`);
      continue;
    }
    if (send.ending === "refused") wrong.push(`resurrected: ${at} shows ${send.id}, which was refused for good`);
    if (!message.deleted && send.deletion === "acknowledged") {
      wrong.push(`resurrected: ${at} shows ${send.id}, whose deletion was acknowledged`);
    }
    if (message.deleted && (send.deletion === null || send.deletion === "refused")) {
      wrong.push(`lost: ${at} shows ${send.id} as deleted, which nobody asked for`);
    }
    if (!message.deleted && message.body !== send.body) wrong.push(`altered: ${at} shows another text for ${send.id}`);
  }
  for (const id of times.keys()) wrong.push(`resurrected: ${at} shows ${id}, which nobody sent`);
  return wrong;
}

/**
 * Every replica shows each acknowledged message exactly once, messages with an unknown outcome at most once, and
 * neither deleted nor other messages.
 */
const kept: Check = (history) => {
  const sends = byAuthor(history);
  const violations: string[] = [];
  let looked = 0;
  for (const { replica, conversations } of history.contents) {
    for (const [author, own] of sends.entries()) {
      looked += own.length;
      violations.push(...compareKept(own, conversations[author] ?? [], replica));
    }
  }
  return { looked, violations };
};

/** If A was acknowledged before B was sent, A's seq is lower, across all people and replicas. */
const order: Check = (history) => {
  const sends = history.sends.filter((send) => acknowledged(send) && send.endedAt < history.forkFrom);
  const ended = sends.toSorted((a, b) => a.endedAt - b.endedAt);
  const started = sends.toSorted((a, b) => a.startedAt - b.startedAt);
  const violations: string[] = [];
  let newest: Send | null = null;
  let next = 0;
  for (const send of started) {
    for (; next < ended.length && ended[next]!.endedAt < send.startedAt; next++) {
      if (newest === null || ended[next]!.seq > newest.seq) newest = ended[next]!;
    }
    if (newest !== null && newest.seq >= send.seq) {
      violations.push(
        `reordered: ${send.id} was sent after ${newest.id} was acknowledged, but is at ${send.seq}, not after ${newest.seq}`,
      );
    }
  }
  return { looked: sends.length, violations };
};

/** Violations where the order in which one replica shows a conversation contradicts the times of acknowledgements. */
function compareShownOrder(sends: ReadonlyMap<string, Send>, content: ReplicaContent): string[] {
  const wrong: string[] = [];
  for (const shown of content.conversations) {
    let latest: Send | null = null;
    for (const { id } of shown) {
      const send = sends.get(id);
      if (send === undefined) continue;
      if (latest !== null && send.endedAt < latest.startedAt) {
        wrong.push(`reordered: replica ${content.replica} shows ${id} after ${latest.id}, which was sent later`);
      }
      if (latest === null || send.startedAt > latest.startedAt) latest = send;
    }
  }
  return wrong;
}

/** All replicas show each conversation in the same order, and it follows real time. */
const shownOrder: Check = (history) => {
  const inTime = history.sends.filter((send) => acknowledged(send) && send.endedAt < history.forkFrom);
  const sends = new Map(inTime.map((send) => [send.id, send]));
  const violations = history.contents.flatMap((content) => compareShownOrder(sends, content));
  const first = history.contents[0];
  let looked = 0;
  for (const content of history.contents) {
    for (let author = 0; author < history.people; author++) {
      const own = content.conversations[author] ?? [];
      const theirs = first?.conversations[author] ?? [];
      looked += own.length;
      const place = own.findIndex(({ id }, i) => id !== theirs[i]?.id);
      if (place >= 0 || own.length !== theirs.length) {
        violations.push(
          `reordered: replicas ${first?.replica} and ${content.replica} differ in conversation ${author} at message ${place < 0 ? own.length : place}`,
        );
      }
    }
  }
  return { looked, violations };
};

/** The newest message that was acknowledged before `time`, which a read that began then must show. */
function newestBefore(sends: readonly Send[], time: number): Send | null {
  let newest: Send | null = null;
  for (const send of sends) {
    if (send.endedAt < time && (newest === null || send.seq > newest.seq)) newest = send;
  }
  return newest;
}

/** No read is older than the reader's own writes, and no LATEST read is older than any acknowledgement. */
const reads: Check = (history) => {
  const sends = byAuthor(history).map((list) => list.filter(acknowledged));
  const seqs = new Map(history.sends.map((send) => [send.id, send.seq]));
  const violations: string[] = [];
  let looked = 0;
  for (const read of history.reads) {
    if (read.endedAt >= history.forkFrom) continue;
    looked += 1;
    const wanted = newestBefore(sends[read.author] ?? [], read.startedAt);
    if (wanted === null || read.found.includes(wanted.id)) continue;
    const oldest = read.found.find((id) => (seqs.get(id) ?? 0) > 0);
    if (read.full && oldest !== undefined && seqs.get(oldest)! > wanted.seq) continue;
    const what = read.kind === "own" ? "the reader's own" : "the acknowledged";
    violations.push(
      `stale read: ${read.address} was read at ${(read.startedAt / 1000).toFixed(2)} s without ${what} ${wanted.id} of ${(wanted.endedAt / 1000).toFixed(2)} s`,
    );
  }
  return { looked, violations };
};

/** The part of a stream between two resets. */
interface Segment {
  readonly events: readonly StreamEvent[];
  /** The stream must bring everything after this seq; -1 in the first segment, which must bring everything. */
  readonly after: number;
  readonly last: boolean;
}

function segmentsOf(stream: Stream): Segment[] {
  const segments: { events: StreamEvent[]; after: number; last: boolean }[] = [{ events: [], after: -1, last: true }];
  for (const event of stream.events) {
    if (event.kind !== "reset") {
      segments.at(-1)!.events.push(event);
      continue;
    }
    segments.at(-1)!.last = false;
    segments.push({ events: [], after: event.seq, last: true });
  }
  return segments;
}

/** Checks one conversation in one segment: `run` is a contiguous part of what the replicas show, without duplicates. */
function compareRun(
  run: readonly string[],
  shown: readonly string[],
  about: { whole: boolean; who: string },
): string[] {
  const { who } = about;
  if (new Set(run).size !== run.length) return [`doubled: the stream of ${who} brought a message twice`];
  if (run.length === 0) return [];
  const first = shown.indexOf(run[0]!);
  const place = run.findIndex((id, i) => id !== shown[first + i]);
  if (place >= 0) return [`gap: the stream of ${who} brought ${run[place]} instead of ${shown[first + place]}`];
  if (about.whole && first > 0) return [`gap: the stream of ${who} began with ${run[0]}, not with ${shown[0]}`];
  return [];
}

function compareStream(stream: Stream, history: History, sends: ReadonlyMap<string, Send>): string[] {
  const wrong: string[] = [];
  const forked = history.forkFrom !== Infinity;
  const authors = new Set([stream.person, (stream.person + history.people - 1) % history.people]);
  for (const segment of segmentsOf(stream)) {
    let before = -1;
    for (const { seq, kind } of segment.events) {
      // Each side of a split numbers its messages by itself, so a stream that moves between them may go back.
      if (seq < before && !forked)
        wrong.push(`gap: the stream of person ${stream.person} went back to ${seq} (${kind})`);
      before = Math.max(before, seq);
    }
    for (const author of authors) {
      // A stream that resumes after a deletion may omit the deleted message.
      const stays = (id: string): boolean => (sends.get(id)?.deletion ?? null) === null;
      const shown = (history.contents[0]?.conversations[author] ?? []).map(({ id }) => id).filter(stays);
      const run = segment.events.flatMap((event) =>
        event.kind === "message" && event.author === author ? event.id : [],
      );
      const staying = run.filter(stays);
      const who = `person ${stream.person} for conversation ${author}`;
      // In a split, the order before a reset was another one, so only duplicates are violations there.
      if (!forked || segment.last) wrong.push(...compareRun(staying, shown, { whole: segment.after < 0, who }));
      else if (new Set(staying).size !== staying.length) {
        wrong.push(`doubled: the stream of ${who} brought a message twice`);
      }
      if (!segment.last) continue;
      const came = new Set(run);
      const due = shown.filter(
        (id) => (segment.after < 0 || (sends.get(id)?.seq ?? 0) > segment.after) && !came.has(id),
      );
      if (due.length > 0 && (!forked || segment.after < 0)) {
        wrong.push(`gap: ${due.length} messages never came to ${who}, the first is ${due[0]}`);
      }
    }
  }
  return wrong;
}

/** Each stream brought everything once and in order, even across moves between replicas. */
const streams: Check = (history) => {
  const sends = new Map(history.sends.map((send) => [send.id, send]));
  const violations = history.streams.flatMap((stream) => compareStream(stream, history, sends));
  const looked = history.streams.reduce((sum, { events }) => sum + events.length, 0);
  return { looked, violations };
};

/** All replicas have the same rows at the same seq. */
const hashes: Check = (history) => {
  const silent = history.hashes.filter(({ hash }) => hash === null).map(({ replica }) => replica);
  const different = new Set(history.hashes.map(({ seq, hash }) => `${seq} ${hash}`));
  const violations: string[] = [];
  if (silent.length > 0) violations.push(`hash: replica ${silent.join(", ")} did not answer`);
  else if (different.size > 1) {
    const each = history.hashes.map(({ replica, seq, hash }) => `${replica} at ${seq} ${hash?.slice(0, 12)}`);
    violations.push(`hash: the rows of the replicas differ (${each.join("; ")})`);
  }
  return { looked: history.hashes.length, violations };
};

const CHECKS: readonly (readonly [string, Check])[] = [
  ["acknowledged messages are on every replica exactly once", kept],
  ["acknowledgements follow real time", order],
  ["replicas show one order", shownOrder],
  ["reads are not older than what was acknowledged", reads],
  ["streams have no gap and no double", streams],
  ["rows are equal (status --hash)", hashes],
];

/** Runs all checks on one history, in a fixed order. */
export function checkHistory(history: History): CheckResult[] {
  return CHECKS.map(([name, check]) => ({ name, ...check(history) }));
}
