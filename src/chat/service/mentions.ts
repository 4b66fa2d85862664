/**
 * Finds out whom a message mentions: which accounts the names after each `@` belong to, and who is online for an
 * `@here`. The proposer decides this once, because only it knows who is online, and because Unicode tables differ.
 */
import { HERE_MAX, MENTIONS_MAX, SIGNS_MAX } from "../bounds.ts";
import { failed, type ChatError } from "../errors.ts";
import type { ConversationId, UserId } from "../ids.ts";
import { CALLS, HERE, namesAt, signsIn, type Sign } from "../mention-text.ts";
import type { Mention } from "../rows.ts";
import type { Presence } from "../ports.ts";
import type { Queries } from "../queries.ts";
import { typedName } from "./names.ts";

const TOO_MANY = `A message can mention at most ${MENTIONS_MAX} people. In a room, @room calls everybody.`;

const NOBODY = { ok: true, value: [] } as const;

/** What the look-up needs. */
export interface MentionsDeps {
  readonly queries: Pick<Queries, "userByFolded" | "membersOf" | "admin">;
  readonly presence: Pick<Presence, "isOnline">;
}

/** Where a message goes, and who writes it. */
interface Written {
  readonly author: UserId;
  readonly conversation: ConversationId;
  /** Only in a room there is anybody to call. */
  readonly isRoom: boolean;
  readonly body: string;
}

/**
 * The mentions of a message, each user once: by name, or as one of those whom `@here` calls. An account that another
 * replica made a moment ago is not found. Error: too_many.
 */
export function mentionsIn(
  written: Written,
  deps: MentionsDeps,
): { readonly ok: true; readonly value: readonly Mention[] } | { readonly ok: false; readonly error: ChatError } {
  const signs = signsIn(written.body);
  if (signs.length === 0) return NOBODY;
  const found = new Map<UserId, Mention>();
  for (const sign of signs.slice(0, SIGNS_MAX)) {
    const mention = mentionAt(sign, written, deps.queries);
    // Who is mentioned aloud and silently is mentioned aloud.
    if (mention !== null && (found.get(mention.user)?.silent ?? true)) found.set(mention.user, mention);
  }
  if (found.size > MENTIONS_MAX) return failed("too_many", TOO_MANY, { field: "body" });
  if (found.get(HERE)?.silent === false) for (const user of onlineIn(written, deps)) addCalled(found, user);
  return { ok: true, value: [...found.values()] };
}

function mentionAt(sign: Sign, { author, isRoom }: Written, queries: MentionsDeps["queries"]): Mention | null {
  const { silent } = sign;
  for (const name of namesAt(sign)) {
    const folded = typedName(name);
    if (folded === null) continue;
    const all = isRoom ? CALLS.get(folded) : undefined;
    if (all !== undefined) return { user: all, name, silent };
    const user = queries.userByFolded(folded);
    if (user !== null && user.deleted === 0 && queries.admin.knows(author, user.id))
      return { user: user.id, name, silent };
  }
  return null;
}

function onlineIn({ author, conversation }: Written, { queries, presence }: MentionsDeps): readonly UserId[] {
  return queries
    .membersOf(conversation)
    .filter((user) => user !== author && presence.isOnline(user))
    .slice(0, HERE_MAX);
}

/** Somebody whom the text names keeps the name by which it does. */
function addCalled(found: Map<UserId, Mention>, user: UserId): void {
  const there = found.get(user);
  found.set(user, there === undefined ? { user, name: "", silent: false } : { ...there, silent: false });
}
