/** The statements about rooms and seats that apply runs, each prepared once (see row-statements.ts). */
import { and, asc, eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { compile, type StateConnection } from "./connection.ts";
import { members, rooms, seats, users } from "./schema.ts";

const p = sql.placeholder;

const others = alias(members, "others");

export type RoomStatements = ReturnType<typeof roomStatements>;

/** Prepares them all; columns of `select()` come in the schema's order. */
export function roomStatements(c: StateConnection) {
  return { ...ofRooms(c), ...ofSeats(c), putRoom: putRoom(c), putSeat: putSeat(c) };
}

function ofRooms(c: StateConnection) {
  const { db } = c;
  return {
    room: compile(
      c,
      db
        .select()
        .from(rooms)
        .where(eq(rooms.id, p("id"))),
    ),
    roomByFolded: compile(
      c,
      db
        .select()
        .from(rooms)
        .where(eq(rooms.folded, p("folded"))),
    ),
    roomBySkeleton: compile(
      c,
      db
        .select()
        .from(rooms)
        .where(eq(rooms.skeleton, p("skeleton"))),
    ),
    countRooms: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(db.select({ id: rooms.id }).from(rooms).limit(p("limit")).as("some")),
    ),
  };
}

function ofSeats(c: StateConnection) {
  const { db } = c;
  return {
    seat: compile(
      c,
      db
        .select()
        .from(seats)
        .where(and(eq(seats.room, p("room")), eq(seats.user, p("user")))),
    ),
    seatsIn: compile(
      c,
      db
        .select()
        .from(seats)
        .where(and(eq(seats.room, p("room")), sql`${seats.state} = 'joined'`))
        .orderBy(asc(seats.user)),
    ),
    seatsOf: compile(
      c,
      db
        .select()
        .from(seats)
        .where(and(eq(seats.user, p("user")), sql`${seats.state} = 'joined'`))
        .orderBy(asc(seats.room)),
    ),
    shares: compile(
      c,
      db
        .select({ conversation: members.conversation })
        .from(members)
        .innerJoin(others, eq(others.conversation, members.conversation))
        .where(and(eq(members.user, p("user")), eq(others.user, p("other"))))
        .limit(p("limit")),
    ),
    removeMember: compile(
      c,
      db.delete(members).where(and(eq(members.user, p("user")), eq(members.conversation, p("conversation")))),
    ),
    livingUsers: compile(
      c,
      db
        .select({ id: users.id })
        .from(users)
        .where(sql`${users.deleted} = 0`)
        .orderBy(asc(users.id)),
    ),
  };
}

function putRoom(c: StateConnection) {
  const insert = c.db.insert(rooms).values({
    id: p("id"),
    name: p("name"),
    folded: p("folded"),
    skeleton: p("skeleton"),
    topic: p("topic"),
    isPrivate: p("isPrivate"),
    archived: p("archived"),
    createdBy: p("createdBy"),
    createdMicros: p("createdMicros"),
    nameTag: p("nameTag"),
    topicTag: p("topicTag"),
    privateTag: p("privateTag"),
    archivedTag: p("archivedTag"),
    changedSeq: p("changedSeq"),
    historyFromJoining: p("historyFromJoining"),
    fromGroupSeq: p("fromGroupSeq"),
    formerFolded: p("formerFolded"),
    adminsOnly: p("adminsOnly"),
    slowSeconds: p("slowSeconds"),
    postingTag: p("postingTag"),
    adminsCall: p("adminsCall"),
  });
  return compile(
    c,
    insert.onConflictDoUpdate({
      target: rooms.id,
      set: {
        name: sql`excluded.name`,
        folded: sql`excluded.folded`,
        skeleton: sql`excluded.skeleton`,
        topic: sql`excluded.topic`,
        isPrivate: sql`excluded.is_private`,
        archived: sql`excluded.archived`,
        createdBy: sql`excluded.created_by`,
        createdMicros: sql`excluded.created_micros`,
        nameTag: sql`excluded.name_tag`,
        topicTag: sql`excluded.topic_tag`,
        privateTag: sql`excluded.private_tag`,
        archivedTag: sql`excluded.archived_tag`,
        changedSeq: sql`excluded.changed_seq`,
        historyFromJoining: sql`excluded.history_from_joining`,
        fromGroupSeq: sql`excluded.from_group_seq`,
        formerFolded: sql`excluded.former_folded`,
        adminsOnly: sql`excluded.admins_only`,
        slowSeconds: sql`excluded.slow_seconds`,
        postingTag: sql`excluded.posting_tag`,
        adminsCall: sql`excluded.admins_call`,
      },
    }),
  );
}

function putSeat(c: StateConnection) {
  const insert = c.db.insert(seats).values({
    room: p("room"),
    user: p("user"),
    state: p("state"),
    role: p("role"),
    seatedBy: p("seatedBy"),
    tag: p("tag"),
    roleTag: p("roleTag"),
    mark: p("mark"),
    joinedSeq: p("joinedSeq"),
    changedSeq: p("changedSeq"),
  });
  return compile(
    c,
    insert.onConflictDoUpdate({
      target: [seats.room, seats.user],
      set: {
        state: sql`excluded.state`,
        role: sql`excluded.role`,
        seatedBy: sql`excluded.seated_by`,
        tag: sql`excluded.tag`,
        roleTag: sql`excluded.role_tag`,
        mark: sql`excluded.mark`,
        joinedSeq: sql`excluded.joined_seq`,
        changedSeq: sql`excluded.changed_seq`,
      },
    }),
  );
}
