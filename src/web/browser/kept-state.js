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
const REPLICAS_MAX = 7;
const PREFIX = "#lastword=";
/** What an entry is: a draft or an unsent message. */
const DRAFT = "d";
const UNSENT = "u";

const isText = (value, max = TEXT_MAX) => typeof value === "string" && value.length <= max;
const isId = (value) => isText(value, 200) && /^[\w.~-]+$/.test(value);
/** A draft belongs to a conversation, or to the name of somebody to whom nothing was written yet. */
const isSlot = (value) => isId(value) || (isText(value, 200) && value.startsWith("new:"));
const timeOf = (value) => (Number.isFinite(value) ? Math.min(value, Date.now()) : Date.now());

/** Where the first words to `name` are kept. */
export const slotOfName = (name) => `new:${name.trim().normalize("NFKC").toLowerCase().slice(0, 100)}`;

function cleanDraft(raw) {
  if (typeof raw !== "object" || raw === null || !isText(raw.text)) return null;
  return { text: raw.text, to: isText(raw.to, 200) ? raw.to : "", at: timeOf(raw.at) };
}

function cleanItem(item) {
  if (typeof item !== "object" || item === null) return null;
  const { id, conversation, to, body, readUpTo, at } = item;
  if (!isText(id) || !UUID.test(id) || !isText(body) || body === "") return null;
  if (conversation !== null && !isId(conversation)) return null;
  if (to !== null && !isText(to, 200)) return null;
  if ((conversation === null) === (to === null)) return null;
  const failed = isText(item.failed, 500) ? item.failed : null;
  return { id, conversation, to, body, readUpTo: isId(readUpTo) ? readUpTo : "", failed, at: timeOf(at) };
}

/** Anything, made into a state of the right shape; what does not fit is dropped. */
function cleanState(raw) {
  const state = { drafts: {}, unsent: [], to: "", place: null, kept: null, focus: null, moved: false };
  if (typeof raw !== "object" || raw === null) return state;
  if (typeof raw.drafts === "object" && raw.drafts !== null) {
    for (const [slot, one] of Object.entries(raw.drafts).slice(0, DRAFTS_MAX)) {
      const draft = isSlot(slot) ? cleanDraft(one) : null;
      if (draft !== null) state.drafts[slot] = draft;
    }
  }
  if (Array.isArray(raw.unsent)) state.unsent = raw.unsent.slice(0, ITEMS_MAX).map(cleanItem).filter(Boolean);
  if (isText(raw.to, 200)) state.to = raw.to;
  if (raw.place !== null && typeof raw.place === "object" && isId(raw.place.id) && Number.isFinite(raw.place.top)) {
    state.place = { id: raw.place.id, top: raw.place.top };
  }
  if (raw.kept !== null && typeof raw.kept === "object" && isId(raw.kept.id) && Number.isInteger(raw.kept.count)) {
    state.kept = { id: raw.kept.id, count: Math.min(Math.max(raw.kept.count, 0), REPLICAS_MAX) };
  }
  if (Array.isArray(raw.focus) && raw.focus.length === 2 && raw.focus.every(Number.isInteger)) state.focus = raw.focus;
  state.moved = raw.moved === true;
  return state;
}

const encode = (value) => {
  let binary = "";
  for (const byte of new TextEncoder().encode(JSON.stringify(value))) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const decode = (text) => {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0))));
};

function stateOfFragment(key) {
  const fragment = location.hash;
  if (!fragment.startsWith(PREFIX)) return cleanState(null);
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const raw = decode(fragment.slice(PREFIX.length));
    if (raw !== null && raw.key === key) return cleanState(raw);
  } catch {
    // Not ours, or cut off: as if it were not there.
  }
  return cleanState(null);
}

/** Everything kept of a cluster: [{name, user, kind, id, value}]. Nothing where storage is forbidden. */
function entriesOf(cluster) {
  const entries = [];
  const pattern = new RegExp(`^lastword-${cluster}-(\\w+)-([${DRAFT}${UNSENT}])-(.*)$`, "s");
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const name = localStorage.key(i);
      const [, user, kind, id] = pattern.exec(name) ?? [];
      if (user === undefined) continue;
      let value = null;
      try {
        value = JSON.parse(localStorage.getItem(name));
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

function remove(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Forbidden: nothing was stored either.
  }
}

/** What one person keeps here. `owner`: {cluster, me, name}. */
export function openKept({ cluster, me, name: person }) {
  const nameOf = (kind, id) => `lastword-${cluster}-${me}-${kind}-${id}`;
  /** As this tab has last read or written it: what others have changed since then is not touched. */
  const known = new Map();

  /** The youngest come first, and all beyond the bounds goes. */
  function read() {
    const state = cleanState(null);
    const mine = entriesOf(cluster)
      .filter((one) => one.user === me)
      .map((one) => ({ ...one, value: one.kind === DRAFT ? cleanDraft(one.value) : cleanItem(one.value) }))
      .toSorted((a, b) => (b.value?.at ?? 0) - (a.value?.at ?? 0) || (a.id < b.id ? 1 : -1));
    let chars = 0;
    const counts = { [DRAFT]: DRAFTS_MAX, [UNSENT]: ITEMS_MAX };
    for (const { name, kind, id, value } of mine) {
      chars += value === null ? 0 : (value.text ?? value.body).length;
      if (value === null || Date.now() - value.at > AGE_MAX_MS || chars > CHARS_MAX || --counts[kind] < 0) {
        remove(name);
        continue;
      }
      known.set(name, JSON.stringify(value));
      if (kind === UNSENT) state.unsent.unshift(value);
      else if (isSlot(id)) state.drafts[id] = value;
    }
    return state;
  }

  return {
    /** The state that came with this page: from the fragment, with what is stored; of a draft the newer one. */
    take(key) {
      const arrived = stateOfFragment(key);
      const stored = read();
      const drafts = { ...stored.drafts };
      for (const [slot, draft] of Object.entries(arrived.drafts))
        if (drafts[slot] === undefined || drafts[slot].at <= draft.at) drafts[slot] = draft;
      const ids = new Set(arrived.unsent.map(({ id }) => id));
      return { ...arrived, drafts, unsent: [...stored.unsent.filter(({ id }) => !ids.has(id)), ...arrived.unsent] };
    },
    /** Writes what has changed in this tab since it was last read or written here. */
    store(state) {
      const now = new Map([
        ...Object.entries(state.drafts).map(([slot, draft]) => [nameOf(DRAFT, slot), JSON.stringify(draft)]),
        ...state.unsent.map((item) => [nameOf(UNSENT, item.id), JSON.stringify(item)]),
      ]);
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
    /** It has all gone along to another address: coming back to this one some day must not bring an old draft. */
    release() {
      for (const { name, value } of entriesOf(cluster)) if (known.get(name) === JSON.stringify(value)) remove(name);
    },
  };
}

/** Whom something unsent is kept of in this browser, other than `me`: their names, as far as they are known. */
export function othersKept(cluster, me) {
  const others = new Set(entriesOf(cluster).map(({ user }) => user));
  others.delete(me);
  return Array.from(others, (user) => ({ user, name: nameOfUser(cluster, user) }));
}

function nameOfUser(cluster, user) {
  try {
    return localStorage.getItem(`lastword-${cluster}-${user}-name`) ?? "";
  } catch {
    return "";
  }
}

/** Nothing of this person stays in this browser. */
export function forgetPerson(cluster, user) {
  for (const entry of entriesOf(cluster)) if (entry.user === user) remove(entry.name);
  remove(`lastword-${cluster}-${user}-name`);
}

const leftCookie = (cluster) => `lastword-${cluster}-left`;

/** She has logged out. Each port is an origin of its own, with a storage of its own; cookies are seen by all of them. */
export function rememberLeft(cluster, user) {
  forgetPerson(cluster, user);
  const value = `${user}.${Date.now()}`;
  document.cookie = `${leftCookie(cluster)}=${value}; path=/; max-age=${AGE_MAX_MS / 1000}; samesite=lax`;
}

/** What was kept here of somebody who has logged out since, at whatever port, goes. */
export function forgetLeft(cluster) {
  const pattern = new RegExp(`(?:^|; )${leftCookie(cluster)}=(\\w+)\\.(\\d+)`);
  const [, user, at] = pattern.exec(document.cookie) ?? [];
  if (user === undefined) return;
  for (const entry of entriesOf(cluster))
    if (entry.user === user && !(entry.value?.at > Number(at))) remove(entry.name);
  if (!entriesOf(cluster).some((entry) => entry.user === user)) remove(`lastword-${cluster}-${user}-name`);
}

/** A page at another replica, with everything in its fragment. */
export function addressAt(address, state, key) {
  return `${address}${PREFIX}${encode({ ...state, key })}`;
}
