/**
 * The chat's Rows over SQLite, which apply reads and writes inside its transaction.
 *
 * Every message runs a handful of statements, so each is prepared once and run on the bare
 * driver; Drizzle writes the SQL, so that the compiler checks the names of tables and columns.
 * Users, the newest messages of conversations and the newest client ids are also in memory. Every
 * write updates this memory, and `forget` empties it when a transaction is rolled back.
 */
import type { ClientId, ConversationId, UserId } from "../../chat/ids.ts";
import type {
  ConversationRow,
  EarlyRow,
  FollowRow,
  MemberRow,
  MessageRow,
  PreferenceRow,
  ReactionRow,
  RequestRow,
  RoleRow,
  RoomRow,
  Rows,
  SeatRow,
  UserRow,
} from "../../chat/rows.ts";
import { FIRST_FORMAT } from "../../chat/rows.ts";
import { StorageDamaged } from "../../election/ports.ts";
import type { Seq } from "../../election/view.ts";
import { BoundedCache } from "../../base/bounded-cache.ts";
import { StateAudit } from "./audit.ts";
import type { StateConnection } from "./connection.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import { StatePreferences } from "./preferences.ts";
import { preferencesOf, seatsOf, type RecentChanges } from "./recent-changes.ts";
import { StateFollows } from "./follows.ts";
import { StateInvites } from "./invites.ts";
import { StateFiles } from "./files.ts";
import { StateMentions } from "./mentions.ts";
import { StateLocks } from "./locks.ts";
import { StateSessions } from "./sessions.ts";
import { StateProfiles } from "./profiles.ts";
import { StatePins } from "./pins.ts";
import { StateReactions } from "./reactions.ts";
import { StateDrafts } from "./drafts.ts";
import { StatePush } from "./push.ts";
import { StateReports } from "./reports.ts";
import { roomStatements, type RoomStatements } from "./room-statements.ts";
import { RowsByUser } from "./rows-by-user.ts";
import { rowStatements, type RowStatements } from "./row-statements.ts";
import { RequestSpans } from "./request-spans.ts";
import { StateSaved } from "./saved.ts";
import { StateSingleMarks } from "./single-marks.ts";
import { StateRemovals } from "./removals.ts";
import { StateUnreads } from "./unreads.ts";
import { StateVersions } from "./versions.ts";
import {
  REQUEST_COLUMNS,
  type BriefMessage,
  briefRow,
  memberRow,
  messageRow,
  one,
  requestRow,
  roleRow,
  roomRow,
  seatRow,
  userRow,
} from "./row-shapes.ts";

/** Maximum number of accounts in memory: at about 300 bytes each, 2.5 MB. */
const CACHED_USERS = 8_192;

/** Maximum number of rooms in memory: at about 600 bytes each, 2.5 MB. */
const CACHED_ROOMS = 4_096;

/** Maximum number of seats in memory, which a message to a room and a list of rooms ask for; some 400 bytes each. */
const CACHED_SEATS = 16_384;

/** Of how many users all memberships are in memory, for their lists; 60 KB for somebody with 300. */
const CACHED_MEMBERS = 512;

/** Maximum number of a user's conversations that a listing, a resuming stream or her presence looks at. */
export const CONVERSATIONS_MAX = 10_000;

/** See {@link Rows}. */
export class StateRows implements Rows {
  readonly #connection: StateConnection;
  readonly #q: RowStatements;
  readonly #rooms: RoomStatements;
  readonly #reactions: StateReactions;
  readonly #versions: StateVersions;
  readonly removals: StateRemovals;
  readonly reports: StateReports;
  readonly pins: StatePins;
  readonly saved: StateSaved;
  readonly unreads: StateUnreads;
  readonly drafts: StateDrafts;
  readonly push: StatePush;
  readonly #preferences: StatePreferences;
  readonly #follows: StateFollows;
  readonly #singly: StateSingleMarks;
  readonly versionsOf: Rows["versionsOf"] = (seq) => this.#versions.of(seq);
  readonly putVersion: Rows["putVersion"] = (row) => this.#versions.put(row);
  readonly dropVersion: Rows["dropVersion"] = (seq, tag) => this.#versions.drop(seq, tag);
  readonly newestVersion: Rows["newestVersion"] = (seq) => this.#versions.newestTag(seq);
  readonly isRead: Rows["isRead"] = (...at) => this.#singly.isRead(...at);
  readonly addRead: Rows["addRead"] = (...at) => this.#singly.addRead(...at);
  readonly dropReads: Rows["dropReads"] = (...at) => this.#singly.dropReads(...at);
  readonly isHidden: Rows["isHidden"] = (...at) => this.#singly.isHidden(...at);
  readonly hide: Rows["hide"] = (...at) => this.#singly.hide(...at);
  readonly session: Rows["session"] = (id) => this.sessions.get(id);
  readonly sessionsOf: Rows["sessionsOf"] = (user) => this.sessions.oldestOf(user);
  readonly putSession: Rows["putSession"] = (row) => this.sessions.put(row);
  readonly removeSession: Rows["removeSession"] = (id) => this.sessions.remove(id);
  /** These also answer queries. */
  readonly sessions: StateSessions;
  readonly locks: StateLocks;
  readonly profiles: StateProfiles;
  readonly invites: StateInvites;
  readonly audit: StateAudit;
  readonly mentions: StateMentions;
  readonly files: StateFiles;
  readonly #roomRows = new BoundedCache<RoomRow>(CACHED_ROOMS);
  /** By room and user; null: the user has none. */
  readonly #seats = new BoundedCache<SeatRow | null>(CACHED_SEATS);
  readonly #memberships = new RowsByUser(CACHED_MEMBERS, (user) =>
    this.#q.memberships.all(user, CONVERSATIONS_MAX).map(memberRow),
  );
  readonly #spans: RequestSpans;
  readonly #users = new BoundedCache<UserRow>(CACHED_USERS);
  /** Numbers of rows; null: not counted yet. They are nearly always 0, which saves a look-up per op. */
  #tombstones: number | null = null;
  #early: number | null = null;
  #purges: number | null = null;
  /** All rows of roles, by user; null: not read yet. They are few: most people never get one. */
  #roles: Map<UserId, RoleRow> | null = null;
  /** Whom `firstUser` found; null: not looked up since one as early was written, or there was nobody. */
  #first: UserRow | null = null;
  /** The newest op format in force; null: not looked up yet. */
  #format: number | null = null;
  readonly #memory: ConversationMemory;
  readonly #changes: RecentChanges;

  constructor(
    connection: StateConnection,
    held: { readonly memory: ConversationMemory; readonly changes: RecentChanges },
  ) {
    this.#connection = connection;
    this.#memory = held.memory;
    this.#changes = held.changes;
    this.#q = rowStatements(connection);
    this.#rooms = roomStatements(connection);
    this.#reactions = new StateReactions(connection);
    this.#versions = new StateVersions(connection);
    this.removals = new StateRemovals(connection);
    this.reports = new StateReports(connection);
    this.unreads = new StateUnreads(connection, held);
    this.pins = new StatePins(connection, (conversation) => this.numberOf(conversation));
    this.saved = new StateSaved(connection, this.#changes, (conversation) => this.numberOf(conversation));
    this.drafts = new StateDrafts(connection, held.changes);
    this.push = new StatePush(connection);
    this.#preferences = new StatePreferences(connection);
    this.#follows = new StateFollows(connection);
    this.#singly = new StateSingleMarks(connection, held);
    this.sessions = new StateSessions(connection);
    this.locks = new StateLocks(connection);
    this.profiles = new StateProfiles(connection, this.#changes, (skeleton) => this.userBySkeleton(skeleton));
    this.invites = new StateInvites(connection);
    this.audit = new StateAudit(connection);
    this.files = new StateFiles(connection);
    this.mentions = new StateMentions(connection, held.memory, (conversation) => this.numberOf(conversation));
    this.#spans = new RequestSpans((from, to, limit) =>
      this.#q.clientIdsBetween.all(from, to, limit).map(([clientId]) => clientId as string),
    );
  }

  /** Empties the memory after a rollback, because it may hold rows that were undone. */
  forget(): void {
    this.#users.clear();
    this.#roomRows.clear();
    this.#seats.clear();
    this.#spans.clear();
    this.#memory.clear();
    this.#tombstones = null;
    this.#early = null;
    this.#purges = null;
    this.#format = null;
    this.#roles = null;
    this.#first = null;
    const parts = [this.locks, this.unreads, this.drafts, this.push, this.profiles, this.#preferences, this.#singly];
    for (const part of [...parts, this.sessions]) part.forget();
    this.#memberships.clear();
  }

  user(id: UserId): UserRow | null {
    const cached = this.#users.get(id);
    if (cached !== undefined) return cached;
    const row = this.#q.user.get(id);
    if (row === null) return null;
    const user = userRow(row);
    this.#users.set(id, user);
    return user;
  }

  userByFolded(folded: string): UserRow | null {
    const row = this.#q.userByFolded.get(folded);
    return row === null ? null : userRow(row);
  }

  userBySkeleton(skeleton: string): UserRow | null {
    const row = this.#q.userBySkeleton.get(skeleton);
    return row === null ? null : userRow(row);
  }

  putUser(row: UserRow): void {
    const { id, name, folded, skeleton, passwordHash, passwordMicros, createdMicros, lastSeenMicros } = row;
    const formerly = [row.deleted, row.formerName, row.formerFolded, skeleton];
    this.#q.putUser.run(id, name, folded, passwordHash, passwordMicros, createdMicros, lastSeenMicros, ...formerly);
    if (this.#users.get(id)?.skeleton !== skeleton) this.profiles.nameTaken();
    this.#users.set(id, row);
    if (this.#first !== null && row.createdMicros <= this.#first.createdMicros) this.#first = null;
  }

  role(user: UserId): RoleRow | null {
    return this.#roleRows().get(user) ?? null;
  }

  roles(): readonly RoleRow[] {
    return [...this.#roleRows().values()].sort((a, b) => (a.user < b.user ? -1 : 1));
  }

  #roleRows(): Map<UserId, RoleRow> {
    this.#roles ??= new Map(this.#q.roles.all().map((row) => [row[0] as UserId, roleRow(row)]));
    return this.#roles;
  }

  putRole(row: RoleRow): void {
    this.#q.putRole.run(row.user, row.role, row.tag);
    this.#roleRows().set(row.user, row);
  }

  firstUser(): UserId | null {
    this.#first ??= one(this.#q.firstUser.get(1), userRow);
    return this.#first?.id ?? null;
  }

  request(user: UserId, clientId: ClientId): RequestRow | null {
    if (this.#spans.isNew(clientId)) return null;
    const row = this.#q.request.get(user, clientId);
    if (row === null) return null;
    const [, , , seq, result] = row;
    return requestRow(row, result === null ? this.#conversationAt(seq as Seq) : null);
  }

  requestsOf(clientId: ClientId): readonly RequestRow[] {
    return this.#q.usersOfRequest.all(clientId).flatMap(([user]) => this.request(user as UserId, clientId) ?? []);
  }

  seqOfMessage(conversation: ConversationId, author: UserId, clientId: ClientId): Seq | null {
    const known = this.#memory.seqOf(conversation, author, clientId);
    if (known !== null) return known;
    const request = this.request(author, clientId);
    return request?.conversation === conversation ? request.seq : null;
  }

  putRequest(row: RequestRow): void {
    this.#q.putRequest.run(row.user, row.clientId, row.hash, row.seq, row.result);
    this.#spans.added(row.clientId);
  }

  requestsAfter(after: string, limit: number): readonly RequestRow[] {
    const [clientId = "", user = ""] = after.split(" ");
    return this.#q.requestsAfter
      .all(clientId, user, limit)
      .map((row) => requestRow(row, row[REQUEST_COLUMNS] as string | null));
  }

  /** The conversation of the message at this seq. Throws StorageDamaged if there is no such message. */
  #conversationAt(seq: Seq): ConversationId {
    const row = this.#q.conversationAt.get(seq);
    if (row !== null) return row[0] as string;
    const error = new StorageDamaged("state", `a request sent the message at seq ${seq}, but there is none`);
    this.#connection.onDamage?.(error);
    throw error;
  }

  conversation(id: ConversationId): ConversationRow | null {
    const known = this.#memory.conversation(id);
    if (known !== null) return known;
    const row = this.#q.conversation.get(id);
    if (row === null) return null;
    const kind = row[1] as ConversationRow["kind"];
    const found = { id, kind, createdSeq: row[2] as Seq, parent: row[3] as ConversationId | null };
    this.#memory.setConversation(found);
    return found;
  }

  addConversation(row: ConversationRow): void {
    this.#q.addConversation.run(row.id, row.kind, row.createdSeq, row.parent);
    this.#memory.setConversation(row);
  }

  setConversationKind(id: ConversationId, kind: ConversationRow["kind"]): void {
    this.#q.setConversationKind.run(kind, id);
    this.#memory.setConversation({ ...this.conversation(id)!, kind });
  }

  /** The conversation number (see schema.ts); null if there is no such conversation. */
  numberOf(conversation: ConversationId): Seq | null {
    return this.conversation(conversation)?.createdSeq ?? null;
  }

  member(conversation: ConversationId, user: UserId): MemberRow | null {
    const known = this.#memory.member(conversation, user);
    if (known !== undefined) return known;
    const row = this.#q.member.get(user, conversation);
    if (row === null) return null;
    const member = memberRow(row);
    this.#memory.setMember(member);
    return member;
  }

  shares(user: UserId, other: UserId): boolean {
    return this.#rooms.shares.get(user, other, 1) !== null;
  }

  /** All memberships of a user, by conversation. */
  membershipsOf(user: UserId): ReadonlyMap<ConversationId, MemberRow> {
    return this.#memberships.of(user);
  }

  membersOf(conversation: ConversationId): readonly UserId[] {
    const known = this.#memory.people(conversation);
    if (known !== null) return known;
    const people = this.#q.membersOf.all(conversation).map(([user]) => user as string);
    this.#memory.setPeople(conversation, people);
    return people;
  }

  putMember(row: MemberRow): void {
    this.#q.putMember.run(row.user, row.conversation, row.mark, row.markChangedSeq, row.sinceSeq, row.sinceMicros);
    this.#memory.setMember(row);
    this.#memberships.put(row);
    this.#changes.changed(row.conversation, row.markChangedSeq);
  }

  removeMember(conversation: ConversationId, user: UserId): void {
    this.#rooms.removeMember.run(user, conversation);
    this.#memory.removeMember(conversation, user);
    this.#memberships.drop(user, conversation);
  }

  room(id: ConversationId): RoomRow | null {
    const cached = this.#roomRows.get(id);
    if (cached !== undefined) return cached;
    const room = one(this.#rooms.room.get(id), roomRow);
    if (room !== null) this.#roomRows.set(id, room);
    return room;
  }

  roomByFolded(folded: string): RoomRow | null {
    return one(this.#rooms.roomByFolded.get(folded), roomRow);
  }

  roomBySkeleton(skeleton: string): RoomRow | null {
    return one(this.#rooms.roomBySkeleton.get(skeleton), roomRow);
  }

  countRooms(max: number): number {
    return Number(this.#rooms.countRooms.get(max)?.[0]);
  }

  putRoom(row: RoomRow): void {
    this.#rooms.putRoom.run(
      row.id,
      row.name,
      row.folded,
      row.skeleton,
      row.topic,
      row.isPrivate ? 1 : 0,
      row.archived ? 1 : 0,
      row.createdBy,
      row.createdMicros,
      row.nameTag,
      row.topicTag,
      row.privateTag,
      row.archivedTag,
      row.changedSeq,
      row.historyFromJoining ? 1 : 0,
      row.fromGroupSeq,
      row.formerFolded,
      row.adminsOnly ? 1 : 0,
      row.slowSeconds,
      row.postingTag,
      row.adminsCall ? 1 : 0,
    );
    this.#roomRows.set(row.id, row);
    this.#changes.changed(row.id, row.changedSeq);
  }

  seat(room: ConversationId, user: UserId): SeatRow | null {
    const key = `${room} ${user}`;
    const known = this.#seats.get(key);
    if (known !== undefined) return known;
    const row = one(this.#rooms.seat.get(room, user), seatRow);
    this.#seats.set(key, row);
    return row;
  }

  seatsIn(room: ConversationId): readonly SeatRow[] {
    return this.#rooms.seatsIn.all(room).map(seatRow);
  }

  seatsOf(user: UserId): readonly SeatRow[] {
    return this.#rooms.seatsOf.all(user).map(seatRow);
  }

  putSeat(row: SeatRow): void {
    const { room, user, state, role, seatedBy, tag, roleTag, mark, joinedSeq, changedSeq } = row;
    this.#rooms.putSeat.run(room, user, state, role, seatedBy, tag, roleTag, mark, joinedSeq, changedSeq);
    this.#seats.set(`${room} ${user}`, row);
    this.#changes.changed(seatsOf(user), changedSeq);
  }

  follow(thread: ConversationId, user: UserId): FollowRow | null {
    return this.#follows.get(thread, user);
  }

  /** See StateFollows.since. */
  followsSince(user: UserId, seq: Seq, limit: number): ReturnType<StateFollows["since"]> {
    return this.#follows.since(user, seq, limit);
  }

  putFollow(row: FollowRow): void {
    this.#follows.put(row);
    this.#changes.changed(seatsOf(row.user), row.changedSeq);
  }

  livingUsers(): readonly UserId[] {
    return this.#rooms.livingUsers.all().map(([id]) => id as UserId);
  }

  preference(user: UserId, conversation: ConversationId): PreferenceRow | null {
    return this.#preferences.of(user, conversation);
  }

  putPreference(row: PreferenceRow): void {
    this.#preferences.put(row);
    this.#changes.changed(preferencesOf(row.user), row.changedSeq);
  }

  /** Conversations for which the user has chosen something after `seq`, in order. */
  preferencesSince(user: UserId, seq: Seq, limit: number): ReturnType<StatePreferences["since"]> {
    return this.#changes.mayHaveChanged(preferencesOf(user), seq) ? this.#preferences.since(user, seq, limit) : [];
  }

  message(conversation: ConversationId, seq: Seq): MessageRow | null {
    const known = this.#memory.newestMessage(conversation, seq);
    if (known !== null) return known;
    const row = one(this.#q.message.get(this.numberOf(conversation), seq), (found) => messageRow(found, conversation));
    if (row !== null) this.#memory.setNewestMessage(row);
    return row;
  }

  addMessage(row: MessageRow): void {
    this.#q.addMessage.run(
      this.numberOf(row.conversation),
      row.seq,
      row.author,
      row.clientId,
      row.body,
      row.timeMicros,
      row.deleted ? 1 : 0,
      row.recovered ? 1 : 0,
      row.changedSeq,
      row.quoted,
      row.files,
    );
    if (row.files !== null) this.files.add(row);
    this.#memory.added(row);
    this.#changes.changed(row.conversation, row.seq);
  }

  reactionsTo(seq: Seq): readonly ReactionRow[] {
    return this.#reactions.to(seq);
  }

  putReaction(row: ReactionRow): void {
    this.#reactions.put(row);
  }

  /** Unread messages of the member's conversation that call the member, if `byName` by name, counted up to `max`. */
  unreadMentions(member: MemberRow, byName: boolean, max: number): number {
    return this.mentions.unread(this.numberOf(member.conversation), member, byName, max);
  }

  touchMessage(conversation: ConversationId, seq: Seq, changedSeq: Seq): void {
    this.#reactions.touchMessage(this.numberOf(conversation), seq, changedSeq);
    this.#memory.changed(conversation, seq);
    this.#changes.changed(conversation, changedSeq);
  }

  setBody(conversation: ConversationId, seq: Seq, body: string, changedSeq: Seq): void {
    this.#versions.setBody(this.numberOf(conversation), seq, body, changedSeq);
    this.#memory.changed(conversation, seq);
    this.#changes.changed(conversation, changedSeq);
  }

  eraseMessage(conversation: ConversationId, seq: Seq, changedSeq: Seq): void {
    this.#reactions.drop(seq);
    this.#versions.dropAll(seq);
    this.mentions.dropAll(seq);
    this.pins.drop(seq);
    this.files.drop(seq);
    this.#q.eraseMessage.run(changedSeq, this.numberOf(conversation), seq);
    this.#memory.erased(conversation, seq);
    this.#changes.changed(conversation, changedSeq);
  }

  messagesAfter(conversation: ConversationId, seq: Seq, limit: number): readonly BriefMessage[] {
    const known = this.#memory.messagesAfter(conversation, seq, limit);
    if (known !== null) return known;
    return this.#q.messagesAfter.all(this.numberOf(conversation), seq, limit).map(briefRow);
  }

  newestBefore(conversation: ConversationId, timeMicros: number): Seq {
    return (this.#q.newestBefore.get(this.numberOf(conversation), timeMicros, 1)?.[0] ?? 0) as Seq;
  }

  isMarkStuck(conversation: ConversationId, user: UserId): boolean {
    return this.#memory.isMarkStuck(conversation, user);
  }

  markIsStuck(conversation: ConversationId, user: UserId, before: Seq): void {
    this.#memory.markIsStuck(conversation, user, before);
  }

  hasTombstone(author: UserId, clientId: ClientId): boolean {
    this.#tombstones ??= Number(this.#q.tombstoneCount.get()?.[0]);
    return this.#tombstones > 0 && this.#q.hasTombstone.get(author, clientId) !== null;
  }

  addTombstone(author: UserId, clientId: ClientId): void {
    this.#q.addTombstone.run(author, clientId);
    this.#tombstones = null;
  }

  addEarly({ author, clientId, user, what }: EarlyRow): void {
    this.#q.addEarly.run(author, clientId, user, what);
    this.#early = null;
  }

  takeEarly(author: UserId, clientId: ClientId): readonly EarlyRow[] {
    this.#early ??= Number(this.#q.earlyCount.get()?.[0]);
    if (this.#early === 0) return [];
    const found = this.#q.early.all(author, clientId);
    if (found.length > 0) this.#q.dropEarly.run(author, clientId);
    this.#early = null;
    return found.map((row) => ({ author, clientId, user: row[2] as UserId, what: row[3] as EarlyRow["what"] }));
  }

  purge(): { readonly user: UserId; readonly afterRequest: string } | null {
    if (this.#purges === 0) return null;
    const row = this.#q.purge.get(1);
    this.#purges = row === null ? 0 : 1;
    return row === null ? null : { user: row[0] as string, afterRequest: row[1] as string };
  }

  setPurge(user: UserId, afterRequest: string): void {
    this.#q.setPurge.run(user, afterRequest);
    this.#purges = null;
  }

  endPurge(user: UserId): void {
    this.#q.endPurge.run(user);
    this.#purges = null;
  }

  opFormat(): number {
    this.#format ??= (this.#q.newestFormat.get(1)?.[0] as number | undefined) ?? FIRST_FORMAT;
    return this.#format;
  }

  enableFormat(format: number, version: string, seq: Seq): void {
    this.#q.addFormat.run(format, version, seq);
    this.#format = format;
  }
}
