/**
 * Rows in memory: the same chat as in state.db, for the simulator. Rows are immutable objects in
 * maps, so that a copy is cheap. Every change records how to undo it, for ops that fail.
 */
import type { AuditRow } from "../../src/chat/audit-rows.ts";
import type {
  ConversationRow,
  DeactivationRow,
  EarlyRow,
  FollowRow,
  InviteRow,
  InviteRows,
  InviteUseRow,
  LockRows,
  MemberRow,
  MentionRow,
  MentionRows,
  MessageRow,
  PreferenceRow,
  ReactionRow,
  RequestRow,
  ResetRow,
  RoleRow,
  RoomRow,
  Rows,
  SeatRow,
  SessionRow,
  UserRow,
  RemovalRow,
  VersionRow,
} from "../../src/chat/rows.ts";
import { AUDIT_DROPPED_MAX, AUDIT_MICROS, AUDIT_ROWS_MAX } from "../../src/chat/audit-rows.ts";
import { filesOf } from "../../src/chat/files.ts";
import { FIRST_FORMAT } from "../../src/chat/rows.ts";
import type { ProfileRow, ProfileRows } from "../../src/chat/profiles.ts";
import type { PinRow, SavedRow, UnreadRow, UnreadRows } from "../../src/chat/kept-rows.ts";
import type { Seq } from "../../src/election/view.ts";
import { inviteTable, requestTable, lowerBound, table } from "./memory-tables.ts";
import type { DraftRow } from "../../src/chat/draft-rows.ts";
import type { ReportRow } from "../../src/chat/report-rows.ts";
import { MemoryPush } from "./memory-push.ts";
import type { PushRow } from "../../src/chat/push-rows.ts";
import { MemoryDrafts } from "./memory-drafts.ts";
import { memoryPins, memorySaved } from "./memory-kept.ts";
import { MemoryReports, type MemoryTable } from "./memory-reports.ts";

interface SingleRow {
  readonly user: string;
  readonly conversation: string;
  readonly seq: Seq;
  readonly changedSeq: Seq;
}

class Tables {
  users = new Map<string, UserRow>();
  folded = new Map<string, string>();
  sessions = new Map<string, SessionRow>();
  requests = new Map<string, RequestRow>();
  conversations = new Map<string, ConversationRow>();
  members = new Map<string, MemberRow>();
  roles = new Map<string, RoleRow>();
  rooms = new Map<string, RoomRow>();
  seats = new Map<string, SeatRow>();
  reactions = new Map<string, ReactionRow>();
  files = new Map<string, Pick<MessageRow, "seq" | "author"> & { readonly hash: string; readonly bytes: number }>();
  versions = new Map<string, VersionRow>();
  removals = new Map<string, RemovalRow>();
  reports = new Map<string, ReportRow>();
  pins = new Map<string, PinRow>();
  saved = new Map<string, SavedRow>();
  unreads = new Map<string, UnreadRow>();
  drafts = new Map<string, DraftRow>();
  push = new Map<string, PushRow>();
  pushProgress = new Map<string, { readonly id: number; readonly upTo: number }>();
  preferences = new Map<string, PreferenceRow>();
  invites = new Map<string, InviteRow>();
  inviteUses = new Map<string, InviteUseRow>();
  resets = new Map<string, ResetRow>();
  deactivations = new Map<string, DeactivationRow>();
  profiles = new Map<string, ProfileRow>();
  audit = new Map<number, AuditRow & { readonly id: number }>();
  mentions = new Map<string, MentionRow>();
  reads = new Map<string, SingleRow>();
  hidden = new Map<string, SingleRow>();
  tombstones = new Map<string, { readonly author: string; readonly clientId: string }>();
  follows = new Map<string, FollowRow>();
  early = new Map<string, EarlyRow>();
  purges = new Map<string, { readonly user: string; readonly afterRequest: string }>();
  formats = new Map<string, { readonly format: number; readonly version: string; readonly seq: Seq }>();
}

export class MemoryRows implements Rows {
  #t = new Tables();
  /** By conversation, ascending by seq. */
  #messages = new Map<string, MessageRow[]>();
  #undo: (() => void)[] = [];

  clone(): MemoryRows {
    const copy = new MemoryRows();
    for (const name of Object.keys(this.#t) as (keyof Tables)[]) {
      (copy.#t as Record<keyof Tables, unknown>)[name] = new Map(this.#t[name] as Map<string, unknown>);
    }
    copy.#messages = new Map([...this.#messages].map(([id, rows]) => [id, [...rows]]));
    return copy;
  }

  /** Makes all changes so far permanent. */
  keep(): void {
    this.#undo.length = 0;
  }

  /** Undoes everything since the last `keep`. */
  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo.length = 0;
  }

  /** Mutant: forgets all recorded requests. */
  dropRequests(): void {
    this.#t.requests.clear();
  }

  /** The tables as in state.db: columns in snake case, rows ordered by primary key. */
  dump(): Record<string, Record<string, unknown>[]> {
    const t = this.#t;
    return {
      conversations: table(t.conversations.values(), ["id"]),
      hidden: table(t.hidden.values(), ["user", "conversation", "seq"]),
      members: table(t.members.values(), ["user", "conversation"]),
      mentions: table(this.#numbered(t.mentions.values()), ["user", "conversation", "seq"]),
      messages: table(
        [...this.#messages].flatMap(([id, rows]) =>
          rows.map((row) => ({ ...row, conversation: t.conversations.get(id)!.createdSeq })),
        ),
        ["seq"],
      ),
      follows: table(t.follows.values(), ["user", "thread"]),
      audit: table(t.audit.values(), ["id"]),
      invites: inviteTable(t.invites.values()),
      resets: table(t.resets.values(), ["user"]),
      deactivations: table(t.deactivations.values(), ["user"]),
      profiles: table(t.profiles.values(), ["user"]),
      invite_uses: table(t.inviteUses.values(), ["invite", "user"]),
      early: table(t.early.values(), ["author", "client_id", "user", "what"]),
      preferences: table(t.preferences.values(), ["user", "conversation"]),
      purges: table(t.purges.values(), ["user"]),
      formats: table(t.formats.values(), ["format"]),
      roles: table(t.roles.values(), ["user"]),
      rooms: table(t.rooms.values(), ["id"]),
      seats: table(t.seats.values(), ["room", "user"]),
      reactions: table(t.reactions.values(), ["seq", "emoji", "user"]),
      files: table(t.files.values(), ["seq", "hash"]),
      versions: table(t.versions.values(), ["seq", "tag"]),
      removals: table(t.removals.values(), ["seq"]),
      drafts: table(t.drafts.values(), ["user", "conversation"]),
      push_subscriptions: table(t.push.values(), ["user", "id"]),
      push_progress: table(t.pushProgress.values(), ["id"]),
      reports: table(t.reports.values(), ["message", "by"]),
      unreads: table(t.unreads.values(), ["user", "conversation"]),
      saved: table(this.#numbered(t.saved.values()), ["user", "conversation", "seq"]),
      pins: table(this.#numbered(t.pins.values()), ["seq"]),
      reads: table(t.reads.values(), ["user", "conversation", "seq"]),
      requests: requestTable(t.requests.values()),
      sessions: table(t.sessions.values(), ["id"]),
      tombstones: table(t.tombstones.values(), ["author", "client_id"]),
      users: table(t.users.values(), ["id"]),
    };
  }

  /** Rows with the conversation number in place of its id, as state.db holds them. */
  #numbered<Row extends { readonly conversation: string }>(rows: Iterable<Row>) {
    const numberOf = (id: string): Seq => this.#t.conversations.get(id)!.createdSeq;
    return [...rows].map((row) => ({ ...row, conversation: numberOf(row.conversation) }));
  }

  user(id: string): UserRow | null {
    return this.#t.users.get(id) ?? null;
  }

  userByFolded(folded: string): UserRow | null {
    const id = this.#t.folded.get(folded);
    return id === undefined ? null : this.user(id);
  }

  userBySkeleton(skeleton: string): UserRow | null {
    return [...this.#t.users.values()].find((row) => row.skeleton === skeleton) ?? null;
  }

  putUser(row: UserRow): void {
    this.#set(this.#t.users, row.id, row);
    this.#set(this.#t.folded, row.folded, row.id);
  }

  role(user: string): RoleRow | null {
    return this.#t.roles.get(user) ?? null;
  }

  roles(): readonly RoleRow[] {
    return [...this.#t.roles.values()].sort((a, b) => (a.user < b.user ? -1 : 1));
  }

  putRole(row: RoleRow): void {
    this.#set(this.#t.roles, row.user, row);
  }

  firstUser(): string | null {
    const living = [...this.#t.users.values()].filter((row) => row.deleted === 0);
    return living.sort((a, b) => a.createdMicros - b.createdMicros || (a.id < b.id ? -1 : 1))[0]?.id ?? null;
  }

  readonly invites: InviteRows = {
    get: (id) => this.#t.invites.get(id) ?? null,
    put: (row) => this.#set(this.#t.invites, row.id, row),
    count: (micros, max) => {
      const open = [...this.#t.invites.values()].filter((row) => row.revoked === "" && row.expiresMicros > micros);
      return Math.min(max, open.length);
    },
    uses: (id) =>
      [...this.#t.inviteUses.values()].filter((row) => row.invite === id).sort((a, b) => (a.user < b.user ? -1 : 1)),
    addUse: (row) => {
      const key = `${row.invite} ${row.user}`;
      if (!this.#t.inviteUses.has(key)) this.#set(this.#t.inviteUses, key, row);
    },
  };

  readonly locks: LockRows = {
    reset: (user) => this.#t.resets.get(user) ?? null,
    putReset: (row) => this.#set(this.#t.resets, row.user, row),
    deactivation: (user) => this.#t.deactivations.get(user) ?? null,
    putDeactivation: (row) => this.#set(this.#t.deactivations, row.user, row),
  };

  readonly profiles: ProfileRows = {
    of: (user) => this.#t.profiles.get(user) ?? null,
    put: (row) => this.#set(this.#t.profiles, row.user, row),
    drop: (user) => this.#delete(this.#t.profiles, user),
  };

  readonly audit = { add: (row: AuditRow): void => this.#addAudit(row) };

  #addAudit(row: AuditRow): void {
    const id = Math.max(0, ...this.#t.audit.keys()) + 1;
    this.#set(this.#t.audit, id, { id, ...row });
    for (const old of [...this.#t.audit.values()].slice(0, AUDIT_DROPPED_MAX)) {
      const isOld = old.micros < row.micros - AUDIT_MICROS || old.id <= id - AUDIT_ROWS_MAX;
      if (isOld) this.#delete(this.#t.audit, old.id);
    }
  }

  session(id: string): SessionRow | null {
    return this.#t.sessions.get(id) ?? null;
  }

  sessionsOf(user: string): readonly SessionRow[] {
    return [...this.#t.sessions.values()]
      .filter((row) => row.user === user)
      .sort((a, b) => a.lastUsedMicros - b.lastUsedMicros || (a.id < b.id ? -1 : 1));
  }

  putSession(row: SessionRow): void {
    this.#set(this.#t.sessions, row.id, row);
  }

  removeSession(id: string): void {
    this.#delete(this.#t.sessions, id);
  }

  request(user: string, clientId: string): RequestRow | null {
    return this.#t.requests.get(`${user} ${clientId}`) ?? null;
  }

  seqOfMessage(conversation: string, author: string, clientId: string): Seq | null {
    const request = this.request(author, clientId);
    return request?.conversation === conversation ? request.seq : null;
  }

  putRequest(row: RequestRow): void {
    this.#set(this.#t.requests, `${row.user} ${row.clientId}`, row);
  }

  requestsAfter(after: string, limit: number): readonly RequestRow[] {
    const place = (row: { readonly clientId: string; readonly user: string }): string => `${row.clientId} ${row.user}`;
    return [...this.#t.requests.values()]
      .filter((row) => place(row) > after)
      .sort((a, b) => (place(a) < place(b) ? -1 : 1))
      .slice(0, limit);
  }

  conversation(id: string): ConversationRow | null {
    return this.#t.conversations.get(id) ?? null;
  }

  addConversation(row: ConversationRow): void {
    this.#set(this.#t.conversations, row.id, row);
  }

  setConversationKind(id: string, kind: ConversationRow["kind"]): void {
    const row = this.conversation(id);
    if (row !== null) this.#set(this.#t.conversations, id, { ...row, kind });
  }

  member(conversation: string, user: string): MemberRow | null {
    return this.#t.members.get(`${conversation} ${user}`) ?? null;
  }

  shares(user: string, other: string): boolean {
    for (const row of this.#t.members.values())
      if (row.user === user && this.member(row.conversation, other) !== null) return true;
    return false;
  }

  membersOf(conversation: string): readonly string[] {
    const users: string[] = [];
    for (const row of this.#t.members.values()) if (row.conversation === conversation) users.push(row.user);
    return users.sort();
  }

  putMember(row: MemberRow): void {
    this.#set(this.#t.members, `${row.conversation} ${row.user}`, row);
  }

  removeMember(conversation: string, user: string): void {
    this.#delete(this.#t.members, `${conversation} ${user}`);
  }

  room(id: string): RoomRow | null {
    return this.#t.rooms.get(id) ?? null;
  }

  roomByFolded(folded: string): RoomRow | null {
    return [...this.#t.rooms.values()].find((row) => row.folded === folded) ?? null;
  }

  roomBySkeleton(skeleton: string): RoomRow | null {
    return [...this.#t.rooms.values()].find((row) => row.skeleton === skeleton) ?? null;
  }

  countRooms(max: number): number {
    return Math.min(max, this.#t.rooms.size);
  }

  putRoom(row: RoomRow): void {
    this.#set(this.#t.rooms, row.id, row);
  }

  seat(room: string, user: string): SeatRow | null {
    return this.#t.seats.get(`${room} ${user}`) ?? null;
  }

  seatsIn(room: string): readonly SeatRow[] {
    return this.#seats((row) => row.room === room).sort((a, b) => (a.user < b.user ? -1 : 1));
  }

  seatsOf(user: string): readonly SeatRow[] {
    return this.#seats((row) => row.user === user).sort((a, b) => (a.room < b.room ? -1 : 1));
  }

  #seats(wanted: (row: SeatRow) => boolean): SeatRow[] {
    return [...this.#t.seats.values()].filter((row) => row.state === "joined" && wanted(row));
  }

  putSeat(row: SeatRow): void {
    this.#set(this.#t.seats, `${row.room} ${row.user}`, row);
  }

  follow(thread: string, user: string): FollowRow | null {
    return this.#t.follows.get(`${thread} ${user}`) ?? null;
  }

  putFollow(row: FollowRow): void {
    this.#set(this.#t.follows, `${row.thread} ${row.user}`, row);
  }

  livingUsers(): readonly string[] {
    return [...this.#t.users.values()]
      .filter((row) => row.deleted === 0)
      .map((row) => row.id)
      .sort();
  }

  preference(user: string, conversation: string): PreferenceRow | null {
    return this.#t.preferences.get(`${user} ${conversation}`) ?? null;
  }

  putPreference(row: PreferenceRow): void {
    this.#set(this.#t.preferences, `${row.user} ${row.conversation}`, row);
  }

  message(conversation: string, seq: Seq): MessageRow | null {
    const rows = this.#messages.get(conversation) ?? [];
    const row = rows[lowerBound(rows, seq)];
    return row?.seq === seq ? row : null;
  }

  addMessage(row: MessageRow): void {
    const rows = this.#messages.get(row.conversation) ?? [];
    if (rows.length === 0) this.#messages.set(row.conversation, rows);
    rows.push(row);
    this.#undo.push(() => void rows.pop());
    const { seq, author } = row;
    for (const { hash, small, large, bytes } of filesOf(row.files)) {
      for (const one of [hash, small, large]) {
        if (one === "" || this.#t.files.has(`${seq} ${one}`)) continue;
        this.#set(this.#t.files, `${seq} ${one}`, { seq, hash: one, author, bytes: one === hash ? bytes : 0 });
      }
    }
  }

  eraseMessage(conversation: string, seq: Seq, changedSeq: Seq): void {
    this.#change(conversation, seq, { body: "", deleted: true, files: null, changedSeq });
    for (const [key, row] of this.#t.files) if (row.seq === seq) this.#delete(this.#t.files, key);
    for (const [key, row] of this.#t.reactions) if (row.seq === seq) this.#delete(this.#t.reactions, key);
    for (const [key, row] of this.#t.versions) if (row.seq === seq) this.#delete(this.#t.versions, key);
    for (const [key, row] of this.#t.mentions) if (row.seq === seq) this.#delete(this.#t.mentions, key);
    this.#delete(this.#t.pins, String(seq));
  }

  setBody(conversation: string, seq: Seq, body: string, changedSeq: Seq): void {
    this.#change(conversation, seq, { body, changedSeq });
  }

  versionsOf(seq: Seq): readonly VersionRow[] {
    return [...this.#t.versions.values()].filter((row) => row.seq === seq).toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
  }

  newestVersion(seq: Seq): string {
    return this.versionsOf(seq).at(-1)?.tag ?? "";
  }

  readonly removals = {
    of: (seq: Seq): RemovalRow | null => this.#t.removals.get(String(seq)) ?? null,
    put: (row: RemovalRow): void => this.#set(this.#t.removals, String(row.seq), row),
  };

  readonly reports = new MemoryReports(this.#part(() => this.#t.reports));
  readonly drafts = new MemoryDrafts(this.#part(() => this.#t.drafts));
  readonly push = new MemoryPush(
    this.#part(() => this.#t.push),
    this.#part(() => this.#t.pushProgress),
  );
  readonly unreads: UnreadRows = {
    of: (user, conversation) => this.#t.unreads.get(`${user} ${conversation}`) ?? null,
    put: (row) => this.#set(this.#t.unreads, `${row.user} ${row.conversation}`, row),
    dropReads: (user, conversation, from) => {
      for (const [key, row] of this.#t.reads)
        if (row.user === user && row.conversation === conversation && row.seq >= from) this.#delete(this.#t.reads, key);
    },
  };

  readonly saved = memorySaved(this.#part(() => this.#t.saved));
  readonly pins = memoryPins(this.#part(() => this.#t.pins));

  /** A table whose rows a class of its own writes. A clone has another map. */
  #part<Row>(all: () => Map<string, Row>): MemoryTable<Row> {
    return {
      all,
      set: (key, row) => this.#set(all(), key, row),
      delete: (key) => this.#delete(all(), key),
    };
  }

  putVersion(row: VersionRow): void {
    this.#set(this.#t.versions, `${row.seq} ${row.tag}`, row);
  }

  dropVersion(seq: Seq, tag: string): void {
    this.#delete(this.#t.versions, `${seq} ${tag}`);
  }

  reactionsTo(seq: Seq): readonly ReactionRow[] {
    return [...this.#t.reactions]
      .filter(([, row]) => row.seq === seq)
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([, row]) => row);
  }

  putReaction(row: ReactionRow): void {
    this.#set(this.#t.reactions, `${row.seq} ${row.emoji} ${row.user}`, row);
  }

  readonly mentions: MentionRows = {
    in: (seq) =>
      [...this.#t.mentions.values()].filter((row) => row.seq === seq).toSorted((a, b) => (a.user < b.user ? -1 : 1)),
    add: (row) => this.#set(this.#t.mentions, `${row.user} ${row.seq}`, row),
    drop: (_conversation, seq, user) => this.#delete(this.#t.mentions, `${user} ${seq}`),
  };

  touchMessage(conversation: string, seq: Seq, changedSeq: Seq): void {
    this.#change(conversation, seq, { changedSeq });
  }

  #change(conversation: string, seq: Seq, to: Partial<MessageRow>): void {
    const rows = this.#messages.get(conversation) ?? [];
    const at = lowerBound(rows, seq);
    const before = rows[at]!;
    rows[at] = { ...before, ...to };
    this.#undo.push(() => {
      rows[at] = before;
    });
  }

  messagesAfter(conversation: string, seq: Seq, limit: number): readonly MessageRow[] {
    const rows = this.#messages.get(conversation) ?? [];
    const from = lowerBound(rows, seq + 1);
    return rows.slice(from, from + limit);
  }

  newestBefore(conversation: string, timeMicros: number): Seq {
    const rows = this.#messages.get(conversation) ?? [];
    return rows.findLast((row) => !row.recovered && row.timeMicros < timeMicros)?.seq ?? 0;
  }

  /** It remembers nothing, so that contract tests compare the memory of StateRows with rows alone. */
  isMarkStuck(): boolean {
    return false;
  }

  markIsStuck(): void {}

  isRead(conversation: string, user: string, seq: Seq): boolean {
    return this.#t.reads.has(`${user} ${conversation} ${seq}`);
  }

  addRead(conversation: string, user: string, seq: Seq, changedSeq: Seq): void {
    this.#set(this.#t.reads, `${user} ${conversation} ${seq}`, { user, conversation, seq, changedSeq });
  }

  dropReads(conversation: string, user: string, seq: Seq): void {
    for (const [key, row] of this.#t.reads) {
      if (row.user === user && row.conversation === conversation && row.seq <= seq) this.#delete(this.#t.reads, key);
    }
  }

  isHidden(conversation: string, user: string, seq: Seq): boolean {
    return this.#t.hidden.has(`${user} ${conversation} ${seq}`);
  }

  hide(conversation: string, user: string, seq: Seq, changedSeq: Seq): void {
    this.#set(this.#t.hidden, `${user} ${conversation} ${seq}`, { user, conversation, seq, changedSeq });
  }

  hasTombstone(author: string, clientId: string): boolean {
    return this.#t.tombstones.has(`${author} ${clientId}`);
  }

  addTombstone(author: string, clientId: string): void {
    this.#set(this.#t.tombstones, `${author} ${clientId}`, { author, clientId });
  }

  addEarly(row: EarlyRow): void {
    this.#set(this.#t.early, `${row.author} ${row.clientId} ${row.user} ${row.what}`, { ...row });
  }

  takeEarly(author: string, clientId: string): readonly EarlyRow[] {
    const found = [...this.#t.early].filter(([, row]) => row.author === author && row.clientId === clientId);
    for (const [key] of found) this.#delete(this.#t.early, key);
    return found.map(([, row]) => row).toSorted((a, b) => (`${a.user} ${a.what}` < `${b.user} ${b.what}` ? -1 : 1));
  }

  opFormat(): number {
    let newest = FIRST_FORMAT;
    for (const { format } of this.#t.formats.values()) newest = Math.max(newest, format);
    return newest;
  }

  enableFormat(format: number, version: string, seq: Seq): void {
    this.#set(this.#t.formats, String(format), { format, version, seq });
  }

  purge(): { readonly user: string; readonly afterRequest: string } | null {
    let first: { readonly user: string; readonly afterRequest: string } | null = null;
    for (const row of this.#t.purges.values()) if (first === null || row.user < first.user) first = row;
    return first;
  }

  setPurge(user: string, afterRequest: string): void {
    this.#set(this.#t.purges, user, { user, afterRequest });
  }

  endPurge(user: string): void {
    this.#delete(this.#t.purges, user);
  }

  #set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    map.set(key, value);
    this.#undo.push(before === undefined ? () => void map.delete(key) : () => void map.set(key, before));
  }

  #delete<K, V>(map: Map<K, V>, key: K): void {
    const before = map.get(key);
    if (before === undefined) return;
    map.delete(key);
    this.#undo.push(() => void map.set(key, before));
  }
}
