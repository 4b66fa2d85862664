/**
 * Compares what was acknowledged with what a replica has, read through its API, or from its files
 * once it is stopped. Every check returns complaints as sentences, and none if all is well.
 */
import { Database } from "bun:sqlite";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCursor } from "../src/chat/cursor.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import { compareViewNos, printViewNo, type View, type ViewNo } from "../src/election/view.ts";
import type { Load, Sent, Writer } from "./load.ts";

/** A message as a replica shows it. */
export interface Held {
  readonly id: string;
  readonly body: string;
  readonly seq: number;
  readonly recovered: boolean;
}

/** The messages in each writer's conversation, in their order, by the name of the writer. */
export type History = ReadonlyMap<string, readonly Held[]>;

const PAGE = 200;
const COMPLAINTS_MAX = 20;

async function readConversation(reader: ChatClient, withName: string): Promise<Held[]> {
  const held: Held[] = [];
  for (let before = ""; ;) {
    const page = await reader.call("GetMessages", { with: withName, before, limit: PAGE });
    if (!page.ok && page.code === "not_found") return held;
    if (!page.ok) throw new Error(`messages could not be read: ${page.code}, ${page.sentence}`);
    const { messages } = page.value;
    held.unshift(...messages.map(({ id, body, seq, recovered }) => ({ id, body, seq, recovered })));
    if (messages.length < PAGE) return held;
    before = messages[0]!.id;
  }
}

/** What the writers wrote, as the replica at `address` shows it. */
export async function readHistory(load: Load, address: string): Promise<History> {
  const history = new Map<string, Held[]>();
  for (const writer of load.writers) {
    const reader = new ChatClient({ addresses: [address], token: writer.token });
    try {
      history.set(writer.name, await readConversation(reader, load.writers[writer.to]!.name));
    } finally {
      reader.close();
    }
  }
  return history;
}

/** What the writers wrote, from the state file of a stopped replica. */
export function readStateFile(load: Load, data: string, id: number): History {
  const folder = join(data, `replica-${id}`);
  const state = new Database(join(folder, `state-${stateFileOf(folder)}.db`));
  try {
    const rows = state
      .query<{ author: string; client_id: string; body: string; seq: number; recovered: number }, []>(
        "SELECT author, client_id, body, seq, recovered FROM messages ORDER BY seq",
      )
      .all();
    const names = new Map(load.writers.map((writer) => [writer.userId, writer.name]));
    const history = new Map<string, Held[]>(load.writers.map((writer) => [writer.name, []]));
    for (const { author, client_id, body, seq, recovered } of rows) {
      const list = history.get(names.get(author) ?? "");
      list?.push({ id: `${author}-${client_id}`, body, seq, recovered: recovered !== 0 });
    }
    return history;
  } finally {
    state.close();
  }
}

/** All replicated rows of a stopped replica's state, by table, without its position and its migrations. */
export function readAllRows(data: string, id: number): Record<string, unknown[]> {
  const folder = join(data, `replica-${id}`);
  const state = new Database(join(folder, `state-${stateFileOf(folder)}.db`));
  try {
    const tables = state
      .query<{ name: string }, []>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('meta', '__drizzle_migrations')",
      )
      .all();
    return Object.fromEntries(
      tables.map(({ name }) => {
        const rows = state.query(`SELECT * FROM "${name}"`).all();
        return [name, rows.map((row) => JSON.stringify(row)).sort()];
      }),
    );
  } finally {
    state.close();
  }
}

/**
 * Hashes everything that a stopped replica keeps: its state file, and each table of its log except `meta`, which counts
 * the starts.
 */
export function hashStore(data: string, id: number): Record<string, string> {
  const folder = join(data, `replica-${id}`);
  const state = `state-${stateFileOf(folder)}.db`;
  const hashes: Record<string, string> = { [state]: hashOf(readFileSync(join(folder, state))) };
  const log = new Database(join(folder, "log.db"));
  try {
    const tables = log
      .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'meta'")
      .all();
    for (const { name } of tables) {
      const hash = new Bun.SHA256();
      for (const row of log.query(`SELECT * FROM "${name}"`).values()) {
        for (const value of row) hash.update(value instanceof Uint8Array ? value : `${String(value)}\0`);
      }
      hashes[`log.db ${name}`] = hash.digest("hex");
    }
  } finally {
    log.close();
  }
  return hashes;
}

function hashOf(bytes: Uint8Array): string {
  return new Bun.SHA256().update(bytes).digest("hex");
}

function stateFileOf(folder: string): number {
  return (JSON.parse(logMeta(folder)) as { stateFile: number }).stateFile;
}

function logMeta(folder: string): string {
  const log = new Database(join(folder, "log.db"));
  try {
    return log.query<{ body: string }, []>("SELECT body FROM meta").get()!.body;
  } finally {
    log.close();
  }
}

/** All views of a stopped replica's log, oldest first. */
export function readLineage(data: string, id: number): View[] {
  const log = new Database(join(data, `replica-${id}`, "log.db"));
  try {
    const rows = log.query<{ body: string }, []>("SELECT body FROM lineage ORDER BY start_seq").all();
    return rows.map(({ body }) => JSON.parse(body) as View);
  } finally {
    log.close();
  }
}

/** The ops at the end of a stopped replica's log, one behind the other; client ids in them are readable. */
export function logOf(data: string, id: number): string {
  const log = new Database(join(data, `replica-${id}`, "log.db"));
  try {
    const rows = log.query<{ bytes: Uint8Array }, []>("SELECT bytes FROM log ORDER BY last_seq DESC LIMIT 20").all();
    return rows.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join("\n");
  } finally {
    log.close();
  }
}

/** Checks that every acknowledged message is there once with its id, unknown ones at most once, and no others. */
export function compareWithSent(load: Load, history: History, where: string): string[] {
  const wrong: string[] = [];
  const sentBy = Map.groupBy(load.sent, (sent) => load.writers[sent.writer]!.name);
  for (const { name } of load.writers) {
    const times = new Map<string, number>();
    const byBody = new Map<string, Held>();
    for (const held of history.get(name) ?? []) {
      times.set(held.body, (times.get(held.body) ?? 0) + 1);
      byBody.set(held.body, held);
    }
    for (const sent of sentBy.get(name) ?? []) {
      const count = times.get(sent.body) ?? 0;
      times.delete(sent.body);
      wrong.push(...judge(sent, count, byBody.get(sent.body)).map((text) => `${where}: ${text}`));
    }
    for (const body of times.keys()) wrong.push(`${where}: "${body}" was never sent`);
  }
  return wrong.slice(0, COMPLAINTS_MAX);
}

function judge(sent: Sent, count: number, held: Held | undefined): string[] {
  const about = `"${sent.body}" (${sent.outcome}, ${sent.by}, cursor ${sent.cursor})`;
  if (count > 1) return [`${about} is there ${count} times`];
  if (sent.outcome === "refused" && count > 0) return [`${about} is there`];
  if (sent.outcome !== "acknowledged") return [];
  if (count === 0) return [`${about} is missing`];
  return held?.id === sent.messageId ? [] : [`${about} has the id ${held?.id}, not ${sent.messageId}`];
}

/** Checks that both have the same messages in the same order. */
export function compareHistories(a: History, b: History, where: string): string[] {
  const wrong: string[] = [];
  for (const [name, list] of a) {
    if (JSON.stringify(list) !== JSON.stringify(b.get(name))) {
      const other = b.get(name) ?? [];
      const at = list.findIndex((held, i) => JSON.stringify(held) !== JSON.stringify(other[i]));
      wrong.push(
        `${where}: what ${name} wrote differs: ${list.length} and ${other.length} messages, from ${at} on: ${JSON.stringify(list[at])}, ${JSON.stringify(other[at])}`,
      );
    }
  }
  return wrong;
}

interface Place {
  readonly viewNo: ViewNo;
  readonly seq: number;
}

function placeOf(sent: Sent): Place {
  const place = parseCursor(sent.cursor);
  if (place === null) throw new Error(`"${sent.cursor}" is no cursor`);
  return place;
}

/**
 * Checks real time: if A was acknowledged before B was sent, then view(A) <= view(B) and seq(A) < seq(B). In
 * particular, once a newer view has acknowledged, no older one acknowledges any more.
 */
export function compareWithRealTime(acknowledged: readonly Sent[]): string[] {
  const wrong: string[] = [];
  const ended = acknowledged.toSorted((a, b) => a.endedAt - b.endedAt);
  const started = acknowledged.toSorted((a, b) => a.startedAt - b.startedAt);
  let next = 0;
  let highestSeq: { sent: Sent; seq: number } | null = null;
  let newestView: { sent: Sent; viewNo: ViewNo } | null = null;
  for (const sent of started) {
    for (; next < ended.length && ended[next]!.endedAt < sent.startedAt; next++) {
      const earlier = ended[next]!;
      const { viewNo, seq } = placeOf(earlier);
      if (highestSeq === null || seq > highestSeq.seq) highestSeq = { sent: earlier, seq };
      if (newestView === null || compareViewNos(viewNo, newestView.viewNo) > 0) newestView = { sent: earlier, viewNo };
    }
    const { viewNo, seq } = placeOf(sent);
    if (highestSeq !== null && seq <= highestSeq.seq) {
      wrong.push(`${describe(sent)} was sent after ${describe(highestSeq.sent)} was acknowledged`);
    }
    if (newestView !== null && compareViewNos(viewNo, newestView.viewNo) < 0) {
      wrong.push(`${describe(sent)} was sent after the view of ${describe(newestView.sent)} had acknowledged`);
    }
  }
  return wrong.slice(0, COMPLAINTS_MAX);
}

function describe(sent: Sent): string {
  return `"${sent.body}" at ${sent.cursor} by ${sent.by}`;
}

/** Checks that every acknowledgement names the view that the final log has at its seq. */
export function compareWithLineage(acknowledged: readonly Sent[], lineage: readonly View[]): string[] {
  const wrong: string[] = [];
  for (const sent of acknowledged) {
    const { viewNo, seq } = placeOf(sent);
    const view = lineage.findLast(({ startSeq }) => startSeq <= seq);
    if (view === undefined || compareViewNos(view.no, viewNo) !== 0) {
      const there = view === undefined ? "nothing" : printViewNo(view.no);
      wrong.push(`${describe(sent)} was acknowledged by a view that was excluded: the log has ${there} there`);
    }
  }
  return wrong.slice(0, COMPLAINTS_MAX);
}

/** The homes of the writers of these messages: the replicas at which the load was really acknowledged. */
export function homesOf(load: Load, acknowledged: readonly Sent[]): number[] {
  return [...new Set(acknowledged.map((sent) => load.homeOf(sent)))].sort((a, b) => a - b);
}

/** The writer whose home is the replica `home`. */
export function writerAt(load: Load, home: number): Writer {
  const writer = load.writers.find((candidate) => candidate.home === home);
  if (writer === undefined) throw new Error(`nobody is at home at replica ${home}`);
  return writer;
}
