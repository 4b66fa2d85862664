/** The statements of reads, each prepared once. Drizzle writes the SQL; rows are arrays (see connection.ts). */
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, lte, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { ROOM } from "../../chat/mention-text.ts";
import { compile, once, type StateConnection } from "./connection.ts";
import {
  conversations,
  deactivations,
  hidden,
  members,
  mentions,
  messages,
  preferences,
  profiles,
  reads,
  unreads,
  users,
} from "./schema.ts";

const p = sql.placeholder;

export type QueryStatements = ReturnType<typeof queryStatements>;

const readByOther = alias(reads, "read_by_other");
/** The largest conversation whose people are told of each other's coming and going. */
const COMPANIONS_MAX = 50;

const companions = alias(members, "companions");

/**
 * Whether a conversation of the user has no more than COMPANIONS_MAX people. Asked of `members`, the outer table, so once
 * for each conversation: asked of each companion, a room of 1,500 would be counted 1,500 times.
 */
const isSmall = sql`(select count(*) from (select 1 from ${members} as together
  where together.conversation = ${members.conversation} limit ${sql.raw(String(COMPANIONS_MAX + 1))}))
  <= ${sql.raw(String(COMPANIONS_MAX))}`;

/** Up to where a member has read: `readUpTo` (chat/kept-rows.ts), of a row of `members` and perhaps one of `unreads`. */
const read = sql<number>`case coalesce(${unreads.from}, 0) when 0 then ${members.mark}
  else min(${members.mark}, ${unreads.from} - 1) end`;

/** Whether a membership is in a thread: no other id begins like this (ids.ts). */
const isThread = sql`(substr(${members.conversation}, 1, 2) = 't_')`;

/** Prepares all statements. The columns of `select()` are in the schema's order. */
export function queryStatements(c: StateConnection) {
  return {
    ...peopleStatements(c),
    ...membershipStatements(c),
    ...messageStatements(c),
    ...changeStatements(c),
    ...singleChangeStatements(c),
  };
}

function peopleStatements(c: StateConnection) {
  const { db } = c;
  return {
    former: compile(
      c,
      db
        .select()
        .from(users)
        .where(and(isNotNull(users.formerFolded), eq(users.formerFolded, p("folded"))))
        .limit(p("limit")),
    ),
    users: compile(
      c,
      db
        .select()
        .from(users)
        .where(
          and(
            gt(users.folded, p("after")),
            ne(users.id, p("except")),
            sql`${users.deleted} = 0`,
            sql`exists (select 1 from ${deactivations}
              where ${deactivations.user} = ${users.id} and ${deactivations.off} = 1) <> ${p("which")}`,
            sql`(${p("knownTo")} = '' or exists (select 1 from ${members}
              inner join ${members} as others on others.conversation = ${members.conversation}
              where ${members.user} = ${p("knownTo")} and others.user = ${users.id}))`,
            // 1 for an empty part, so that every name matches.
            sql`(instr(${users.folded}, ${p("part")}) > 0 or exists (select 1 from ${profiles}
              where ${profiles.user} = ${users.id} and instr(${profiles.folded}, ${p("part")}) > 0))`,
          ),
        )
        .orderBy(asc(users.folded))
        .limit(p("limit")),
    ),
    people: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(users)
        .where(sql`${users.deleted} = 0`),
    ),
  };
}

/**
 * Each membership with the newest seq of its conversation, the number of unread messages there, in a room the number of
 * those that mention the member, and what the member prefers there: for whom little of that is in memory
 * (standings.ts). It is one statement because two for each of some hundred conversations took 4 ms. Parameters: where to stop counting,
 * twice; user, 1 for threads or 0 for all others, limit.
 */
function overview(c: StateConnection) {
  const { db } = c;
  return compile(
    c,
    db
      .select({
        user: members.user,
        conversation: members.conversation,
        mark: read.as("read"),
        markChangedSeq: members.markChangedSeq,
        sinceSeq: members.sinceSeq,
        sinceMicros: members.sinceMicros,
        newest: sql`coalesce((select ${messages.seq} from ${messages}
          where ${messages.conversation} = ${conversations.createdSeq}
          order by ${messages.seq} desc limit 1), ${conversations.createdSeq})`.as("newest"),
        unread: countUnread().as("unread"),
        mentions: countMentions().as("mentions"),
        starred: preferences.starred,
        muted: preferences.muted,
        level: preferences.level,
      })
      .from(members)
      .innerJoin(conversations, eq(conversations.id, members.conversation))
      .leftJoin(
        preferences,
        and(eq(preferences.user, members.user), eq(preferences.conversation, members.conversation)),
      )
      .leftJoin(unreads, and(eq(unreads.user, members.user), eq(unreads.conversation, members.conversation)))
      .where(and(eq(members.user, p("user")), sql`${isThread} = ${p("threads")}`))
      .limit(p("limit")),
  );
}

function membershipStatements(c: StateConnection) {
  const { db } = c;
  return {
    overview: overview(c),
    /**
     * Leaves out large rooms, in which each person would be told whenever any other comes or goes, and threads, whose
     * people share the conversation of the root as well.
     * Parameters: the user twice, limit.
     */
    companions: compile(
      c,
      db
        .selectDistinct({ user: companions.user })
        .from(members)
        .innerJoin(companions, eq(companions.conversation, members.conversation))
        .where(and(eq(members.user, p("user")), ne(companions.user, p("user")), sql`not ${isThread}`, isSmall))
        .limit(p("limit")),
    ),
  };
}

/** Of a row of `members` and its conversation: unread messages. Parameter: where to stop counting. */
function countUnread() {
  return sql`(select count(*) from (select 1 from ${messages}
    left join ${reads} on ${reads.user} = ${members.user} and ${reads.conversation} = ${members.conversation}
      and ${reads.seq} = ${messages.seq}
    left join ${hidden} on ${hidden.user} = ${members.user} and ${hidden.conversation} = ${members.conversation}
      and ${hidden.seq} = ${messages.seq}
    where ${messages.conversation} = ${conversations.createdSeq} and ${messages.seq} > ${read}
      and ${messages.author} <> ${members.user} and ${messages.deleted} = 0
      and (${messages.recovered} = 0 or ${messages.timeMicros} >= ${members.sinceMicros})
      and ${reads.seq} is null and ${hidden.seq} is null limit ${p("counted")}))`;
}

/** The same: those of them that mention the member; of a direct conversation none. A muted room calls nobody as such. */
function countMentions() {
  return sql`case ${conversations.kind} when 'direct' then 0 else
    (select count(*) from (select distinct ${mentions.seq} from ${mentions}
    join ${messages} on ${messages.seq} = ${mentions.seq}
    left join ${reads} on ${reads.user} = ${members.user} and ${reads.conversation} = ${members.conversation}
      and ${reads.seq} = ${mentions.seq}
    left join ${hidden} on ${hidden.user} = ${members.user} and ${hidden.conversation} = ${members.conversation}
      and ${hidden.seq} = ${mentions.seq}
    where ${mentions.user} in (${members.user}, case ${preferences.muted} when 1 then '' else ${sql.raw(`'${ROOM}'`)} end)
      and ${mentions.conversation} = ${conversations.createdSeq} and ${mentions.seq} > ${read}
      and ${mentions.silent} = 0 and ${messages.author} <> ${members.user} and ${messages.deleted} = 0
      and (${messages.recovered} = 0 or ${messages.timeMicros} >= ${members.sinceMicros})
      and ${reads.seq} is null and ${hidden.seq} is null limit ${p("counted")})) end`;
}

/**
 * Messages, and whether the user and the other side have read each, without those that the user has hidden.
 * Parameters: user, conversation, other side, conversation, user, conversation.
 */
function seenMessages({ db }: StateConnection) {
  return db
    .select({
      number: messages.conversation,
      seq: messages.seq,
      author: messages.author,
      clientId: messages.clientId,
      body: messages.body,
      timeMicros: messages.timeMicros,
      deleted: messages.deleted,
      recovered: messages.recovered,
      changedSeq: messages.changedSeq,
      quoted: messages.quoted,
      files: messages.files,
      readByMe: sql`${reads.seq}`.as("read_by_me_seq"),
      readByOther: sql`${readByOther.seq}`.as("read_by_other_seq"),
    })
    .from(messages)
    .leftJoin(
      reads,
      and(eq(reads.user, p("user")), eq(reads.conversation, p("conversation")), eq(reads.seq, messages.seq)),
    )
    .leftJoin(
      readByOther,
      and(
        eq(readByOther.user, p("other")),
        eq(readByOther.conversation, p("conversation")),
        eq(readByOther.seq, messages.seq),
      ),
    )
    .leftJoin(
      hidden,
      and(eq(hidden.user, p("user")), eq(hidden.conversation, p("conversation")), eq(hidden.seq, messages.seq)),
    )
    .$dynamic();
}

/** Of the messages that came late, those that the user may see: `sees` (chat/rows.ts). Parameter: sinceMicros. */
function notTooLate() {
  return sql`(${messages.recovered} = 0 or ${messages.timeMicros} >= ${p("sinceMicros")})`;
}

/**
 * Messages that the user has not read. Parameters: user and conversation twice, conversation number, mark, user,
 * sinceMicros, limit. The mark is not below sinceSeq.
 */
function unreadMessages({ db }: StateConnection) {
  return db
    .select({ author: messages.author, clientId: messages.clientId, seq: messages.seq })
    .from(messages)
    .leftJoin(
      reads,
      and(eq(reads.user, p("user")), eq(reads.conversation, p("conversation")), eq(reads.seq, messages.seq)),
    )
    .leftJoin(
      hidden,
      and(eq(hidden.user, p("user")), eq(hidden.conversation, p("conversation")), eq(hidden.seq, messages.seq)),
    )
    .where(
      and(
        eq(messages.conversation, once("number")),
        gt(messages.seq, p("mark")),
        ne(messages.author, p("user")),
        notTooLate(),
        sql`${messages.deleted} = 0`,
        isNull(reads.seq),
        isNull(hidden.seq),
      ),
    )
    .$dynamic();
}

function messageStatements(c: StateConnection) {
  const { db } = c;
  const inConversation = eq(messages.conversation, once("number"));
  /** Messages that are not from before the member came. Parameters: conversation number, sinceSeq, sinceMicros. */
  const maySee = and(inConversation, gt(messages.seq, once("sinceSeq")), notTooLate());
  const isShown = and(inConversation, sql`${messages.deleted} = 0`);
  return {
    /** Parameters, also of `seenAfter`: those of `seenMessages` and `maySee`, seq, limit. */
    seenBefore: compile(
      c,
      seenMessages(c)
        .where(and(maySee, lt(messages.seq, p("seq")), isNull(hidden.seq)))
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
    seenAfter: compile(
      c,
      seenMessages(c)
        .where(and(maySee, gt(messages.seq, p("seq")), isNull(hidden.seq)))
        .orderBy(asc(messages.seq))
        .limit(p("limit")),
    ),
    unread: compile(
      c,
      db.select({ count: sql<number>`count(*)` }).from(unreadMessages(c).limit(p("limit")).as("unread")),
    ),
    firstUnread: compile(c, unreadMessages(c).orderBy(asc(messages.seq)).limit(p("limit"))),
    unreadIds: compile(c, unreadMessages(c).orderBy(desc(messages.seq)).limit(p("limit"))),
    /** Replies in a thread, counted. Parameters: conversation number, limit. */
    replies: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(db.select({ seq: messages.seq }).from(messages).where(isShown).limit(p("limit")).as("shown")),
    ),
    /** The newest of them. Parameters: conversation number, limit. */
    latestReplies: compile(
      c,
      db
        .select({ author: messages.author, timeMicros: messages.timeMicros })
        .from(messages)
        .where(isShown)
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
    newest: compile(
      c,
      db
        .select({ seq: messages.seq, author: messages.author, clientId: messages.clientId })
        .from(messages)
        .where(inConversation)
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
  };
}

function changeStatements(c: StateConnection) {
  const { db } = c;
  return {
    /** Messages that were written at or before `seq` and changed or erased after it. */
    changedSince: compile(
      c,
      db
        .select({
          changedSeq: messages.changedSeq,
          author: messages.author,
          clientId: messages.clientId,
          seq: messages.seq,
          deleted: messages.deleted,
        })
        .from(messages)
        .where(
          and(
            eq(messages.conversation, p("number")),
            gt(messages.seq, p("sinceSeq")),
            notTooLate(),
            gt(messages.changedSeq, p("seq")),
            sql`${messages.changedSeq} > 0`,
            lte(messages.seq, p("seq")),
          ),
        )
        .orderBy(asc(messages.changedSeq))
        .limit(p("limit")),
    ),
  };
}

/** What single users did to messages. */
function singleChangeStatements(c: StateConnection) {
  const { db } = c;
  return {
    hiddenSince: compile(
      c,
      db
        .select({
          conversation: hidden.conversation,
          changedSeq: hidden.changedSeq,
          author: messages.author,
          clientId: messages.clientId,
        })
        .from(hidden)
        .innerJoin(messages, eq(messages.seq, hidden.seq))
        .where(and(eq(hidden.user, p("user")), gt(hidden.changedSeq, p("seq"))))
        .orderBy(asc(hidden.changedSeq))
        .limit(p("limit")),
    ),
    readSince: compile(
      c,
      db
        .select({
          user: reads.user,
          changedSeq: reads.changedSeq,
          author: messages.author,
          clientId: messages.clientId,
        })
        .from(reads)
        .innerJoin(messages, eq(messages.seq, reads.seq))
        .where(
          and(
            eq(reads.conversation, p("conversation")),
            sql`${reads.user} in (${p("user")}, ${p("other")})`,
            gt(reads.changedSeq, p("seq")),
          ),
        )
        .orderBy(asc(reads.changedSeq))
        .limit(p("limit")),
    ),
  };
}
