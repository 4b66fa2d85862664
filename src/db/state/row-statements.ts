/** The statements of apply, each prepared once. Drizzle writes the SQL; rows are arrays (see connection.ts). */
import { and, asc, desc, eq, getColumns, gt, gte, isNull, lt, sql } from "drizzle-orm";
import { compile, once, type StateConnection } from "./connection.ts";
import {
  conversations,
  early,
  formats,
  members,
  messages,
  purges,
  requests,
  roles,
  tombstones,
  users,
} from "./schema.ts";

const p = sql.placeholder;

export type RowStatements = ReturnType<typeof rowStatements>;

/** Prepares all statements. The columns of `select()` are in the schema's order. */
export function rowStatements(c: StateConnection) {
  return {
    ...accountStatements(c),
    ...putUserStatements(c),
    ...roleStatements(c),
    ...requestStatements(c),
    ...conversationStatements(c),
    ...memberStatements(c),
    ...messageStatements(c),
    ...messageSearches(c),
    ...upkeepStatements(c),
  };
}

function accountStatements(c: StateConnection) {
  const { db } = c;
  return {
    user: compile(
      c,
      db
        .select()
        .from(users)
        .where(eq(users.id, p("id"))),
    ),
    userByFolded: compile(
      c,
      db
        .select()
        .from(users)
        .where(eq(users.folded, p("folded"))),
    ),
    userBySkeleton: compile(
      c,
      db
        .select()
        .from(users)
        .where(eq(users.skeleton, p("skeleton"))),
    ),
  };
}

function putUserStatements(c: StateConnection) {
  const { db } = c;
  const upsertUser = db.insert(users).values({
    id: p("id"),
    name: p("name"),
    folded: p("folded"),
    passwordHash: p("passwordHash"),
    passwordMicros: p("passwordMicros"),
    createdMicros: p("createdMicros"),
    lastSeenMicros: p("lastSeenMicros"),
    deleted: p("deleted"),
    formerName: p("formerName"),
    formerFolded: p("formerFolded"),
    skeleton: p("skeleton"),
  });
  return {
    putUser: compile(
      c,
      upsertUser.onConflictDoUpdate({
        target: users.id,
        set: {
          name: sql`excluded.name`,
          folded: sql`excluded.folded`,
          passwordHash: sql`excluded.password_hash`,
          passwordMicros: sql`excluded.password_micros`,
          createdMicros: sql`excluded.created_micros`,
          lastSeenMicros: sql`excluded.last_seen_micros`,
          deleted: sql`excluded.deleted`,
          formerName: sql`excluded.former_name`,
          formerFolded: sql`excluded.former_folded`,
          skeleton: sql`excluded.skeleton`,
        },
      }),
    ),
  };
}

function roleStatements(c: StateConnection) {
  const { db } = c;
  const insert = db.insert(roles).values({ user: p("user"), role: p("role"), tag: p("tag") });
  return {
    roles: compile(c, db.select().from(roles).orderBy(asc(roles.user))),
    putRole: compile(
      c,
      insert.onConflictDoUpdate({ target: roles.user, set: { role: sql`excluded.role`, tag: sql`excluded.tag` } }),
    ),
    firstUser: compile(
      c,
      db
        .select()
        .from(users)
        .where(sql`${users.deleted} = 0`)
        .orderBy(asc(users.createdMicros), asc(users.id))
        .limit(p("limit")),
    ),
  };
}

function requestStatements(c: StateConnection) {
  const { db } = c;
  return {
    request: compile(
      c,
      db
        .select()
        .from(requests)
        .where(and(eq(requests.user, p("user")), eq(requests.clientId, p("clientId")))),
    ),
    usersOfRequest: compile(
      c,
      db
        .select({ user: requests.user })
        .from(requests)
        .where(eq(requests.clientId, p("clientId"))),
    ),
    clientIdsBetween: compile(
      c,
      db
        .select({ clientId: requests.clientId })
        .from(requests)
        .where(and(gte(requests.clientId, p("from")), lt(requests.clientId, p("to"))))
        .orderBy(requests.clientId)
        .limit(p("limit")),
    ),
    putRequest: compile(
      c,
      db
        .insert(requests)
        .values({
          user: p("user"),
          clientId: p("clientId"),
          hash: p("hash"),
          seq: p("seq"),
          result: p("result"),
        })
        .onConflictDoUpdate({
          target: [requests.clientId, requests.user],
          set: {
            hash: sql`excluded.hash`,
            seq: sql`excluded.seq`,
            result: sql`excluded.result`,
          },
        }),
    ),
    /** Rows of requests, each followed by the conversation of its message. */
    requestsAfter: compile(
      c,
      db
        .select({ ...getColumns(requests), conversation: conversations.id })
        .from(requests)
        .leftJoin(messages, and(isNull(requests.result), eq(messages.seq, requests.seq)))
        .leftJoin(conversations, eq(conversations.createdSeq, messages.conversation))
        .where(sql`(${requests.clientId}, ${requests.user}) > (${p("clientId")}, ${p("user")})`)
        .orderBy(asc(requests.clientId), asc(requests.user))
        .limit(p("limit")),
    ),
  };
}

function conversationStatements(c: StateConnection) {
  const { db } = c;
  return {
    conversation: compile(
      c,
      db
        .select()
        .from(conversations)
        .where(eq(conversations.id, p("id"))),
    ),
    /**
     * Not joined to `request`, because a request is nearly always new, and the joins make its look-up cost ten times as
     * much.
     */
    conversationAt: compile(
      c,
      db
        .select({ id: conversations.id })
        .from(messages)
        .innerJoin(conversations, eq(conversations.createdSeq, messages.conversation))
        .where(eq(messages.seq, once("seq"))),
    ),
    addConversation: compile(
      c,
      db
        .insert(conversations)
        .values({ id: p("id"), kind: p("kind"), createdSeq: p("createdSeq"), parent: p("parent") }),
    ),
    setConversationKind: compile(
      c,
      db
        .update(conversations)
        .set({ kind: sql`${p("kind")}` })
        .where(eq(conversations.id, p("id"))),
    ),
  };
}

function memberStatements(c: StateConnection) {
  const { db } = c;
  return {
    member: compile(
      c,
      db
        .select()
        .from(members)
        .where(and(eq(members.user, p("user")), eq(members.conversation, p("conversation")))),
    ),
    memberships: compile(
      c,
      db
        .select()
        .from(members)
        .where(eq(members.user, p("user")))
        .limit(p("limit")),
    ),
    membersOf: compile(
      c,
      db
        .select({ user: members.user })
        .from(members)
        .where(eq(members.conversation, p("conversation")))
        .orderBy(members.user),
    ),
    putMember: compile(
      c,
      db
        .insert(members)
        .values({
          user: p("user"),
          conversation: p("conversation"),
          mark: p("mark"),
          markChangedSeq: p("changed"),
          sinceSeq: p("sinceSeq"),
          sinceMicros: p("sinceMicros"),
        })
        .onConflictDoUpdate({
          target: [members.user, members.conversation],
          set: {
            mark: sql`excluded.mark`,
            markChangedSeq: sql`excluded.mark_changed_seq`,
            sinceSeq: sql`excluded.since_seq`,
            sinceMicros: sql`excluded.since_micros`,
          },
        }),
    ),
  };
}

function messageStatements(c: StateConnection) {
  const { db } = c;
  return {
    message: compile(
      c,
      db
        .select()
        .from(messages)
        .where(and(eq(messages.conversation, p("number")), eq(messages.seq, p("seq")))),
    ),
    addMessage: compile(
      c,
      db.insert(messages).values({
        conversation: p("number"),
        seq: p("seq"),
        author: p("author"),
        clientId: p("clientId"),
        body: p("body"),
        timeMicros: p("timeMicros"),
        deleted: p("deleted"),
        recovered: p("recovered"),
        changedSeq: p("changedSeq"),
        quoted: p("quoted"),
        files: p("files"),
      }),
    ),
    eraseMessage: compile(
      c,
      db
        .update(messages)
        .set({ body: sql`''`, deleted: sql`1`, files: sql`null`, changedSeq: sql`${p("changedSeq")}` })
        .where(and(eq(messages.conversation, p("number")), eq(messages.seq, p("seq")))),
    ),
  };
}

/** Searches of the messages of one conversation. */
function messageSearches(c: StateConnection) {
  const { db } = c;
  return {
    messagesAfter: compile(
      c,
      db
        .select({
          seq: messages.seq,
          author: messages.author,
          deleted: messages.deleted,
          recovered: messages.recovered,
          timeMicros: messages.timeMicros,
        })
        .from(messages)
        .where(and(eq(messages.conversation, once("number")), gt(messages.seq, p("seq"))))
        .orderBy(asc(messages.seq))
        .limit(p("limit")),
    ),
    newestBefore: compile(
      c,
      db
        .select({ seq: messages.seq })
        .from(messages)
        .where(
          and(
            eq(messages.conversation, once("number")),
            sql`${messages.recovered} = 0`,
            lt(messages.timeMicros, p("timeMicros")),
          ),
        )
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
  };
}

/** Deletions and marks that arrive before their messages, deleted accounts, and formats in force. */
function upkeepStatements(c: StateConnection) {
  const { db } = c;
  return {
    tombstoneCount: compile(c, db.select({ count: sql<number>`count(*)` }).from(tombstones)),
    hasTombstone: compile(
      c,
      db
        .select()
        .from(tombstones)
        .where(and(eq(tombstones.author, p("author")), eq(tombstones.clientId, p("clientId")))),
    ),
    earlyCount: compile(c, db.select({ count: sql<number>`count(*)` }).from(early)),
    early: compile(
      c,
      db
        .select()
        .from(early)
        .where(and(eq(early.author, p("author")), eq(early.clientId, p("clientId"))))
        .orderBy(asc(early.user), asc(early.what)),
    ),
    addEarly: compile(
      c,
      db
        .insert(early)
        .values({ author: p("author"), clientId: p("clientId"), user: p("user"), what: p("what") })
        .onConflictDoNothing(),
    ),
    dropEarly: compile(
      c,
      db.delete(early).where(and(eq(early.author, p("author")), eq(early.clientId, p("clientId")))),
    ),
    addTombstone: compile(c, db.insert(tombstones).values({ author: p("author"), clientId: p("clientId") })),
    purge: compile(c, db.select().from(purges).orderBy(asc(purges.user)).limit(p("limit"))),
    setPurge: compile(
      c,
      db
        .insert(purges)
        .values({ user: p("user"), afterRequest: p("after") })
        .onConflictDoUpdate({ target: purges.user, set: { afterRequest: sql`excluded.after_request` } }),
    ),
    endPurge: compile(c, db.delete(purges).where(eq(purges.user, p("user")))),
    newestFormat: compile(
      c,
      db.select({ format: formats.format }).from(formats).orderBy(desc(formats.format)).limit(p("limit")),
    ),
    addFormat: compile(c, db.insert(formats).values({ format: p("format"), version: p("version"), seq: p("seq") })),
  };
}
