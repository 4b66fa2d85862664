/**
 * The one event stream of a browser. Runs as a shared worker for all tabs of an origin; where
 * there is none, inside one page (see link.js). It reads /events, remembers the last events for
 * tabs that open later, notices silence, and looks for another replica.
 *
 * To the tabs it says: {type:"event"}, {type:"state"}, {type:"lost"}, {type:"open"}, {type:"tick"}, {type:"seat"},
 * {type:"move"}, {type:"stale"}, {type:"login"}, {type:"other"}.
 */

/** The replica pings every second; more silence than this means it is dead, frozen or cut off. */
const SILENCE_MS = 2500;
/** A frozen replica accepts a connection and never answers. */
const CONNECT_MS = 1500;
const PROBE_MS = 1000;
/** For what a page loads besides itself, the first time; later the browser has it. */
const READY_MS = 2000;
/** How long a broken stream may come back at its own address before the page moves. */
const STAY_MS = 300;
/**
 * The same at an address that several replicas share: one that lives answers there, but a connection may reach one that
 * is frozen first. With the silence before it and the age of a hand-over token still within the token's life.
 */
const STAY_SHARED_MS = 2500;
const RETRY_MS = [50, 200, 400, 800, 1000];
/** A tab that was told to move is gone within this; else it is told again. */
const MOVE_MS = 2000;
/** After so long the line says that a replica is looked for. */
const LOST_MS = 1000;
/** After so long without any replica the page says so. */
const AWAY_MS = 3000;
/** Too busy, or too many streams of this user: nothing that haste improves. */
const BUSY_MS = 5000;
/** How often the replica hears that this browser is there: what vanished says nothing and goes offline. */
const ALIVE_MS = 10_000;
/** After a sign of life that did not get through. */
const ALIVE_RETRY_MS = 3000;
/** Hand-over tokens are asked for as many tabs as there can be at one time. */
const SEATS_MAX = 8;
/** Writes impossible for so long here, possible elsewhere: move. */
const NOT_WRITABLE_MS = 3000;
/** Events kept for tabs that join, and how far a tab's opening reaches back: its page was rendered a little later. */
const KEPT_EVENTS = 200;
const KEPT_SLACK_MS = 2000;
const EVENT_CHARS_MAX = 2_000_000;

/** Conversations that a browser's tabs show at one time; of more, the tabs opened last. */
const SHOWN_MAX = 30;

/** A cursor ends in the place in the log; 0 of none. */
const seqOf = (cursor) => Number(cursor.slice(cursor.lastIndexOf(":") + 1));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Splits a stream of text into events; calls back with {name, data, id}. */
export function eventParser(onEvent) {
  let rest = "";
  let name = "";
  let id = "";
  let data = [];
  return (text) => {
    rest += text;
    if (rest.length > EVENT_CHARS_MAX) throw new Error("an event has no end");
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (name !== "" || data.length > 0)
          onEvent({ name: name === "" ? "message" : name, data: data.join("\n"), id });
        name = "";
        data = [];
      } else if (line.startsWith("data: ")) data.push(line.slice(6));
      else if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("id: ")) id = line.slice(4);
    }
  };
}

/** `send(tab, message)`: to one tab, or to all when tab is null. `origin`: where this script came from. */
export function createHub(origin, send) {
  const kept = [];
  let keptFrom = 0;
  let cursor = "";
  let cluster = null;
  let origins = [];
  /** The address in the address bar is one that several replicas share. */
  let shared = false;
  /** Paths of what every page loads: the same at each replica of one version. */
  let parts = [];
  /** For whom the pages were made: another login of this browser gets no stream of theirs. */
  let me = "";
  /** By tab: {show, from}, the conversation on it and the seq as of which its page was made. */
  const shown = new Map();
  /** Conversations whose events come whole, and since which seq. */
  let whole = new Map();
  /** The newest seq that any event had: what comes below it has been told before. */
  let toldUpTo = 0;
  let running = false;
  let state = "live";
  let heardAt = 0;
  let silentSince = 0;
  let notWritableSince = 0;
  let abort = null;
  let streamName = "";
  let sayAliveAt = 0;
  let seats = 0;
  /** By origin under another host name: one hand-over token for each seat. */
  let handover = {};

  function setState(next) {
    if (state === next) return;
    state = next;
    send(null, { type: "state", state });
  }

  function onEvent(event) {
    if (event.name === "ping") return onPing(event.data === "ok");
    const again = event.id !== cursor && seqOf(event.id) <= toldUpTo;
    if (event.id !== "") cursor = event.id;
    toldUpTo = Math.max(toldUpTo, seqOf(cursor));
    const message = { type: "event", name: event.name, data: event.data, at: Date.now(), cursor, again };
    if (event.name === "cluster") {
      cluster = message;
    } else {
      kept.push(message);
      if (kept.length > KEPT_EVENTS) keptFrom = kept.shift().at;
    }
    send(null, message);
    if (event.name === "ended") running = false;
  }

  /**
   * By the replica's ping, not by a timer: the browser slows down the timers of hidden pages. The answer
   * brings what the tabs need to stay logged in under another host name; a dead replica could not give it.
   */
  async function sayAlive() {
    if (Date.now() < sayAliveAt) return;
    sayAliveAt = Date.now() + ALIVE_MS;
    try {
      const answer = await fetch(`${origin}/events/alive`, {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json", "lastword-as": me },
        body: new URLSearchParams({ stream: streamName, seats: String(Math.min(Math.max(seats, 1), SEATS_MAX)) }),
        signal: AbortSignal.timeout(PROBE_MS),
      });
      if (answer.status === 200) handover = (await answer.json()).handover;
      else if (answer.status === 409) await endForOther(answer);
    } catch {
      // The stream notices by itself if the replica is gone.
      sayAliveAt = Math.min(sayAliveAt, Date.now() + ALIVE_RETRY_MS);
    }
  }

  /** Somebody else has logged in in this browser: what these pages show is hers no more. */
  async function endForOther(answer) {
    const { code, name } = await answer.json().catch(() => ({}));
    if (code !== "other_login") return;
    running = false;
    abort?.abort();
    send(null, { type: "other", name });
  }

  const move = (found) => send(null, { type: "move", origin: found, tokens: handover[found] ?? [] });

  function onPing(writable) {
    send(null, { type: "tick" });
    void sayAlive();
    if (writable) notWritableSince = 0;
    else if (notWritableSince === 0) notWritableSince = Date.now();
    else if (Date.now() - notWritableSince > NOT_WRITABLE_MS) {
      notWritableSince = Date.now();
      if (!shared) void probe(false).then((found) => found !== null && move(found));
    }
  }

  /** Each is said once: a tab that hears "lost" again after "away" would tell its person over and over. */
  function showSilence() {
    const silentMs = Date.now() - silentSince;
    if (silentMs > AWAY_MS) setState("away");
    else if (silentMs > LOST_MS) setState("lost");
  }

  /**
   * What the tabs show is named when the stream is opened. A tab that shows something else opens it again, from where
   * that tab's page was made; what the others are told twice is marked as such.
   */
  function openForAll() {
    const missing = [...shown.values()].filter(({ show, from }) => show !== "" && !(whole.get(show) <= from));
    if (missing.length === 0 || recovering || !running) return;
    const first = missing.toSorted((a, b) => a.from - b.from)[0];
    if (first.from < seqOf(cursor)) cursor = first.cursor;
    void connect().then((isOpen) => (isOpen ? openForAll() : running && recover()));
  }

  /** Opens the stream. Resolves false at once or after CONNECT_MS; true as soon as the first bytes are here. */
  async function connect() {
    abort?.abort();
    const control = new AbortController();
    abort = control;
    const shows = new Set([...shown.values()].flatMap(({ show }) => (show === "" ? [] : [show])).slice(-SHOWN_MAX));
    const from = seqOf(cursor);
    const limit = setTimeout(() => control.abort(), CONNECT_MS);
    streamName = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16)).join("");
    sayAliveAt = 0;
    try {
      const query = new URLSearchParams({ alive: streamName, after: cursor, show: [...shows].join() });
      const answer = await fetch(`${origin}/events?${query}`, {
        headers: {
          Accept: "application/json",
          "lastword-as": me,
          ...(cursor === "" ? {} : { "Last-Event-ID": cursor }),
        },
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal: control.signal,
      });
      clearTimeout(limit);
      if (answer.status === 401) {
        running = false;
        send(null, { type: "login" });
        return false;
      }
      if (answer.status === 409) {
        await endForOther(answer);
        return false;
      }
      if (!answer.ok || answer.body === null) {
        if (answer.status === 429) await sleep(BUSY_MS);
        return false;
      }
      heardAt = Date.now();
      whole = new Map([...shows].map((show) => [show, Math.min(from, whole.get(show) ?? from)]));
      void readAll(answer.body, control);
      return true;
    } catch {
      clearTimeout(limit);
      return false;
    }
  }

  async function readAll(body, control) {
    const decoder = new TextDecoder();
    const parse = eventParser(onEvent);
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        heardAt = Date.now();
        parse(decoder.decode(value, { stream: true }));
      }
    } catch {
      // Broken or cut by us: either way the stream is over.
    }
    control.abort();
    if (control === abort && running) void recover();
  }

  /** Asks a replica how it is; throws if it does not answer. */
  const ask = (one) =>
    fetch(`${one}/healthz`, {
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PROBE_MS),
    });

  /**
   * True if a page may set out. If its goal dies while it is on its way, the browser shows its own error page, which
   * nothing of ours leaves, or a page whose scripts never came. So all that a page needs but its HTML is brought into
   * the browser's cache first, and then the goal is looked at once more: what is left is the time of one answer.
   */
  async function isReady(one) {
    const signal = AbortSignal.timeout(READY_MS);
    try {
      // The cache of another host name is not ours to fill.
      // A piece that does not come proves no death: a browser may refuse it for reasons of its own.
      if (isOwnHost(one))
        await Promise.allSettled(
          parts.map((path) => fetch(one + path, { mode: "no-cors", credentials: "include", signal })),
        );
      await ask(one);
      return true;
    } catch {
      return false;
    }
  }

  /** Under this name the browser has its login already. */
  const isOwnHost = (one) => new URL(one).hostname === new URL(origin).hostname;

  /** The origin of another replica that answers; with `anyAnswer` also one that cannot write now. */
  async function probe(anyAnswer) {
    const others = origins.filter((one) => one !== origin);
    let second = null;
    const firstOf = (list) =>
      Promise.any(
        list.map(async (one) => {
          const answer = await ask(one);
          if (answer.ok) return one;
          second ??= one;
          throw new Error("not writable");
        }),
      );
    // All are asked at once. Those under the name in the address bar go first, because nothing has to be handed over;
    // then those for which there is a token; at the others a person must log in.
    const rank = (one) => (isOwnHost(one) ? 0 : handover[one] === undefined ? 2 : 1);
    const [near, known, far] = [0, 1, 2].map((wanted) => firstOf(others.filter((one) => rank(one) === wanted)));
    known.catch(() => {});
    far.catch(() => {});
    const found = await near
      .catch(() => known)
      .catch(() => far)
      .catch(() => (anyAnswer ? second : null));
    return found !== null && (await isReady(found)) ? found : null;
  }

  let recovering = false;
  /** There was a stream: without it something is lost. */
  let connected = false;

  /** From the loss of the stream to its return: its own address first, then another replica's. */
  async function recover(stayMs = STAY_MS) {
    if (recovering) return;
    recovering = true;
    silentSince = Date.now();
    if (connected) send(null, { type: "lost" });
    for (let round = 0; running; round++) {
      const own = connect();
      const back = await Promise.race([own, sleep(round === 0 ? stayMs : STAY_MS).then(() => null)]);
      if (back === true) break;
      const found = shared && Date.now() - silentSince < STAY_SHARED_MS ? null : await probe(round > 1);
      if ((await Promise.race([own, Promise.resolve(null)])) === true) break;
      if (found !== null && running) {
        move(found);
        await sleep(MOVE_MS);
      }
      if (await own) break;
      showSilence();
      await sleep(RETRY_MS[Math.min(round, RETRY_MS.length - 1)]);
    }
    recovering = false;
    if (!running) return;
    setState("live");
    send(null, { type: "open", again: connected });
    connected = true;
    openForAll();
  }

  let tickedAt = Date.now();
  setInterval(() => {
    const now = Date.now();
    // The computer slept, or this page was frozen: what the network did meanwhile is not known yet.
    if (now - tickedAt > 1500) heardAt = Math.max(heardAt, now - SILENCE_MS + 1000);
    tickedAt = now;
    if (running && !recovering && now - heardAt > SILENCE_MS) {
      abort?.abort();
      void recover();
    }
    if (recovering) showSilence();
  }, 250);

  return {
    /** A tab opened: page = {me, cursor, opened, origins, shared, parts, show}; it gets what happened since it was rendered. */
    join(tab, page) {
      me = page.me;
      shown.delete(tab);
      shown.set(tab, { show: page.show, cursor: page.cursor, from: seqOf(page.cursor) });
      origins = page.origins;
      shared = page.shared;
      parts = page.parts;
      send(tab, { type: "seat", seat: seats % SEATS_MAX });
      seats += 1;
      if (!running) {
        running = true;
        cursor = page.cursor;
        toldUpTo = seqOf(cursor);
        whole = new Map();
        kept.length = 0;
        keptFrom = 0;
        heardAt = Date.now();
        // It served the page a moment ago: it lives, however slow it is.
        void recover(CONNECT_MS);
        return;
      }
      const from = page.opened - KEPT_SLACK_MS;
      if (keptFrom > from) send(tab, { type: "stale" });
      for (const message of kept) if (message.at >= from) send(tab, { ...message, again: true });
      if (cluster !== null) send(tab, cluster);
      if (state !== "live") send(tab, { type: "state", state });
      openForAll();
    },
    /** A tab was closed, or went to another page. */
    leave(tab) {
      shown.delete(tab);
    },
  };
}

if ("SharedWorkerGlobalScope" in globalThis) {
  const ports = new Set();
  const hub = createHub(location.origin, (tab, message) => {
    for (const port of tab === null ? ports : [tab]) port.postMessage(message);
  });
  globalThis.addEventListener("connect", (event) => {
    const port = event.ports[0];
    port.addEventListener("message", (message) => {
      if (message.data.type === "join") {
        ports.add(port);
        hub.join(port, message.data.page);
      } else {
        ports.delete(port);
        hub.leave(port);
      }
    });
    port.start();
  });
} else {
  globalThis.lastwordHub = createHub;
}
