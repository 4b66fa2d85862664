/** Links by which people create accounts, and who came by them: what apply writes and reads, and what people see. */
import { and, asc, desc, eq, gt, lt, sql } from "drizzle-orm";
import type { ConversationId, InviteId, UserId } from "../../chat/ids.ts";
import type { InviteRow, InviteRows, InviteUseRow, Role } from "../../chat/rows.ts";
import { compile, type StateConnection } from "./connection.ts";
import { one } from "./row-shapes.ts";
import { inviteUses, invites } from "./schema.ts";

const p = sql.placeholder;

export class StateInvites implements InviteRows {
  readonly #q: ReturnType<typeof statements>;

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
  }

  get(id: InviteId): InviteRow | null {
    return one(this.#q.get.get(id), inviteRow);
  }

  byToken(tokenHash: string): InviteRow | null {
    return one(this.#q.byToken.get(tokenHash), inviteRow);
  }

  put(row: InviteRow): void {
    const { id, tokenHash, by, role, rooms, usesMax, createdMicros, expiresMicros, revoked, revokedSeen } = row;
    this.#q.put.run(
      id,
      tokenHash,
      by,
      role,
      rooms.join(" "),
      usesMax,
      createdMicros,
      expiresMicros,
      revoked,
      revokedSeen.join(" "),
    );
  }

  /** Of those that can still be used, counted up to `max`. */
  count(micros: number, max: number): number {
    return Number(this.#q.count.get(micros, max)?.[0] ?? 0);
  }

  /** The `limit` newest that were made before `micros`, the newest first. */
  madeBefore(micros: number, limit: number): readonly InviteRow[] {
    return this.#q.madeBefore.all(micros, limit).map(inviteRow);
  }

  uses(id: InviteId): readonly InviteUseRow[] {
    return this.#q.uses.all(id).map((row) => ({ invite: id, user: row[1] as UserId, tag: row[2] as string }));
  }

  addUse({ invite, user, tag }: InviteUseRow): void {
    this.#q.addUse.run(invite, user, tag);
  }
}

/** Ids that are kept in one column. */
function ids<Id extends string>(text: unknown): readonly Id[] {
  return text === "" ? [] : ((text as string).split(" ") as Id[]);
}

function inviteRow(row: readonly unknown[]): InviteRow {
  return {
    id: row[0] as InviteId,
    tokenHash: row[1] as string | null,
    by: row[2] as UserId,
    role: row[3] as Role,
    rooms: ids<ConversationId>(row[4]),
    usesMax: row[5] as number,
    createdMicros: row[6] as number,
    expiresMicros: row[7] as number,
    revoked: row[8] as string,
    revokedSeen: ids<UserId>(row[9]),
  };
}

function statements(c: StateConnection) {
  const { db } = c;
  const isOpen = and(gt(invites.expiresMicros, p("micros")), sql`${invites.revoked} = ''`);
  return {
    get: compile(
      c,
      db
        .select()
        .from(invites)
        .where(eq(invites.id, p("id"))),
    ),
    byToken: compile(
      c,
      db
        .select()
        .from(invites)
        .where(eq(invites.tokenHash, p("tokenHash"))),
    ),
    put: putInvite(c),
    count: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(db.select({ id: invites.id }).from(invites).where(isOpen).limit(p("limit")).as("open")),
    ),
    madeBefore: compile(
      c,
      db
        .select()
        .from(invites)
        .where(and(lt(invites.createdMicros, p("micros")), gt(invites.createdMicros, sql`0`)))
        .orderBy(desc(invites.createdMicros))
        .limit(p("limit")),
    ),
    uses: compile(
      c,
      db
        .select()
        .from(inviteUses)
        .where(eq(inviteUses.invite, p("invite")))
        .orderBy(asc(inviteUses.user)),
    ),
    addUse: compile(
      c,
      db
        .insert(inviteUses)
        .values({ invite: p("invite"), user: p("user"), tag: p("tag") })
        .onConflictDoNothing(),
    ),
  };
}

function putInvite(c: StateConnection) {
  const insert = c.db.insert(invites).values({
    id: p("id"),
    tokenHash: p("tokenHash"),
    by: p("by"),
    role: p("role"),
    rooms: p("rooms"),
    usesMax: p("usesMax"),
    createdMicros: p("createdMicros"),
    expiresMicros: p("expiresMicros"),
    revoked: p("revoked"),
    revokedSeen: p("revokedSeen"),
  });
  return compile(
    c,
    insert.onConflictDoUpdate({
      target: invites.id,
      set: {
        tokenHash: sql`excluded.token_hash`,
        by: sql`excluded.by`,
        role: sql`excluded.role`,
        rooms: sql`excluded.rooms`,
        usesMax: sql`excluded.uses_max`,
        createdMicros: sql`excluded.created_micros`,
        expiresMicros: sql`excluded.expires_micros`,
        revoked: sql`excluded.revoked`,
        revokedSeen: sql`excluded.revoked_seen`,
      },
    }),
  );
}
