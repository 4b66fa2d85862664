/**
 * Random logs with repeats, ops of other branches, poison and rubbish: both implementations
 * of Rows must give the same results, facts and rows, however the log is cut into batches.
 */
import type { AppliedOp } from "../../../src/chat/applied-op.ts";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withChecksum } from "../../../proto/op-checksum.ts";
import { inviteIdOf } from "../../../src/chat/kinds/create-invite.ts";
import { roomIdOf } from "../../../src/chat/kinds/create-room.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { Mark } from "../../../src/chat/kinds/marks.ts";
import { decodeOp, encodeOp, type Op } from "../../../src/chat/kinds/op.ts";
import {
  directId,
  GENERAL_ID,
  groupIdFor,
  messageId,
  passwordId,
  userIdFor,
  pushIdFor,
} from "../../../src/chat/ids.ts";
import { tagOf } from "../../../src/chat/kinds/tags.ts";
import { StateDb } from "../../../src/db/state/state-db.ts";
import { dumpTables } from "../../../src/db/state/state-hash.ts";
import type { MemoryState } from "../../support/memory-state.ts";
import { IN_TESTS } from "../../kinds/all.ts";
import { clientId, mention, message, NAMES, text, thread, user } from "../../support/random-ops.ts";
import { ChatLog, POISON, poisonRules, STATES, uuid } from "../../support/chat-log.ts";

/** Every run has other logs, so that a third of them in each run of all tests finds the same; soak has them all. */
const runs = (count: number): number => (process.env["SOAK"] === "1" ? count : Math.ceil(count / 3));

function named(name: string): { readonly name: string; readonly folded: string; readonly skeleton: string } {
  return { name, folded: name, skeleton: name };
}
const bare = { topic: "", isPrivate: false, people: [] };
const ROOM_IDS = [
  GENERAL_ID,
  ...NAMES.map((name, n) =>
    roomIdOf({ user: userIdFor(name, uuid(n)), clientId: uuid(2) }, { ...named("ops"), ...bare }),
  ),
];
/** The people of the only group. */
const TRIO = NAMES.map((name, n) => userIdFor(name, uuid(n))).toSorted();
ROOM_IDS.push(groupIdFor(TRIO, 0));
const conversation = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(user, user).map(([a, b]) => directId(a, b)) },
  { weight: 8, arbitrary: fc.constantFrom(...ROOM_IDS) },
  { weight: 1, arbitrary: fc.constant("nonsense") },
);
const session = fc.nat(5).map((n) => ({ id: `s${n}`, tokenHash: `t${n}` }));
/** Ids of passwords that an account may have at that moment, or may not have. */
const checked = fc.constantFrom(...["hash of anna", "hash of ben", "p", "q"].map(passwordId), "");
/** A reader, usually with the session that the person has from the start. */
const reader = fc.oneof(
  { weight: 6, arbitrary: fc.nat(2).map((n) => ({ user: userIdFor(NAMES[n]!, uuid(n)), session: `first${n}` })) },
  { weight: 1, arbitrary: fc.record({ user, session: fc.constantFrom("s1", "first0") }) },
);
const mark: fc.Arbitrary<Mark> = fc
  .tuple(reader, fc.option(message), fc.array(message, { maxLength: 4 }))
  .map(([{ user, session }, upTo, ids]) => ({ user, session, upTo, ids }));
const room = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...ROOM_IDS) },
  { weight: 1, arbitrary: fc.constant("nonsense") },
);
const people = fc.array(user, { maxLength: 3 });
/** A tag as somebody may have seen it. */
const seen = fc
  .tuple(fc.integer({ min: 1_000_000, max: 1_000_200 }), user, clientId)
  .map(([timeMicros, user, clientId]) => tagOf({ timeMicros, user, clientId }));
const roomBody: fc.Arbitrary<OpBody> = fc.oneof(
  // Few names, so that some are taken; the first has the id that others name.
  fc.constantFrom("ops", "ops", "dev").map((name): OpBody => ({ kind: "createRoom", ...named(name), ...bare })),
  fc.record({ isPrivate: fc.boolean(), historyFromJoining: fc.boolean(), people }).map((more): OpBody => ({
    kind: "createRoom",
    ...named("ops"),
    ...bare,
    ...more,
  })),
  fc.record({ room, name: fc.constantFrom("ops", "dev", "ops-2") }).map(({ room, name }): OpBody => ({
    kind: "renameRoom",
    room,
    ...named(name),
  })),
  fc.record({ kind: fc.constant("setTopic" as const), room, topic: text }),
  fc.record({ name: fc.constantFrom("ops", "den"), historyFromJoining: fc.boolean() }).map((more): OpBody => ({
    kind: "nameGroup",
    room: groupIdFor(TRIO, 0),
    topic: "",
    people: TRIO,
    ...named(more.name),
    historyFromJoining: more.historyFromJoining,
  })),
  fc.record({ people: fc.constantFrom([], TRIO), body: text, readUpTo: fc.constant("") }).map((more): OpBody => ({
    kind: "sendMessage",
    conversation: groupIdFor(TRIO, 0),
    ...more,
  })),
  fc.record({ kind: fc.constant("setPrivate" as const), room, isPrivate: fc.boolean(), seen, joined: people }),
  fc.record({ kind: fc.constant("archiveRoom" as const), room, archived: fc.boolean() }),
  fc.record({
    kind: fc.constant("setPosting" as const),
    room,
    adminsOnly: fc.boolean(),
    slowSeconds: fc.constantFrom(0, 60),
    adminsCall: fc.boolean(),
  }),
  ...(["join", "join", "leave", "invite", "remove"] as const).map((what) =>
    fc.record({ kind: fc.constant("seatPeople" as const), room, what: fc.constant(what), people }),
  ),
  fc.record({ kind: fc.constant("ban" as const), room, person: user, banned: fc.boolean(), seen }),
  fc.record({
    kind: fc.constant("setRoomRole" as const),
    room,
    person: user,
    role: fc.constantFrom("member", "admin", "owner"),
  }),
  fc.record({
    kind: fc.constant("setRole" as const),
    person: user,
    role: fc.constantFrom("member", "admin", "owner"),
  }),
);

const body: fc.Arbitrary<OpBody> = fc.oneof(
  ...[...IN_TESTS.values()].flatMap(({ random }) => random?.({ mention, message, text, thread }) ?? []),
  { weight: 12, arbitrary: roomBody },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("sendMessage" as const),
      conversation,
      body: text,
      quoted: fc.oneof(fc.constant(""), message),
      readUpTo: fc.oneof(fc.constant(""), message),
      mentions: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        fc.uniqueArray(mention, { maxLength: 3, selector: (one) => one.user }),
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("marks" as const),
      marks: fc.array(mark, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("deleteMessages" as const),
      ids: fc.array(message, { minLength: 1, maxLength: 4 }),
      forEveryone: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc
      .array(
        fc
          .record({ reader, conversation: fc.oneof(conversation, thread), body: text })
          .map(({ reader: { user, session }, ...draft }) => ({ user, session, ...draft })),
        { minLength: 1, maxLength: 3 },
      )
      .map((drafts): OpBody => ({ kind: "drafts", drafts })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ reader, endpoint: fc.constantFrom("https://push.test/1", "https://push.test/2"), on: fc.boolean() })
      .map(({ reader: { session }, endpoint, on }): OpBody => {
        if (!on) return { kind: "unsubscribePush", id: pushIdFor(endpoint) };
        const said = { p256dh: "p", auth: "a", device: "", origin: "", quiet: "", timeZone: "" };
        return { kind: "subscribePush", endpoint, session, ...said };
      }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(50).map((upTo): OpBody => ({ kind: "pushed", upTo, results: [] })),
  },
  {
    weight: 3,
    arbitrary: fc.oneof(
      fc.record({ message, conversation, why: text, words: text }).map((what): OpBody => ({ kind: "report", ...what })),
      fc.record({ message, by: user, done: fc.boolean() }).map((what): OpBody => ({ kind: "settleReport", ...what })),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("setPreference" as const),
      conversation,
      field: fc.constantFrom("starred", "muted"),
      value: fc.constantFrom("yes", "no"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("setProfile" as const),
      // Some are names of accounts.
      displayName: fc.option(
        text.map((one) => ({ text: one, folded: one.toLowerCase(), skeleton: one.toLowerCase() })),
      ),
      status: fc.option(
        fc.record({ emoji: fc.constantFrom("", "🌴"), text, seconds: fc.nat(60), untilMicros: fc.constant(0) }),
      ),
      timeZone: fc.option(fc.constantFrom("", "Asia/Tokyo", "Europe/Rome")),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("sendMessage" as const),
      conversation: thread,
      body: text,
      readUpTo: fc.oneof(fc.constant(""), message),
      parent: conversation,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("login" as const), session, checked }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("endSession" as const), session: fc.nat(5).map((n) => `s${n}`) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("endOtherSessions" as const),
      keepSession: fc.nat(5).map((n) => `s${n}`),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("touch" as const), session: fc.nat(5).map((n) => `s${n}`) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("changePassword" as const),
      passwordHash: fc.constantFrom("p", "q"),
      keepSession: fc.constantFrom("s1", "s2"),
      checked,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("deleteAccount" as const), deleteMessages: fc.boolean(), checked }),
  },
);

/** The link that the first two people may have made, as those who come by it name it. */
const asked = { role: "member", rooms: [ROOM_IDS[1]!], usesMax: 1, seconds: 100 } as const;
const INVITE_IDS = NAMES.slice(0, 2).map((name, n) =>
  inviteIdOf({ user: userIdFor(name, uuid(n)), clientId: uuid(2) }, { ...asked, tokenHash: "" }),
);
const inviteBody: fc.Arbitrary<OpBody> = fc.oneof(
  fc.constant<OpBody>({ kind: "createInvite", tokenHash: "", ...asked }),
  fc.record({ invite: fc.constantFrom(...INVITE_IDS), used: people }).map((what): OpBody => ({
    kind: "revokeInvite",
    ...what,
  })),
);
const lockBody: fc.Arbitrary<OpBody> = fc.oneof(
  user.map((person): OpBody => ({ kind: "createReset", person, tokenHash: "" })),
  session.map((session): OpBody => ({ kind: "resetPassword", tokenHash: "", passwordHash: "q", session })),
  fc.record({ person: user, active: fc.boolean(), seen }).map((what): OpBody => ({ kind: "setActive", ...what })),
);
/** No two links have one token. */
function withToken(op: Op): Op {
  const { body } = op;
  if (body.kind === "createInvite") return { ...op, body: { ...body, tokenHash: `${op.user}${op.clientId}` } };
  if (body.kind === "createReset") return { ...op, body: { ...body, tokenHash: `for ${body.person}` } };
  return body.kind === "resetPassword" ? { ...op, body: { ...body, tokenHash: `for ${op.user}` } } : op;
}

const plain: fc.Arbitrary<Op> = fc
  .record({
    user,
    clientId,
    timeMicros: fc.integer({ min: 1_000_000, max: 1_000_200 }),
    origin: fc.constant(null),
    recovered: fc.boolean(),
    body: fc.oneof(
      { weight: 20, arbitrary: body },
      { weight: 1, arbitrary: inviteBody },
      { weight: 1, arbitrary: lockBody },
    ),
  })
  .map(withToken);

const registration: fc.Arbitrary<Op> = fc
  .record({
    name: fc.constantFrom(...NAMES, "Anna"),
    general: fc.constantFrom("", "general", "ops"),
    id: fc.nat(3),
    invite: fc.option(fc.constantFrom(...INVITE_IDS).map((id) => ({ id, ...asked, by: userIdFor("anna", uuid(0)) }))),
    timeMicros: fc.integer({ min: 1_000_000, max: 1_000_200 }),
    recovered: fc.boolean(),
  })
  .map(({ name, general, id, invite, timeMicros, recovered }) => {
    const folded = name.toLowerCase();
    const clientId = uuid(id);
    const session = { id: `r${name}${id}`, tokenHash: `r${name}${id}` };
    return {
      user: userIdFor(folded, clientId),
      clientId,
      timeMicros,
      origin: null,
      recovered,
      body: { kind: "register", name, folded, passwordHash: "p", session, general, invite },
    };
  });

const entry: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 30, arbitrary: plain.map(encodeOp) },
  { weight: 4, arbitrary: registration.map(encodeOp) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map(withChecksum).filter(isRubbish) },
);

function isRubbish(bytes: Uint8Array): boolean {
  try {
    decodeOp(bytes);
    return false;
  } catch (error) {
    return error instanceof Error && error.name === "MalformedOp";
  }
}

const everybody = NAMES.map((name, n) => {
  const session = { id: `first${n}`, tokenHash: `first${n}` };
  const body: OpBody = { kind: "register", name, folded: name, passwordHash: "p", session };
  return encodeOp({
    user: userIdFor(name, uuid(n)),
    clientId: uuid(n),
    timeMicros: 1_000_000,
    origin: null,
    recovered: false,
    body,
  });
});

test("both states tell and hold the same, however the log is cut into batches", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(entry, fc.boolean()), { minLength: 1, maxLength: 120 }), (entries) => {
      const memory = new ChatLog(STATES.memory(poisonRules));
      const sqlite = new ChatLog(STATES["sqlite in memory"](poisonRules));
      const bytes = [...everybody, ...entries.map(([op]) => op)];
      for (const op of bytes) memory.append([op]);
      let batch: Uint8Array[] = [...everybody];
      for (const [op, cut] of entries) {
        batch.push(op);
        if (!cut) continue;
        sqlite.append(batch);
        batch = [];
      }
      if (batch.length > 0) sqlite.append(batch);
      expect(sqlite.applied).toEqual(memory.applied);
      expect(dumpTables((sqlite.state as StateDb).client())).toEqual((memory.state as MemoryState).dump());
      expect(sqlite.state.hash()).toEqual(memory.state.hash());
    }),
    { numRuns: runs(300), includeErrorInReport: true },
  );
}, 60_000);

/** One step of two people who write to each other: who does what with which of the newest messages. */
const step = fc.record({
  user: fc.nat(1),
  kind: fc.constantFrom("send", "send", "send", "poison", "answer", "read", "delete", "all"),
  back: fc.nat(3),
});

test("two people who write much and read a little: their marks stop and go the same way", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const logs = [STATES.memory(poisonRules), STATES["sqlite in memory"](poisonRules)].map((s) => new ChatLog(s));
      const people = NAMES.map((name, n) => userIdFor(name, uuid(n)));
      const conversation = directId(people[0]!, people[1]!);
      const sent: string[] = [];
      for (const log of logs) log.append(everybody);
      for (const [n, { user, kind, back }] of steps.entries()) {
        const id = sent.at(-1 - back) ?? "none";
        const text = kind === "poison" ? POISON : "x";
        const send = { kind: "sendMessage", conversation, body: text, readUpTo: kind === "answer" ? id : "" } as const;
        const bodies: Record<string, OpBody> = {
          read: { kind: "marks", marks: [{ user: people[user]!, session: `first${user}`, upTo: null, ids: [id] }] },
          delete: { kind: "deleteMessages", ids: [id] },
          all: { kind: "marks", marks: [{ user: people[user]!, session: `first${user}`, upTo: id, ids: [] }] },
        };
        // A client id that ends with 0 moves the author's mark over the author's own messages.
        const op = {
          user: people[user]!,
          clientId: uuid(1_000 + 10 * n),
          timeMicros: 1_000_000 + n,
          body: bodies[kind] ?? send,
        };
        for (const log of logs) log.append([encodeOp({ ...op, origin: null, recovered: false })]);
        if (op.body === send && kind !== "poison") sent.push(messageId(op.user, op.clientId));
      }
      const [memory, sqlite] = logs;
      expect(sqlite!.applied).toEqual(memory!.applied);
      expect(dumpTables((sqlite!.state as StateDb).client())).toEqual((memory!.state as MemoryState).dump());
    }),
    { numRuns: runs(200), includeErrorInReport: true },
  );
}, 60_000);

test("a state that was closed and opened in between, and so remembers nothing, writes the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "lastword-rows-random-"));
  let files = 0;
  try {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.nat(19)), { minLength: 10, maxLength: 120 }), (entries) => {
        const warm = new ChatLog(STATES["sqlite in memory"](poisonRules));
        const path = join(folder, `${++files}.db`);
        let state = new StateDb(path, { rules: poisonRules });
        let cold = new ChatLog(state);
        const applied: AppliedOp[] = [];
        const reopen = (): void => {
          applied.push(...cold.applied);
          state.close();
          state = new StateDb(path, { rules: poisonRules });
          cold = new ChatLog(state);
        };
        for (const log of [warm, cold]) log.append(everybody);
        for (const [op, dice] of entries) {
          if (dice === 0) reopen();
          for (const log of [warm, cold]) log.append([op]);
        }
        reopen();
        expect(applied).toEqual(warm.applied);
        expect(dumpTables(state.client())).toEqual(dumpTables((warm.state as StateDb).client()));
        state.close();
      }),
      { numRuns: runs(60), includeErrorInReport: true },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

/** A mark of one of three people: which message, and whether everything up to it is marked. */
const look = fc.record({ who: fc.nat(2), at: fc.nat(11), isUpTo: fc.boolean() });

test("marks made on both sides of a split are all there after the merge, whichever side wins", () => {
  fc.assert(
    fc.property(fc.array(look, { maxLength: 8 }), fc.array(look, { maxLength: 8 }), (here, there) => {
      const people = NAMES.map((name, n) => userIdFor(name, uuid(n)));
      // Everybody writes to everybody, in turn.
      const sent = Array.from({ length: 12 }, (_, n) => ({ from: n % 3, to: (n + 1 + (n % 2)) % 3, n }));
      const ids = sent.map(({ from, n }) => messageId(people[from]!, uuid(100 + n)));
      const op = (user: string, n: number, body: OpBody, recovered: boolean): Uint8Array =>
        encodeOp({ user, clientId: uuid(100 + n), timeMicros: 1_000_100 + n, origin: null, recovered, body });
      const messages = sent.map(({ from, to, n }) => {
        const conversation = directId(people[from]!, people[to]!);
        return op(people[from]!, n, { kind: "sendMessage", conversation, body: "x", readUpTo: "" }, false);
      });
      /** The marks with the ids of what the reader was shown up to there, as the proposing replica looks them up. */
      const marksOf = (looks: typeof here, recovered: boolean): Uint8Array[] =>
        looks.map(({ who, at, isUpTo }, n) => {
          const { from, to } = sent[at]!;
          const shown = sent.filter((m) => m.n <= at && m.from !== who && m.from + m.to === from + to);
          const marked = isUpTo ? shown.map((m) => ids[m.n]!) : [ids[at]!];
          const mark = { user: people[who]!, session: `first${who}`, upTo: isUpTo ? ids[at]! : null, ids: marked };
          return op("", 200 + n, { kind: "marks", marks: [mark] }, recovered);
        });
      const readAfter = (first: typeof here, late: typeof here): Set<string> => {
        const log = new ChatLog(STATES.memory());
        log.append([...everybody, ...messages, ...marksOf(first, false), ...marksOf(late, true)]);
        return readOf(log.state as MemoryState);
      };
      const united = new Set([...readAfter(here, []), ...readAfter(there, [])]);
      expect(readAfter(here, there)).toEqual(united);
      expect(readAfter(there, here)).toEqual(united);
    }),
    { numRuns: runs(300), includeErrorInReport: true },
  );
}, 60_000);

/** `<reader> <message>` for every message of others that somebody has read. */
function readOf(state: MemoryState): Set<string> {
  const { members = [], messages = [], reads = [], conversations = [] } = state.dump();
  const singly = new Set(reads.map((row) => `${String(row["user"])} ${String(row["seq"])}`));
  const read = members.flatMap(({ user, conversation, mark }) => {
    const number = conversations.find(({ id }) => id === conversation)!["created_seq"];
    return messages
      .filter((row) => row["conversation"] === number && row["author"] !== user)
      .filter(({ seq }) => Number(seq) <= Number(mark) || singly.has(`${String(user)} ${String(seq)}`))
      .map((row) => `${String(user)} ${String(row["client_id"])}`);
  });
  return new Set(read);
}
