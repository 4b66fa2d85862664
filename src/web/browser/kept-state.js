/**
 * What must not be lost when this page goes: drafts, unsent messages, the place in the
 * conversation. Within an origin it lives in this tab's session storage; to another replica's
 * address it travels in the URL's fragment, is read once there and removed.
 *
 * A fragment is only believed with the key of this login: a link made by somebody else must not be able
 * to put words into anyone's mouth.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ITEMS_MAX = 100;
const DRAFTS_MAX = 50;
/** Far more than one message takes: what is pasted is kept until it is cut to size. */
const TEXT_MAX = 100_000;
const REPLICAS_MAX = 7;
const PREFIX = "#lastword=";

const isText = (value, max = TEXT_MAX) => typeof value === "string" && value.length <= max;
const isId = (value) => isText(value, 200) && /^[\w.~-]+$/.test(value);

function cleanItem(item) {
  if (typeof item !== "object" || item === null) return null;
  const { id, conversation, to, body } = item;
  if (!isText(id) || !UUID.test(id) || !isText(body) || body === "") return null;
  if (conversation !== null && !isId(conversation)) return null;
  if (to !== null && !isText(to, 200)) return null;
  if ((conversation === null) === (to === null)) return null;
  return { id, conversation, to, body, failed: isText(item.failed, 500) ? item.failed : null };
}

/** Anything, made into a state of the right shape; what does not fit is dropped. */
function cleanState(raw) {
  const state = { drafts: {}, unsent: [], to: "", place: null, kept: null, focus: null, moved: false };
  if (typeof raw !== "object" || raw === null) return state;
  if (typeof raw.drafts === "object" && raw.drafts !== null) {
    for (const [id, text] of Object.entries(raw.drafts).slice(0, DRAFTS_MAX))
      if (isId(id) && isText(text)) state.drafts[id] = text;
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

const storageName = (me) => `lastword ${me}`;

/** The state that came with this page, from the fragment or else from this tab's storage. */
export function takeState(me, key) {
  const fragment = location.hash;
  if (fragment.startsWith(PREFIX)) {
    history.replaceState(null, "", location.pathname + location.search);
    try {
      const raw = decode(fragment.slice(PREFIX.length));
      if (raw !== null && raw.key === key) return cleanState(raw);
    } catch {
      // Not ours, or cut off: as if it were not there.
    }
  }
  try {
    return cleanState(JSON.parse(sessionStorage.getItem(storageName(me)) ?? "null"));
  } catch {
    return cleanState(null);
  }
}

export function storeState(me, state) {
  try {
    sessionStorage.setItem(
      storageName(me),
      JSON.stringify({ drafts: state.drafts, unsent: state.unsent, to: state.to }),
    );
  } catch {
    // Full or forbidden: the fragment still carries it when the page moves.
  }
}

/** After a log-out nothing of this person stays in the tab. */
export function forgetState() {
  try {
    sessionStorage.clear();
  } catch {
    // Forbidden: nothing was stored either.
  }
}

/** A page at another replica, with everything in its fragment. */
export function addressAt(address, state, key) {
  return `${address}${PREFIX}${encode({ ...state, key })}`;
}
