/**
 * Composes the chat. The page and the gRPC service call it (chat-service.ts); the replica
 * notifies it of applied ops and of rows that a snapshot has replaced.
 *
 *   page, gRPC -> ChatService -> Writer -> Proposer ... log ... apply -> applied() -> streams
 *                             -> Queries (this replica's rows)
 */
import type { AppliedOp } from "../applied-op.ts";
import { ActivityList } from "./activity.ts";
import { Attaching } from "./attaching.ts";
import { Auditing } from "./auditing.ts";
import { Accounts } from "./accounts.ts";
import type { FileQuota, Registration } from "../../base/modes.ts";
import { FeedHub } from "../feed/feed.ts";
import { checkClientId } from "../limits.ts";
import { hostScheduler } from "../../base/scheduler.ts";
import { FileTickets } from "./file-tickets.ts";
import { Finder } from "./finder.ts";
import { Invites } from "./invites.ts";
import { Keeping } from "./keeping.ts";
import { LinkTokens } from "./link-tokens.ts";
import { Managing } from "./managing.ts";
import { OPERATOR } from "../kinds/roles.ts";
import { Drafting } from "./drafting.ts";
import { MarkGatherer } from "./mark-gatherer.ts";
import { MessageChanges } from "./message-changes.ts";
import { Messaging } from "./messaging.ts";
import type { Presence } from "../ports.ts";
import { PushEdits } from "./push-edits.ts";
import { Pushing } from "./pushing.ts";
import type { PushOptions } from "./push-round.ts";
import { Profiles } from "./profiles.ts";
import { Projections, type Projection } from "../projections.ts";
import { Reading } from "../reading.ts";
import { Recipients } from "./recipients.ts";
import { Reports } from "./reports.ts";
import { People } from "./people.ts";
import { Rooms } from "./rooms.ts";
import { Searching } from "./searching.ts";
import type { MessageSearch } from "../../search/message-search.ts";
import type { Answer } from "../errors.ts";
import type { UserView } from "../chat-service.ts";
import type { WholeChat } from "../admin-service.ts";
import type { InviteInput, MadeInvite, MadeReset } from "../admin-service.ts";
import { Views } from "../feed/views.ts";
import { Threads } from "./threads.ts";
import { Writer } from "./writer.ts";
import type { ChatDeps } from "../ports.ts";

export interface ChatOptions extends ChatDeps {
  readonly presence: Presence;
  /** Whether limits by name and address apply; off in tests and benchmarks. */
  readonly rateLimit: boolean;
  readonly registration: Registration;
  /** 32 bytes that all replicas of the cluster know: the tokens of links are derived from them. */
  readonly linkKey: Uint8Array;
  /** Streams that one user may have at this replica; one more is refused with slow_down. */
  readonly streamsPerUser: number;
  readonly fileQuota: FileQuota;
  /** How long read marks are gathered for one op, ms: GATHER_MS, less in tests. */
  readonly gatherMarksMs: number;
  readonly push: PushOptions;
  /** The index of messages, which follows what is applied. */
  readonly search: MessageSearch & Projection;
  /** Called when a projection has thrown, so that the error can be logged. */
  readonly onProjectionFailed: (name: string, error: unknown) => void;
}

/** What an operator's commands do; whoever holds the cluster key may. */
export interface OperatorCalls {
  /** Living accounts by name, at most PEOPLE_PAGE. `after` is the last name of the page before, "" for the first. */
  listPeople(after: string): Promise<readonly UserView[]>;
  /** Gives a person a role. Errors: as of `setRole`, but for not_allowed. */
  giveRole(input: { readonly person: string; readonly role: string }): Promise<Answer<UserView>>;
  /** Makes a link. Errors: as of `createInvite`, but for not_allowed. */
  createInvite(input: InviteInput): Promise<Answer<MadeInvite>>;
  /** The token of the owner's link: the first account is made with it. Error: link_used, once somebody has one. */
  ownerToken(): Promise<Answer<string>>;
  /** Makes a link for a new password. Errors: as of `createReset`, but for not_allowed. */
  createReset(input: { readonly person: string }): Promise<Answer<MadeReset>>;
  /** Deactivates or reactivates an account. Errors: as of `setActive`, but for not_allowed. */
  setActive(input: { readonly person: string; readonly active: boolean }): Promise<Answer<UserView>>;
}

/** The service, and the calls that the replica makes. */
export interface Chat extends WholeChat {
  readonly operator: OperatorCalls;
  /** Notifies the chat of ops that were just applied, in the order of the log; `view` is the key of their view. */
  applied(ops: readonly AppliedOp[], view: string): void;
  /** A snapshot has replaced the rows, and `queries()` answers from it. */
  stateReplaced(): void;
  /** Pushes what is due, if this replica leads; called twice a second. */
  push(): void;
  /** Proposes the marks that are still being gathered, and ends all streams. */
  stop(): void;
}

/** Builds the parts of the chat and connects them. */
export function createChat(options: ChatOptions): Chat {
  const { queries, presence } = options;
  const writer = new Writer(options);
  const reading = new Reading(options);
  const views = new Views(queries, presence, () => options.clock.nowMicros());
  const finder = new Finder(options, reading);
  const tokens = new LinkTokens(options, reading);
  const invites = new Invites(options, { writer, reading, views, finder, tokens });
  const managing = new Managing(options, { writer, reading, views, finder, tokens });
  const accounts = new Accounts(options, { writer, reading, views, invites, tokens });
  const { marks, drafting, flush } = gatherers(options, { writer, reading });
  const recipients = new Recipients(options, { reading, finder });
  const changes = new MessageChanges(options, { writer, reading, views });
  const files = new FileTickets(options);
  const messaging = new Messaging(options, { writer, changes, marks, reading, views, recipients, drafting, files });
  const keeping = new Keeping(options, { writer, marks, changes, reading, views });
  const rooms = new Rooms(options, { writer, reading, views, finder });
  const threads = new Threads(options, { writer, reading, views });
  const people = new People(options, { writer, reading, views, finder });
  const feeds = new FeedHub(options, { views, reading, onLeft: (session) => accounts.left(session) });
  const edits = new PushEdits(options);
  const projections = projectionsTo({ feeds, edits }, options);

  return {
    ...accountCalls(accounts, { flush }),
    ...callsOf(messaging),
    ...callsOf(new Attaching(options, { reading, tickets: files })),
    ...callsOf(rooms),
    ...callsOf(threads),
    ...callsOf(new Profiles(options, { writer, views })),
    ...callsOf(keeping),
    ...callsOf(invites),
    ...callsOf(managing),
    ...callsOf(new ActivityList(options, { reading, views })),
    ...callsOf(new Searching(options, { reading, views, finder, scheduler: hostScheduler })),
    ...drafting.calls(),
    ...callsOf(new Reports(options, { writer, reading, views })),
    ...callsOf(new Auditing(options, { reading, views })),
    ...callsOf(new Pushing(options, { push: options.push, writer, reading, edits })),
    person: (session, input) => people.person(session, input),
    setRole: (session, input) => people.setRole(session, input),
    operator: operatorCalls({ people, invites, managing }),
    cursor: () => reading.cursor(),
    subscribe: (session, input) => feeds.subscribe(session, input),
    typing: (session, conversationId) => feeds.typing(session, conversationId),
    applied: (ops, view) => projections.applied(ops, view),
    stateReplaced() {
      accounts.stateReplaced();
      projections.replaced();
    },
    stop() {
      flush();
      feeds.stop();
    },
  };
}

/** What follows the ops that are applied: the streams, the pushes, and the index of messages. */
function projectionsTo(
  { feeds, edits }: { readonly feeds: FeedHub; readonly edits: PushEdits },
  { position, onProjectionFailed, search }: ChatOptions,
): Projections {
  const projections = new Projections(position, onProjectionFailed);
  projections.add({
    name: "streams",
    position: () => null,
    follow: (ops, view) => feeds.applied(ops, view),
    reread: () => feeds.stateReplaced(),
  });
  projections.add({
    name: "pushes",
    position: () => null,
    follow: (ops) => edits.follow(ops),
    reread: () => edits.clear(),
  });
  projections.add(search);
  return projections;
}

/** The parts that propose what many users change as one op. */
function gatherers(options: ChatOptions, parts: { readonly writer: Writer; readonly reading: Reading }) {
  const marks = new MarkGatherer(parts.writer, {
    gatherMs: options.gatherMarksMs,
    scheduler: hostScheduler,
    newId: () => crypto.randomUUID(),
  });
  const drafting = new Drafting(options, parts);
  const flush = (): void => {
    marks.flush();
    drafting.flush();
  };
  return { marks, drafting, flush };
}

/** Calls without a session, which are therefore apart from those of the page and of programs. */
function operatorCalls(parts: {
  readonly people: People;
  readonly invites: Invites;
  readonly managing: Managing;
}): OperatorCalls {
  const { people, invites, managing } = parts;
  return {
    listPeople: (after) => people.listPeople(after),
    giveRole: (input) => people.giveRole(input),
    createInvite: (input) => invites.makeAsOperator(input),
    ownerToken: () => invites.ownerToken(),
    createReset: (input) => managing.resetFor(OPERATOR, input.person),
    setActive: (input) => managing.setActiveFor(OPERATOR, input),
  };
}

type AccountCall =
  | "registration"
  | "isNew"
  | "authenticate"
  | "authenticateFresh"
  | "register"
  | "resetPassword"
  | "login"
  | "logout"
  | "changePassword"
  | "deleteAccount"
  | "deletedBefore"
  | "listSessions"
  | "endSession"
  | "endOtherSessions";

/** A call that may end a session first proposes what was gathered of it, because that would be refused afterwards. */
function accountCalls(accounts: Accounts, gathered: { flush(): void }): Pick<WholeChat, AccountCall> {
  return {
    registration: () => accounts.registration(),
    isNew: () => accounts.isNew(),
    authenticate: (token) => accounts.authenticate(token),
    authenticateFresh: (token) => accounts.authenticateFresh(token),
    register: (input, caller) => accounts.register(input, caller),
    login: (input, caller) => accounts.login(input, caller),
    resetPassword: (input, caller) => accounts.resetPassword(input, caller),
    logout(session) {
      gathered.flush();
      return accounts.logout(session);
    },
    changePassword(session, input) {
      gathered.flush();
      return accounts.changePassword(session, input);
    },
    deleteAccount(session, input) {
      gathered.flush();
      return accounts.deleteAccount(session, input);
    },
    deletedBefore: (input) => accounts.deletedBefore(input),
    listSessions: (session, input) => accounts.listSessions(session, input),
    async endSession(session, input) {
      const clientId = checkClientId(input.clientId);
      gathered.flush();
      return clientId.ok ? await accounts.endSession(session, input.id, clientId.value) : clientId;
    },
    async endOtherSessions(session, input) {
      const clientId = checkClientId(input.clientId);
      gathered.flush();
      return clientId.ok ? await accounts.endOtherSessions(session, clientId.value) : clientId;
    },
  };
}

/** The calls of a part: its public methods, which have the same names as in ChatService. */
function callsOf<Part extends object>(part: Part): { readonly [Name in keyof Part]: Part[Name] } {
  const calls: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(part))) {
    const method = part[name as keyof Part];
    if (name !== "constructor" && typeof method === "function") calls[name] = method.bind(part);
  }
  return calls as Part;
}
