/**
 * What must not be lost when this page goes: drafts, unsent messages, the place in the conversation. Drafts and unsent
 * messages are in the origin's local storage, so that a closed tab, a crash, or a login that ended elsewhere
 * loses none; to another replica's address everything travels in the URL's fragment, is read once there and removed.
 *
 * A fragment is only believed with the key of this login: a link made by somebody else must not be able
 * to put words into anyone's mouth.
 *
 * Everything is named by cluster and by user, one entry for each draft and each message: tabs do not overwrite
 * each other's, and nobody sees somebody else's.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ITEMS_MAX = 100;
const DRAFTS_MAX = 50;
/** Far more than one message takes: what is pasted is kept until it is cut to size. */
const TEXT_MAX = 100_000;
/** Of all that is kept of one person. */
const CHARS_MAX = 1_000_000;
const AGE_MAX_MS = 30 * 24 * 3600 * 1000;
/** How long a log-out without an answer may take; after it, a login that ends has ended elsewhere. */
const LEAVING_MAX_S = 60;
const REPLICAS_MAX = 7;
const PREFIX = "#lastword=";
/** What an entry is: a draft or an unsent message. */
const DRAFT = "d";
const UNSENT = "u";

/** Words that were not sent yet: to a conversation, or to the name of somebody to whom nothing was written yet. */
export interface Draft {
  readonly text: string;
  /** As it was typed; "" in a conversation. */
  readonly to: string;
  /** Ms since 1970, for the newer of two. */
  readonly at: number;
}

/** A message that no replica has confirmed yet. */
export interface UnsentItem {
  /** A UUID, the same at every try. */
  readonly id: string;
  /** Null: to the person named `to`. */
  readonly conversation: string | null;
  readonly to: string | null;
  readonly body: string;
  /** The newest message that was shown when it was sent; "" for none. */
  readUpTo: string;
  /** Why it was refused; null while it is under way. */
  failed: string | null;
  readonly at: number;
}

/** What travels with a page. */
export interface PageState {
  /** By conversation, or by slotOfName. */
  readonly drafts: Record<string, Draft>;
  readonly unsent: UnsentItem[];
  /** The recipient's field of the start page. */
  to: string;
  /** The message at the top of the list, and where it is, in px. */
  place: { readonly id: string; readonly top: number } | null;
  /** On how many replicas the newest own message is at least. */
  kept: { readonly id: string; readonly count: number } | null;
  /** The selection in the text field, if it has the focus. */
  focus: readonly [number, number] | null;
  /** It came from another replica. */
  moved: boolean;
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

const timeKept = ({ draft, item }: { readonly draft: Draft | null; readonly item: UnsentItem | null }): number =>
  draft?.at ?? item?.at ?? 0;

const isText = (value: unknown, max = TEXT_MAX): value is string => typeof value === "string" && value.length <= max;
const isId = (value: unknown): value is string => isText(value, 200) && /^[\w.~-]+$/.test(value);
/** A draft belongs to a conversation, or to the name of somebody to whom nothing was written yet. */
const isSlot = (value: unknown): value is string => isId(value) || (isText(value, 200) && value.startsWith("new:"));
const timeOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(value, Date.now()) : Date.now();

/** Where the first words to `name` are kept. */
export const slotOfName = (name: string): string => `new:${name.trim().normalize("NFKC").toLowerCase().slice(0, 100)}`;

function cleanDraft(given: unknown): Draft | null {
  const raw = fieldsOf(given);
  if (raw === null || !isText(raw["text"])) return null;
  return { text: raw["text"], to: isText(raw["to"], 200) ? raw["to"] : "", at: timeOf(raw["at"]) };
}

function cleanItem(given: unknown): UnsentItem | null {
  const item = fieldsOf(given);
  if (item === null) return null;
  const { id, conversation = null, to = null, body, readUpTo, at, failed } = item;
  if (!isText(id) || !UUID.test(id) || !isText(body) || body === "") return null;
  if (conversation !== null && !isId(conversation)) return null;
  if (to !== null && !isText(to, 200)) return null;
  if ((conversation === null) === (to === null)) return null;
  return {
    id,
    conversation,
    to,
    body,
    readUpTo: isId(readUpTo) ? readUpTo : "",
    failed: isText(failed, 500) ? failed : null,
    at: timeOf(at),
  };
}

/** Anything, made into a state of the right shape; what does not fit is dropped. */
function cleanState(given: unknown): PageState {
  const state: PageState = { drafts: {}, unsent: [], to: "", place: null, kept: null, focus: null, moved: false };
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
  if (isText(raw["to"], 200)) state.to = raw["to"];
  const place = fieldsOf(raw["place"]);
  if (place !== null && isId(place["id"]) && Number.isFinite(place["top"]))
    state.place = { id: place["id"], top: Number(place["top"]) };
  const kept = fieldsOf(raw["kept"]);
  if (kept !== null && isId(kept["id"]) && Number.isInteger(kept["count"]))
    state.kept = { id: kept["id"], count: Math.min(Math.max(Number(kept["count"]), 0), REPLICAS_MAX) };
  const focus: unknown = raw["focus"];
  if (Array.isArray(focus) && focus.length === 2 && focus.every(Number.isInteger))
    state.focus = [Number(focus[0]), Number(focus[1])];
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
    // Not ours, or cut off: as if it were not there.
  }
  return cleanState(null);
}

/** One entry of the storage. */
interface Entry {
  readonly name: string;
  readonly user: string;
  readonly kind: string;
  readonly id: string;
  /** As it was stored, by whomever. */
  readonly value: unknown;
}

/** Everything kept of a cluster. Nothing where storage is forbidden. */
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
        // No words of ours.
      }
      entries.push({ name, user, kind, id, value });
    }
  } catch {
    // Forbidden.
  }
  return entries;
}

function remove(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // Forbidden: nothing was stored either.
  }
}

/** What one person keeps in this browser. */
export interface KeptState {
  /** The state that came with this page: from the fragment, with what is stored; of a draft the newer one. */
  take(key: string): PageState;
  /** Writes what has changed in this tab since it was last read or written here. */
  store(state: PageState): void;
  /** It has all gone along to another address: coming back to this one some day must not bring an old draft. */
  release(): void;
  /** Nothing of the person stays at this address. */
  forget(): void;
}

/** All that the person keeps here, which `known` learns: the youngest come first, and all beyond the bounds goes. */
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

/** `name`: the person's own, for the question before somebody else's log-in. */
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
  /** As this tab has last read or written it: what others have changed since then is not touched. */
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
        // Full or forbidden: the fragment still carries it when the page moves.
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

/** Whom something unsent is kept of in this browser, other than `me`: their names, as far as they are known. */
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

/** Nothing of this person stays in this browser. */
export function forgetPerson(cluster: string, user: string): void {
  for (const entry of entriesOf(cluster)) if (entry.user === user) remove(entry.name);
  remove(`lastword-${cluster}-${user}-name`);
}

// Each port is an origin of its own, with a storage and channels of its own; all ports of a host share its cookies.
const leftCookie = (cluster: string): string => `lastword-${cluster}-left`;
const leavingCookie = (cluster: string): string => `lastword-${cluster}-leaving`;

function writeCookie(name: string, value: string, seconds: number): void {
  document.cookie = `${name}=${value}; path=/; max-age=${seconds}; samesite=lax`;
}

/** The user's log-out begins, or was refused (`on` false). */
export function setLeaving(cluster: string, user: string, on: boolean): void {
  writeCookie(leavingCookie(cluster), user, on ? LEAVING_MAX_S : 0);
}

/** The user has logged out, and nothing of hers stays in this browser. */
export function rememberLeft(cluster: string, user: string): void {
  forgetPerson(cluster, user);
  writeCookie(leftCookie(cluster), `${user}.${Date.now()}`, AGE_MAX_MS / 1000);
  setLeaving(cluster, user, false);
}

/** Who has logged out last, at whatever port, and when (Unix time in ms). */
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

/** What was kept here of somebody who has logged out since, at whatever port, goes. */
export function forgetLeft(cluster: string): void {
  const left = lastLeft(cluster);
  if (left === null) return;
  const { user, at } = left;
  for (const entry of entriesOf(cluster))
    if (entry.user === user && !(Number(fieldsOf(entry.value)?.["at"]) > at)) remove(entry.name);
  if (!entriesOf(cluster).some((entry) => entry.user === user)) remove(`lastword-${cluster}-${user}-name`);
}

/** A page at another replica, with everything in its fragment. */
export function addressAt(address: string, state: PageState, key: string): string {
  return `${address}${PREFIX}${encode({ ...state, key })}`;
}
