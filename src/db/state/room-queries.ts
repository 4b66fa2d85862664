/** The queries about rooms (chat/queries.ts), over the connection that apply writes to. */
import { and, asc, eq, gt, isNotNull, sql } from "drizzle-orm";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { RoomPerson, RoomQueries, RoomsPage, RoomSummary } from "../../chat/queries.ts";
import type { RoomRole, RoomRow, SeatRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { isGuest } from "../../chat/kinds/guests.ts";
import { compile, type StateConnection } from "./connection.ts";
import { roomRow, userRow } from "./row-shapes.ts";
import { members, rooms, seats, users } from "./schema.ts";
import type { StateRows } from "./state-rows.ts";

const p = sql.placeholder;

type Statements = ReturnType<typeof statements>;

function statements(c: StateConnection) {
  const { db } = c;
  return {
    /** Parameters: name, archived, part, 1 or (for a guest) 0, user, limit. Leaves out rooms whose creating op has not arrived yet. */
    rooms: compile(
      c,
      db
        .select()
        .from(rooms)
        .where(
          and(
            gt(rooms.folded, p("after")),
            eq(rooms.archived, sql`${p("archived")}`),
            sql`instr(${rooms.folded}, ${p("part")}) > 0`,
            sql`${rooms.createdMicros} > 0`,
            sql`(${rooms.isPrivate} < ${p("mayFind")} or exists (select 1 from ${members}
              where ${members.user} = ${p("user")} and ${members.conversation} = ${rooms.id}))`,
          ),
        )
        .orderBy(asc(rooms.folded))
        .limit(p("limit")),
    ),
    formerly: formerly(c),
    count: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(members)
        .where(eq(members.conversation, p("room"))),
    ),
    people: compile(
      c,
      db
        .select({ user: users, role: seats.role })
        .from(seats)
        .innerJoin(users, eq(users.id, seats.user))
        .where(and(eq(seats.room, p("room")), sql`${seats.state} = 'joined'`, gt(users.folded, p("after"))))
        .orderBy(asc(users.folded))
        .limit(p("limit")),
    ),
    joined: compile(
      c,
      db
        .select({ user: seats.user })
        .from(seats)
        .where(and(eq(seats.room, p("room")), sql`${seats.state} = 'joined'`, sql`${seats.seatedBy} = ${seats.user}`)),
    ),
    /** Rooms that the user joined or left after `seq`: whoever was banned without having been there has no changedSeq. */
    seatedSince: compile(
      c,
      db
        .select({ room: seats.room, changedSeq: seats.changedSeq })
        .from(seats)
        .where(and(eq(seats.user, p("user")), gt(seats.changedSeq, p("seq"))))
        .orderBy(asc(seats.changedSeq))
        .limit(p("limit")),
    ),
  };
}

/** The user's rooms that lost a name in a merge. Parameters: the folded name, user, limit. */
function formerly(c: StateConnection) {
  const { db } = c;
  return compile(
    c,
    db
      .select()
      .from(rooms)
      .where(
        and(
          isNotNull(rooms.formerFolded),
          eq(rooms.formerFolded, p("folded")),
          sql`exists (select 1 from ${members}
              where ${members.user} = ${p("user")} and ${members.conversation} = ${rooms.id})`,
        ),
      )
      .orderBy(asc(rooms.folded))
      .limit(p("limit")),
  );
}

/** See {@link RoomQueries}. */
export class StateRoomQueries implements RoomQueries {
  readonly #q: Statements;
  readonly #rows: StateRows;

  constructor(connection: StateConnection, rows: StateRows) {
    this.#q = statements(connection);
    this.#rows = rows;
  }

  room(id: ConversationId, user: UserId): RoomSummary | null {
    const row = this.#rows.room(id);
    return row === null ? null : this.#seenBy(user, row);
  }

  named(folded: string, user: UserId): RoomSummary | null {
    const row = this.#rows.roomByFolded(folded);
    const found = row === null ? null : this.#seenBy(user, row);
    return found !== null && found.role !== null ? found : (this.#formerly(folded, user) ?? found);
  }

  /** A room of the user that lost this name in a merge. */
  #formerly(folded: string, user: UserId): RoomSummary | null {
    const row = this.#q.formerly.get(folded, user, 1);
    return row === null ? null : this.#seenBy(user, roomRow(row));
  }

  rooms(user: UserId, { afterFolded, limit, part = "", archived = false }: RoomsPage): readonly RoomSummary[] {
    return this.#q.rooms
      .all(afterFolded, archived ? 1 : 0, part, isGuest(user, this.#rows) ? 0 : 1, user, limit)
      .map((row) => this.#summary(user, roomRow(row)));
  }

  people(room: ConversationId, afterFolded: string, limit: number): readonly RoomPerson[] {
    return this.#q.people.all(room, afterFolded, limit).map((row) => ({
      user: userRow(row),
      role: row.at(-1) as RoomRole,
    }));
  }

  seat(room: ConversationId, user: UserId): SeatRow | null {
    return this.#rows.seat(room, user);
  }

  removedBy(seq: Seq): UserId | null {
    return this.#rows.removals.of(seq)?.by ?? null;
  }

  joined(room: ConversationId): readonly UserId[] {
    return this.#q.joined.all(room).map(([user]) => user as UserId);
  }

  /** Rooms that the user joined or left after `seq`, in order. */
  seatedSince(user: UserId, seq: Seq, limit: number): readonly { readonly room: ConversationId; readonly seq: Seq }[] {
    return this.#q.seatedSince.all(user, seq, limit).map((row) => ({ room: row[0] as string, seq: row[1] as Seq }));
  }

  /** Null if the user may not know of the room, or if the op that creates it has not arrived yet. */
  #seenBy(user: UserId, row: RoomRow): RoomSummary | null {
    if (row.createdMicros === 0) return null;
    const isIn = this.#rows.member(row.id, user) !== null;
    return isIn || (!row.isPrivate && !isGuest(user, this.#rows)) ? this.#summary(user, row, isIn) : null;
  }

  #summary(user: UserId, row: RoomRow, isIn = this.#rows.member(row.id, user) !== null): RoomSummary {
    return {
      row,
      // The members of the user's own rooms are in memory, because messages need them.
      people: isIn ? this.#rows.membersOf(row.id).length : Number(this.#q.count.get(row.id)?.[0] ?? 0),
      role: isIn ? (this.#rows.seat(row.id, user)?.role ?? "member") : null,
    };
  }
}
