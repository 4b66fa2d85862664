/**
 * B9: what reading costs for ever: bytes of state.db per message, including all marks. One person writes to each of 50
 * others in turn. After each round all of them read their message, and their marks are one op, as a replica would
 * propose them. Then the same person writes to a room with all of them in it, who all read each message. The rows are those of a replica; no cluster is needed, because a log makes the same rows everywhere.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directId, messageId, userIdFor } from "../src/chat/ids.ts";
import { roomIdOf } from "../src/chat/kinds/create-room.ts";
import type { OpBody } from "../src/chat/kinds/kinds.ts";
import { encodeOp } from "../src/chat/kinds/op.ts";
import { StateDb } from "../src/db/state/state-db.ts";
import type { ViewNo } from "../src/election/view.ts";
import { table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";

const READERS = 50;
const BODY_BYTES = 200;
/** Messages to the room, for each round of messages to one person each. */
const ROOM_ROUNDS = 10;
const START_MICROS = 1_767_225_600_000_000;
const VIEW_NO: ViewNo = { ballot: { counter: 1, replicaId: 0, nonce: "00000000000000aa" }, minor: 0 };

export interface ReadingOptions {
  /** Messages in each of the 50 conversations. */
  readonly rounds: number;
}

export const READING: ReadingOptions = { rounds: 1_000 };
export const READING_QUICK: ReadingOptions = { rounds: 50 };

/** How messages are marked as read: not at all, each by its id, or everything in a conversation up to one. */
type Marked = "not at all" | "each by its id" | "all up to the newest";

interface Person {
  readonly id: string;
  readonly session: string;
}

/** A state.db of its own, changed by ops. */
class Chat {
  readonly state: StateDb;
  #micros = START_MICROS;

  constructor(path: string) {
    this.state = new StateDb(path);
    const view = { no: VIEW_NO, startSeq: 1, leader: 0, members: [], forkRisk: null } as const;
    this.state.apply([{ kind: "view", view: { ...view, consistency: "available", recovery: "any" } }]);
  }

  /** Applies one op and returns its client id, which contains the op's time, as clients make it. */
  apply(user: string, body: OpBody): string {
    this.#micros += 1_000;
    const clientId = Bun.randomUUIDv7("hex", this.#micros / 1_000);
    this.#append(encodeOp({ user, clientId, timeMicros: this.#micros, origin: null, recovered: false, body }));
    return clientId;
  }

  person(name: string): Person {
    const clientId = Bun.randomUUIDv7();
    const id = userIdFor(name, clientId);
    const session = { id: `session of ${name}`, tokenHash: name };
    const body: OpBody = { kind: "register", name, folded: name, passwordHash: "-", session };
    const op = { user: id, clientId, timeMicros: START_MICROS, origin: null, recovered: false, body };
    this.#append(encodeOp(op));
    return { id, session: session.id };
  }

  #append(op: Uint8Array): void {
    this.state.apply([{ kind: "op", viewNo: VIEW_NO, firstSeq: this.state.appliedSeq() + 1, ops: [op] }]);
  }

  /** Bytes of the file, after everything in its WAL has been written to it. */
  bytes(): number {
    this.state.client().run("PRAGMA wal_checkpoint(TRUNCATE)");
    return statSync(this.state.path).size;
  }
}

/** Bytes of state.db per message. */
function perMessage(folder: string, marked: Marked, { rounds }: ReadingOptions): number {
  const chat = new Chat(join(folder, `${marked}.db`));
  const author = chat.person("author");
  const readers = Array.from({ length: READERS }, (_, n) => chat.person(`reader${n}`));
  const before = chat.bytes();
  for (let round = 0; round < rounds; round++) {
    const marks = readers.map(({ id: user, session }) => {
      const conversation = directId(author.id, user);
      const body = "x".repeat(BODY_BYTES);
      const clientId = chat.apply(author.id, { kind: "sendMessage", conversation, body, readUpTo: "" });
      const message = messageId(author.id, clientId);
      return { user, session, upTo: marked === "each by its id" ? null : message, ids: [message] };
    });
    if (marked !== "not at all") chat.apply("", { kind: "marks", marks });
  }
  const bytes = chat.bytes() - before;
  chat.state.close();
  return bytes / (rounds * READERS);
}

/** Bytes of state.db per message to a room, each of which all 50 others mark as read. */
function perRoomMessage(folder: string, marked: Marked, { rounds }: ReadingOptions): number {
  const chat = new Chat(join(folder, `room, ${marked}.db`));
  const author = chat.person("author");
  const readers = Array.from({ length: READERS }, (_, n) => chat.person(`reader${n}`));
  const people = readers.map(({ id }) => id);
  const body = { name: "room", folded: "room", skeleton: "room", topic: "", isPrivate: false, people };
  const clientId = chat.apply(author.id, { kind: "createRoom", ...body });
  const conversation = roomIdOf({ user: author.id, clientId }, body);
  const before = chat.bytes();
  for (let round = 0; round < rounds; round++) {
    const text = "x".repeat(BODY_BYTES);
    const sent = chat.apply(author.id, { kind: "sendMessage", conversation, body: text, readUpTo: "" });
    const message = messageId(author.id, sent);
    const upTo = marked === "each by its id" ? null : message;
    const marks = readers.map(({ id: user, session }) => ({ user, session, upTo, ids: [message] }));
    if (marked !== "not at all") chat.apply("", { kind: "marks", marks });
  }
  const bytes = chat.bytes() - before;
  chat.state.close();
  return bytes / rounds;
}

/** Runs the part and returns Markdown. */
export async function reading(say: Say, options = READING): Promise<PartResult> {
  const folder = mkdtempSync(join(tmpdir(), "lastword-reading-"));
  try {
    const kinds: readonly Marked[] = ["not at all", "each by its id", "all up to the newest"];
    const rows = kinds.map((marked) => {
      const bytes = perMessage(folder, marked, options);
      // A message to a room has as many marks as a round of messages to one person each.
      const inRoom = perRoomMessage(folder, marked, { rounds: options.rounds * ROOM_ROUNDS });
      say(`  read ${marked}: ${bytes.toFixed(1)} bytes a message, ${inRoom.toFixed(1)} in a room`);
      return [marked, bytes.toFixed(0), inRoom.toFixed(0)];
    });
    const messages = `${whole(options.rounds * READERS)} messages of ${BODY_BYTES} bytes in ${READERS} conversations.`;
    const room = `${whole(options.rounds * ROOM_ROUNDS)} of them in a room that ${READERS} people read.`;
    const heads = ["read", "bytes of state.db a message", "in a room"];
    return await Promise.resolve({ text: `${messages} ${room}\n\n${table(heads, rows)}` });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
