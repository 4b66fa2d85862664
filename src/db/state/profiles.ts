/** What people say about themselves: what apply writes and reads of it, and what queries find. */
import { asc, eq, gt, sql } from "drizzle-orm";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { UserId } from "../../chat/ids.ts";
import type { ProfileQueries, ProfileRow, ProfileRows } from "../../chat/profiles.ts";
import type { UserRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { PROFILES, type RecentChanges } from "./recent-changes.ts";
import { one } from "./row-shapes.ts";
import { profiles } from "./schema.ts";

const p = sql.placeholder;

/** Maximum number of accounts in memory, with a profile or without: at about 400 bytes each, 3 MB. */
const CACHED_PROFILES = 8_192;

/** See {@link ProfileRows} and {@link ProfileQueries}. Each message that is shown asks for its author's name. */
export class StateProfiles implements ProfileRows, ProfileQueries {
  readonly #q: ReturnType<typeof statements>;
  readonly #changes: RecentChanges;
  readonly #bySkeleton: (skeleton: string) => UserRow | null;
  readonly #rows = new BoundedCache<ProfileRow | null>(CACHED_PROFILES);
  /** What `displayName` found. */
  readonly #names = new BoundedCache<string>(CACHED_PROFILES);

  constructor(connection: StateConnection, changes: RecentChanges, bySkeleton: (skeleton: string) => UserRow | null) {
    this.#q = statements(connection);
    this.#changes = changes;
    this.#bySkeleton = bySkeleton;
  }

  /** Empties the memory after a rollback. */
  forget(): void {
    this.#rows.clear();
    this.#names.clear();
  }

  /** An account has come, or has another name: it may be the one that somebody wants to be called. */
  nameTaken(): void {
    this.#names.clear();
  }

  of(user: UserId): ProfileRow | null {
    const cached = this.#rows.get(user);
    if (cached !== undefined) return cached;
    const row = one(this.#q.of.get(user), profileRow);
    this.#rows.set(user, row);
    return row;
  }

  displayName(user: UserId): string {
    const known = this.#names.get(user);
    if (known !== undefined) return known;
    const { displayName = "", skeleton = "" } = this.of(user) ?? {};
    const holder = displayName === "" ? null : this.#bySkeleton(skeleton);
    const name = holder === null || holder.id === user ? displayName : "";
    this.#names.set(user, name);
    return name;
  }

  put(row: ProfileRow): void {
    const { user, displayName, folded, skeleton, nameTag, emoji, text, untilMicros, statusTag, timeZone, zoneTag } =
      row;
    const status = [emoji, text, untilMicros, statusTag];
    this.#q.put.run(user, displayName, folded, skeleton, nameTag, ...status, timeZone, zoneTag, row.changedSeq);
    this.#rows.set(user, row);
    this.#names.delete(user);
    this.#changes.changed(PROFILES, row.changedSeq);
  }

  drop(user: UserId): void {
    this.#q.drop.run(user);
    this.#rows.set(user, null);
    this.#names.delete(user);
  }

  /** Whose profiles changed after `seq`, in order. */
  since(seq: Seq, limit: number): readonly { readonly user: UserId; readonly seq: Seq }[] {
    if (!this.#changes.mayHaveChanged(PROFILES, seq)) return [];
    return this.#q.since.all(seq, limit).map((row) => ({ user: row[0] as UserId, seq: row[1] as Seq }));
  }
}

function profileRow(row: readonly unknown[]): ProfileRow {
  return {
    user: row[0] as UserId,
    displayName: row[1] as string,
    folded: row[2] as string,
    skeleton: row[3] as string,
    nameTag: row[4] as string,
    emoji: row[5] as string,
    text: row[6] as string,
    untilMicros: row[7] as number,
    statusTag: row[8] as string,
    timeZone: row[9] as string,
    zoneTag: row[10] as string,
    changedSeq: row[11] as Seq,
  };
}

function statements(c: StateConnection) {
  const { db } = c;
  return {
    of: compile(
      c,
      db
        .select()
        .from(profiles)
        .where(eq(profiles.user, p("user"))),
    ),
    put: compile(
      c,
      db
        .insert(profiles)
        .values({
          user: p("user"),
          displayName: p("displayName"),
          folded: p("folded"),
          skeleton: p("skeleton"),
          nameTag: p("nameTag"),
          emoji: p("emoji"),
          text: p("text"),
          untilMicros: p("untilMicros"),
          statusTag: p("statusTag"),
          timeZone: p("timeZone"),
          zoneTag: p("zoneTag"),
          changedSeq: p("changedSeq"),
        })
        .onConflictDoUpdate({
          target: profiles.user,
          set: {
            displayName: sql`excluded.display_name`,
            folded: sql`excluded.folded`,
            skeleton: sql`excluded.skeleton`,
            nameTag: sql`excluded.name_tag`,
            emoji: sql`excluded.emoji`,
            text: sql`excluded.text`,
            untilMicros: sql`excluded.until_micros`,
            statusTag: sql`excluded.status_tag`,
            timeZone: sql`excluded.time_zone`,
            zoneTag: sql`excluded.zone_tag`,
            changedSeq: sql`excluded.changed_seq`,
          },
        }),
    ),
    drop: compile(c, db.delete(profiles).where(eq(profiles.user, p("user")))),
    since: compile(
      c,
      db
        .select({ user: profiles.user, changedSeq: profiles.changedSeq })
        .from(profiles)
        .where(gt(profiles.changedSeq, p("seq")))
        .orderBy(asc(profiles.changedSeq))
        .limit(p("limit")),
    ),
  };
}
