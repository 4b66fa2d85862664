/**
 * State that must outlive the page: drafts, unsent messages, and the place in the conversation. Drafts and unsent
 * messages are stored in the origin's local storage, so that a closed tab, a crash, or a login that ended elsewhere
 * loses none. When the page moves to another replica's address, everything is sent in the URL's fragment, read there
 * once, and removed.
 *
 * A fragment is accepted only with the key of this login. Otherwise a link made by somebody else could send messages in
 * the user's name.
 *
 * Each draft and each message has an entry of its own, named by cluster and user. So tabs do not overwrite each other's
 * entries, and no user sees those of another.
 */

import { FILES_PER_MESSAGE } from "../../chat/bounds.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ITEMS_MAX = 100;
const DRAFTS_MAX = 50;
/** Far more than a message may have, so that a long pasted text is kept until the user shortens it. */
const TEXT_MAX = 100_000;
/** The most characters of a message that are shown beside the field. */
export const ABOUT_MAX = 200;
/** The most characters kept of one person. */
const CHARS_MAX = 1_000_000;
const AGE_MAX_MS = 30 * 24 * 3600 * 1000;
/** How long a log-out may go unanswered. A login that ends later than that has ended elsewhere. */
const LEAVING_MAX_S = 60;
const REPLICAS_MAX = 7;
/** More than any ticket has. */
const TICKET_MAX = 2_048;
const PREFIX = "#lastword=";
/** The kinds of entries. */
const DRAFT = "d";
const UNSENT = "u";

/** The message that a text in the field is about: it is edited, or quoted. */
export interface About {
  readonly kind: "edit" | "quote";
  /** Id of the message. */
  readonly id: string;
  /** Its author. */
  readonly name: string;
  /** How the message begins. */
  readonly text: string;
}

/** Text that was not sent yet, for a conversation or for the name of a person without a conversation. */
export interface Draft {
  readonly text: string;
  /** The recipient as it was typed; "" in a conversation. */
  readonly to: string;
  /** Null: a new message. */
  readonly about: About | null;
  /** When it was written, in ms since 1970. Of two drafts the newer one counts. */
  readonly at: number;
  /** The replicas have the same text: what they have later counts. */
  readonly isSaved: boolean;
}

/** A file that is uploaded, and the ticket with which it is sent. */
export interface CarriedFile {
  readonly name: string;
  readonly ticket: string;
}

/** A message that no replica has confirmed yet. */
export interface UnsentItem {
  /** A UUID, the same for every try. */
  readonly id: string;
  /** Null for a message to the person named `to`. */
  readonly conversation: string | null;
  readonly to: string | null;
  readonly body: string;
  /** Null: a new message. */
  readonly about: About | null;
  /** The newest message that the page showed when the user sent it; "" for none. */
  readUpTo: string;
  /** Why the replica refused it; null while it is being sent. */
  failed: string | null;
  /** Of a reply: it is sent in the conversation of its root as well. */
  readonly also: boolean;
  readonly files: readonly CarriedFile[];
  readonly at: number;
}

/** The state that moves with a page. */
export interface PageState {
  /** By conversation, or by slotOfName. */
  readonly drafts: Record<string, Draft>;
  readonly unsent: UnsentItem[];
  /** The text of the recipient's field. */
  to: string;
  /** The message at the top of the window, and its distance from it in px. */
  place: { readonly id: string; readonly top: number } | null;
  /** The number of replicas that have saved the newest own message, at least. */
  kept: { readonly id: string; readonly count: number } | null;
  /** The selection in the text field; null if the field does not have the focus. */
  focus: readonly [number, number] | null;
  /** The user's place in the thread beside the conversation; null if none is open. */
  thread: Here | null;
  /** True if the page came from another replica. */
  moved: boolean;
}

/** The user's place in a view, which moves with the page to another replica. */
export type Here = Pick<PageState, "place" | "focus" | "to" | "kept">;

/** The place in a page that has just been opened. */
export const FRESH: Here = { place: null, focus: null, to: "", kept: null };

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

const timeKept = ({ draft, item }: { readonly draft: Draft | null; readonly item: UnsentItem | null }): number =>
  draft?.at ?? item?.at ?? 0;

const isText = (value: unknown, max = TEXT_MAX): value is string => typeof value === "string" && value.length <= max;
const isId = (value: unknown): value is string => isText(value, 200) && /^[\w.~-]+$/.test(value);
/** A draft belongs to a conversation, to an edit in one, or to the name of a person without a conversation. */
const isSlot = (value: unknown): value is string =>
  isId(value) || (isText(value, 200) && /^(?:new:|edit:)/.test(value));
const timeOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(value, Date.now()) : Date.now();

/** The key of a draft to `name`, if there is no conversation yet. */
export const slotOfName = (name: string): string => `new:${name.trim().normalize("NFKC").toLowerCase().slice(0, 100)}`;

/** The key of the text of a message that is being edited in a conversation. */
export const slotOfEdit = (conversation: string): string => `edit:${conversation}`;

function cleanAbout(given: unknown): About | null {
  const raw = fieldsOf(given);
  if (raw === null || !isId(raw["id"]) || !isText(raw["name"], 200) || !isText(raw["text"], ABOUT_MAX)) return null;
  const { kind, id, name, text } = raw;
  return kind === "edit" || kind === "quote" ? { kind, id, name, text } : null;
}

function cleanDraft(given: unknown): Draft | null {
  const raw = fieldsOf(given);
  if (raw === null || !isText(raw["text"])) return null;
  return {
    text: raw["text"],
    to: isText(raw["to"], 200) ? raw["to"] : "",
    about: cleanAbout(raw["about"]),
    at: timeOf(raw["at"]),
    isSaved: raw["isSaved"] === true,
  };
}

function cleanFiles(given: unknown): CarriedFile[] {
  const list: readonly unknown[] = Array.isArray(given) ? given.slice(0, FILES_PER_MESSAGE) : [];
  return list.flatMap((one) => {
    const { name, ticket } = fieldsOf(one) ?? {};
    return isText(name, 400) && isText(ticket, TICKET_MAX) ? [{ name, ticket }] : [];
  });
}

function cleanItem(given: unknown): UnsentItem | null {
  const item = fieldsOf(given);
  if (item === null) return null;
  const { id, conversation = null, to = null, body, about, readUpTo, at, failed, also } = item;
  const files = cleanFiles(item["files"]);
  if (!isText(id) || !UUID.test(id) || !isText(body) || (body === "" && files.length === 0)) return null;
  if (conversation !== null && !isId(conversation)) return null;
  if (to !== null && !isText(to, 200)) return null;
  if ((conversation === null) === (to === null)) return null;
  return {
    id,
    conversation,
    to,
    body,
    about: cleanAbout(about),
    readUpTo: isId(readUpTo) ? readUpTo : "",
    failed: isText(failed, 500) ? failed : null,
    also: also === true,
    files,
    at: timeOf(at),
  };
}

function cleanHere(raw: Readonly<Record<string, unknown>>): Here {
  const here = { ...FRESH };
  if (isText(raw["to"], 200)) here.to = raw["to"];
  const place = fieldsOf(raw["place"]);
  if (place !== null && isId(place["id"]) && Number.isFinite(place["top"]))
    here.place = { id: place["id"], top: Number(place["top"]) };
  const kept = fieldsOf(raw["kept"]);
  if (kept !== null && isId(kept["id"]) && Number.isInteger(kept["count"]))
    here.kept = { id: kept["id"], count: Math.min(Math.max(Number(kept["count"]), 0), REPLICAS_MAX) };
  const focus: unknown = raw["focus"];
  if (Array.isArray(focus) && focus.length === 2 && focus.every(Number.isInteger))
    here.focus = [Number(focus[0]), Number(focus[1])];
  return here;
}

/** Makes a state of the right shape out of any value; parts that do not fit are dropped. */
function cleanState(given: unknown): PageState {
  const state: PageState = {
    drafts: {},
    unsent: [],
    to: "",
    place: null,
    kept: null,
    focus: null,
    thread: null,
    moved: false,
  };
  const raw = fieldsOf(given);
  if (raw === null) return state;
  for (const [slot, one] of Object.entries(fieldsOf(raw["drafts"]) ?? {}).slice(0, DRAFTS_MAX)) {
    const draft = isSlot(slot) ? cleanDraft(one) : null;
    if (draft !== null) state.drafts[slot] = draft;
  }
  const unsent: readonly unknown[] = Array.isArray(raw["unsent"]) ? raw["unsent"] : [];
  for (const one of unsent.slice(0, ITEMS_MAX)) {
    const item = cleanItem(one);
    if (item !== null) state.unsent.push(item);
  }
  Object.assign(state, cleanHere(raw));
  const thread = fieldsOf(raw["thread"]);
  if (thread !== null) state.thread = cleanHere(thread);
  state.moved = raw["moved"] === true;
  return state;
}

const encode = (value: unknown): string => {
  let binary = "";
  for (const byte of new TextEncoder().encode(JSON.stringify(value))) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const decode = (text: string): unknown => {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0))));
};

function stateOfFragment(key: string): PageState {
  const fragment = location.hash;
  if (!fragment.startsWith(PREFIX)) return cleanState(null);
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const raw = decode(fragment.slice(PREFIX.length));
    if (fieldsOf(raw)?.["key"] === key) return cleanState(raw);
  } catch {
    // Not made by a page of ours, or cut off: ignored.
  }
  return cleanState(null);
}

/** One entry of the storage. */
interface Entry {
  readonly name: string;
  readonly user: string;
  readonly kind: string;
  readonly id: string;
  /** The stored value, which another program may have written. */
  readonly value: unknown;
}

/** All entries of a cluster; none if the browser forbids storage. */
function entriesOf(cluster: string): Entry[] {
  const entries: Entry[] = [];
  const pattern = new RegExp(`^lastword-${cluster}-(\\w+)-([${DRAFT}${UNSENT}])-(.*)$`, "s");
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const name = localStorage.key(i) ?? "";
      const [, user, kind, id] = pattern.exec(name) ?? [];
      if (user === undefined || kind === undefined || id === undefined) continue;
      let value: unknown = null;
      try {
        value = JSON.parse(localStorage.getItem(name) ?? "null");
      } catch {
        // Not an entry of ours.
      }
      entries.push({ name, user, kind, id, value });
    }
  } catch {
    // The browser forbids storage.
  }
  return entries;
}

function remove(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // The browser forbids storage, so nothing was stored either.
  }
}

/** The stored state of one person in this browser. */
export interface KeptState {
  /**
   * The state that this page begins with: the fragment's and the stored one. Of two versions of a draft the newer one
   * counts.
   */
  take(key: string): PageState;
  /** Stores what this tab has changed since it last read or wrote its entries. */
  store(state: PageState): void;
  /**
   * Deletes the entries here, because the page took them to another address. A later visit must not find an old draft.
   */
  release(): void;
  /** Deletes everything of the person at this address. */
  forget(): void;
}

/** Reads the person's entries into `known`, the newest first. Entries beyond the bounds are deleted. */
function readKept(cluster: string, me: string, known: Map<string, string>): PageState {
  const state = cleanState(null);
  const mine = entriesOf(cluster)
    .filter((one) => one.user === me)
    .map(({ name, kind, id, value }) => {
      const draft = kind === DRAFT && isSlot(id) ? cleanDraft(value) : null;
      return { name, kind, id, draft, item: kind === UNSENT ? cleanItem(value) : null };
    })
    .toSorted((a, b) => timeKept(b) - timeKept(a) || (a.id < b.id ? 1 : -1));
  let chars = 0;
  const counts = { drafts: 0, items: 0 };
  for (const { name, id, draft, item } of mine) {
    const value = draft ?? item;
    chars += draft?.text.length ?? item?.body.length ?? 0;
    if (draft !== null) counts.drafts++;
    if (item !== null) counts.items++;
    const isTooMuch = chars > CHARS_MAX || counts.drafts > DRAFTS_MAX || counts.items > ITEMS_MAX;
    if (value === null || Date.now() - value.at > AGE_MAX_MS || isTooMuch) {
      remove(name);
      continue;
    }
    known.set(name, JSON.stringify(value));
    if (item !== null) state.unsent.unshift(item);
    if (draft !== null) state.drafts[id] = draft;
  }
  return state;
}

/** `name`: the user's name, for the question before somebody else logs in. */
export function openKept({
  cluster,
  me,
  name: person,
}: {
  readonly cluster: string;
  readonly me: string;
  readonly name: string;
}): KeptState {
  const nameOf = (kind: string, id: string): string => `lastword-${cluster}-${me}-${kind}-${id}`;
  /**
   * The entries as this tab last read or wrote them. Entries that other tabs have changed since then are left alone.
   */
  const known = new Map<string, string>();

  return {
    take(key) {
      const arrived = stateOfFragment(key);
      const stored = readKept(cluster, me, known);
      const drafts = { ...stored.drafts };
      for (const [slot, draft] of Object.entries(arrived.drafts))
        if ((drafts[slot]?.at ?? 0) <= draft.at) drafts[slot] = draft;
      const ids = new Set(arrived.unsent.map(({ id }) => id));
      return { ...arrived, drafts, unsent: [...stored.unsent.filter(({ id }) => !ids.has(id)), ...arrived.unsent] };
    },
    store(state) {
      const now = new Map<string, string>();
      for (const [slot, draft] of Object.entries(state.drafts)) now.set(nameOf(DRAFT, slot), JSON.stringify(draft));
      for (const item of state.unsent) now.set(nameOf(UNSENT, item.id), JSON.stringify(item));
      for (const name of known.keys()) if (!now.has(name)) remove(name);
      try {
        for (const [name, text] of now) if (known.get(name) !== text) localStorage.setItem(name, text);
        localStorage.setItem(`lastword-${cluster}-${me}-name`, person);
      } catch {
        // The storage is full or forbidden. The fragment still carries the entry when the page moves.
      }
      known.clear();
      for (const [name, text] of now) known.set(name, text);
    },
    release() {
      for (const { name, value } of entriesOf(cluster)) if (known.get(name) === JSON.stringify(value)) remove(name);
    },
    forget: () => forgetPerson(cluster, me),
  };
}

/** The people other than `me` who have unsent entries in this browser, with their names if these are known. */
export function othersKept(cluster: string, me: string): { readonly user: string; readonly name: string }[] {
  const others = new Set(entriesOf(cluster).map(({ user }) => user));
  others.delete(me);
  return Array.from(others, (user) => ({ user, name: nameOfUser(cluster, user) }));
}

function nameOfUser(cluster: string, user: string): string {
  try {
    return localStorage.getItem(`lastword-${cluster}-${user}-name`) ?? "";
  } catch {
    return "";
  }
}

/** Deletes everything of this person in this browser. */
export function forgetPerson(cluster: string, user: string): void {
  for (const entry of entriesOf(cluster)) if (entry.user === user) remove(entry.name);
  remove(`lastword-${cluster}-${user}-name`);
}

// Each port is an origin with its own storage and channels, but all ports of a host share their cookies.
const leftCookie = (cluster: string): string => `lastword-${cluster}-left`;
const leavingCookie = (cluster: string): string => `lastword-${cluster}-leaving`;

function writeCookie(name: string, value: string, seconds: number): void {
  document.cookie = `${name}=${value}; path=/; max-age=${seconds}; samesite=lax`;
}

/** Records that the user's log-out begins, or was refused (`on` is false). */
export function setLeaving(cluster: string, user: string, on: boolean): void {
  writeCookie(leavingCookie(cluster), user, on ? LEAVING_MAX_S : 0);
}

/** Records that the user has logged out, and deletes everything of that user in this browser. */
export function rememberLeft(cluster: string, user: string): void {
  forgetPerson(cluster, user);
  writeCookie(leftCookie(cluster), `${user}.${Date.now()}`, AGE_MAX_MS / 1000);
  setLeaving(cluster, user, false);
}

/** Who logged out last, at any port, and when (Unix time in ms). */
function lastLeft(cluster: string): { readonly user: string; readonly at: number } | null {
  const [, user, at] = new RegExp(`(?:^|; )${leftCookie(cluster)}=(\\w+)\\.(\\d+)`).exec(document.cookie) ?? [];
  return user === undefined ? null : { user, at: Number(at) };
}

/** Whether the user is logging out in a tab of this browser, or has done so since this page was opened. */
export function isLeavingHere(cluster: string, user: string): boolean {
  const left = lastLeft(cluster);
  return (
    (left?.user === user && left.at > performance.timeOrigin) ||
    document.cookie.split("; ").includes(`${leavingCookie(cluster)}=${user}`)
  );
}

/** Deletes the entries of a user who has logged out since, at any port. */
export function forgetLeft(cluster: string): void {
  const left = lastLeft(cluster);
  if (left === null) return;
  const { user, at } = left;
  for (const entry of entriesOf(cluster))
    if (entry.user === user && !(Number(fieldsOf(entry.value)?.["at"]) > at)) remove(entry.name);
  if (!entriesOf(cluster).some((entry) => entry.user === user)) remove(`lastword-${cluster}-${user}-name`);
}

/** The address of a page at another replica, with the state in its fragment. */
export function addressAt(address: string, state: PageState, key: string): string {
  return `${address}${PREFIX}${encode({ ...state, key })}`;
}
