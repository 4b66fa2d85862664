/**
 * The page's script: wires the parts together. Every page works without it; with it, messages
 * appear by themselves, unsent ones wait, and the page follows the cluster to a living replica.
 */
import { openCluster } from "./cluster.js";
import { openComposer } from "./composer.js";
import { afterEntrance, guardEntrance } from "./entrance.js";
import { addressAt, forgetLeft, openKept, rememberLeft, slotOfName } from "./kept-state.js";
import { arrive, viaHandover } from "./handover.js";
import { isTyping, listenToKeys } from "./keys.js";
import { openLeave } from "./leave.js";
import { openLink, scriptFor } from "./link.js";
import { openList } from "./list.js";
import { openLiveWords } from "./live-words.js";
import { openLogOut, showOtherLogin } from "./log-out.js";
import { openNavigation } from "./navigation.js";
import { openOutbox } from "./outbox.js";
import { openReading } from "./reading.js";
import { sleep } from "./requests.js";
import { openReveals } from "./reveal.js";
import { openRoll } from "./roll.js";
import { openRowFocus } from "./row-focus.js";
import { openSelection } from "./selection.js";
import { localTimes } from "./times.js";

const MOVE_MS = 3000;
const FORM_MS = 8000;
const RESET_RETRY_MS = 1000;
const TYPING_SHOWN_MS = 4000;
const ANNOUNCED_CHARS = 300;

document.documentElement.classList.add("script");
localTimes(document);
openReveals();
setInterval(() => localTimes(document), 30_000);
document.addEventListener("htmx:after:swap", () => localTimes(document));
// A page kept by the browser across a log-out must not show again.
addEventListener("pageshow", (event) => event.persisted && location.reload());

const { me, name: person, cluster: clusterName, carry: key } = document.body.dataset;
forgetLeft(clusterName);
const arrival = document.getElementById("arrival");
if (arrival !== null) void arrive(arrival.dataset.next);
else if (me !== undefined) startApp();
else {
  if (document.body.dataset.forget !== undefined) rememberLeft(clusterName, document.body.dataset.forget);
  guardEntrance(clusterName);
}

function startApp() {
  const data = document.body.dataset;
  afterEntrance(clusterName, me);
  const kept = openKept({ cluster: clusterName, me, name: person });
  const state = kept.take(key);
  const roll = openRoll(me);
  const conversation = roll?.conversation ?? null;
  const cluster = openCluster({ onKept: (replicas) => roll?.setKept(replicas) });
  // Before anything else that listens for clicks and forms.
  const navigation = openNavigation((text) => cluster.say(text));
  openLeave();
  let leaving = false;
  let movingTo = null;
  /** Hand-over token for a host that the cookie does not reach. */
  let handover;
  /** Which of this browser's tabs this is: each has a token of its own. */
  let seat = 0;
  let composer = null;

  roll?.start();
  roll?.setKept(cluster.keptNow());

  /** She has left, or somebody else is here: nothing is kept any more, not even what was typed last. */
  let isOver = false;

  /** Keeps what would be lost. While the page is on its way elsewhere, what changed has to go with it. */
  const store = () => {
    if (isOver) return;
    kept.store(state);
    if (movingTo !== null) go();
  };
  const outbox = openOutbox({
    me,
    unsent: state.unsent,
    roll,
    onChange: store,
    onSent(item, answer) {
      if (item.conversation === null) {
        delete state.drafts[slotOfName(item.to)];
        store();
        // Only from the page where it was written: elsewhere one is reading something else by now.
        if (conversation === null && composer !== null) {
          composer.clear();
          openPage(`/c/${answer.message.conversationId}`);
        }
      } else if (item.conversation === conversation && answer.row !== undefined) {
        roll.addHtml(answer.row, false, answer.kept);
        roll.clearUnreadUpTo(item.readUpTo);
      }
    },
    onRefused: (item, sentence, field) => composer?.takeBack(item, sentence, field) ?? false,
    onLogin: toLogin,
    onOther: endForOther,
  });
  composer = openComposer({
    drafts: state.drafts,
    outbox,
    conversation,
    onDraft: store,
    state,
    isMoving: () => movingTo !== null,
    seenUpTo: () => reading?.seenUpTo() ?? "",
  });
  if (composer !== null && conversation === null) resumeNew();
  if (state.place !== null) void roll?.goTo(state.place);
  if (state.kept !== null) roll?.keepAtLeast(state.kept);
  if (state.moved) cluster.say("Switched to another server. Nothing was lost.", { short: true });
  store();

  const reading =
    roll === null ? null : openReading(roll, data.readOnSight === "yes", (text) => cluster.say(text, { short: true }));
  const rowFocus = roll === null ? null : openRowFocus(roll, (row) => reading.mark(row));
  const selection =
    roll === null
      ? null
      : openSelection(roll, {
          onMode: (on) => rowFocus.tickable(on),
          say: (text) => cluster.say(text, { short: true }),
        });

  /** First words to somebody that were under way when the page changed: still so, or refused meanwhile. */
  function resumeNew() {
    const item = state.unsent.find((one) => one.conversation === null);
    if (item === undefined) return;
    if (item.failed === null) composer.resume(item);
    else {
      state.unsent.splice(state.unsent.indexOf(item), 1);
      composer.takeBack(item, item.failed, "to");
    }
  }

  const words = openLiveWords({ me, onGone: () => composer?.close("This account was deleted") });

  // --- the list on the left -------------------------------------------------------------------
  const list = openList({
    current: () =>
      document.querySelector("#sidebar .new-message[aria-current]") === null ? (conversation ?? "") : "new",
    words,
    onUnread: showUnread,
  });
  function showUnread(count) {
    document.title = `${count === "0" ? "" : `(${count}) `}${data.title}`;
    words.showUnread(count);
  }

  // --- events ---------------------------------------------------------------------------------
  const announce = (text) => {
    if (document.visibilityState !== "visible") return;
    const line = Object.assign(document.createElement("p"), { textContent: text.slice(0, ANNOUNCED_CHARS) });
    document.getElementById("announce").replaceChildren(line);
  };

  function onMessageEvent(html, again) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.querySelector(".message");
    if (row === null) return;
    const isNew = document.getElementById(row.id) === null;
    // Another tab of this browser shows that conversation.
    if (row.dataset.conversation !== conversation) {
      const { author, conversation: conversationId } = row.dataset;
      showActivity({ conversationId, authorId: author, authorName: row.querySelector(".author").textContent }, again);
      return;
    }
    roll.addHtml(html, true);
    if (row.dataset.author === me || !isNew) return;
    announce(`${row.querySelector(".author").textContent}: ${row.querySelector(".body").textContent}`);
    showTyping(null);
  }

  /** There is a message where this page does not look; what was told before is in its list already. */
  function showActivity({ conversationId, authorId, authorName }, again) {
    if (authorId !== me && !again && conversationId !== conversation) announce(`New from ${authorName}`);
  }

  let typingTimer = null;
  function showTyping(event) {
    const place = document.getElementById("typing");
    if (place === null) return;
    clearTimeout(typingTimer);
    place.hidden = event === null;
    if (event !== null) typingTimer = setTimeout(() => (place.hidden = true), TYPING_SHOWN_MS);
  }

  function showUser(user) {
    // Her rows say her name, or that she is gone.
    if (roll?.list.querySelector(`.message[data-author="${CSS.escape(user.id)}"]`)) void roll.reload();
    words.onUser(user);
    list.refresh();
  }

  /** What is on the page may be of a branch that is no more. Asked again until a replica answers. */
  async function reset() {
    list.refresh();
    // In the new order something that she has not seen may lie before what she had seen.
    for (const item of state.unsent) item.readUpTo = "";
    while (roll !== null && !(await roll.reload())) await sleep(RESET_RETRY_MS);
  }

  const handlers = {
    message: onMessageEvent,
    activity: showActivity,
    row: (row) => list.place(row),
    gone: ({ messageIds }) => roll?.removeIds(messageIds),
    read({ conversationId, readerId, messageIds, upTo }) {
      if (conversationId !== conversation) return;
      if (readerId === me) roll.clearUnread(messageIds, upTo);
      else roll.setReadByOther(messageIds, upTo);
    },
    person: ({ person: user }) => showUser(user),
    presence: ({ person: user }) => words.onPresence(user),
    typing: (event) => event.conversationId === conversation && event.userId !== me && showTyping(event),
    reset: () => void reset(),
    ended() {
      if (logOut.takesEnd()) return;
      if (logOut.isLeaving()) isOver = true;
      toLogin();
    },
    cluster(summary) {
      cluster.show(summary);
      link.origins(summary.origins);
    },
  };

  // --- the cluster, as far as this page depends on it ---------------------------------------------
  function onState(next) {
    if (next === "live") {
      cluster.say("");
      announce("Connected again");
      outbox.hurry();
    } else if (next === "lost") {
      cluster.lose("reconnecting");
    } else if (next === "away") {
      // Also where no stream ever was: the replica died while the page came.
      navigation.lost();
      cluster.lose("no connection");
      cluster.say("No connection to any server. Keep writing; messages are sent when a server is back.");
    }
  }

  /** The login is over. What is unsent waits here for the next one of the same person. */
  function toLogin() {
    if (leaving) return;
    leaving = true;
    composer?.keepDraft();
    location.assign(isOver ? "/login" : `/login?next=${encodeURIComponent(location.pathname)}`);
  }

  /** Somebody else has logged in in this browser. */
  function endForOther(name) {
    if (isOver) return;
    composer?.keepDraft();
    isOver = true;
    leaving = true;
    showOtherLogin(name, person);
  }

  const logOut = openLogOut({
    cluster: clusterName,
    me,
    state,
    keep: () => composer?.keepDraft(),
    isLost: () => navigation.isLost(),
    say: (text) => cluster.say(text),
    onLeft() {
      isOver = true;
      leaving = true;
    },
    onOther: endForOther,
  });

  /** Opens another page of ours: at the next replica, if this one falls silent before it has answered. */
  function openPage(path) {
    navigation.want(path);
    if (movingTo === null) location.assign(path);
    else go();
  }

  function go() {
    const wanted = navigation.wanted();
    const here = {
      place: roll?.placeOf() ?? null,
      focus: composer?.selection() ?? null,
      to: composer?.recipient() ?? "",
    };
    const carried = {
      ...state,
      ...(wanted === null ? here : {}),
      kept: roll?.lastKept() ?? null,
      moved: true,
    };
    const path = wanted ?? location.pathname + location.search;
    location.replace(viaHandover(addressAt(movingTo + path, carried, key), handover));
  }

  /** The old page still takes keys until the new one is here; each of them sets out again, with the key. */
  function moveTo(origin, tokens) {
    if (leaving) return;
    leaving = true;
    handover = tokens[seat] ?? tokens[0];
    movingTo = origin;
    if (composer === null) go();
    else composer.keepDraft();
    setTimeout(() => {
      // Nobody there after all: stay, and listen again.
      leaving = false;
      movingTo = null;
    }, MOVE_MS);
  }

  addEventListener("pagehide", () => {
    if (isOver) return;
    if (movingTo === null) composer?.keepDraft();
    else kept.release();
  });

  /** What a page loads besides its HTML, as paths. */
  function partsOf(stream, list) {
    const loaded = [...document.querySelectorAll('link[rel="stylesheet"], script[src]')];
    return [...loaded.map((one) => new URL(one.href ?? one.src).pathname), scriptFor(stream, list)];
  }

  const origins = data.origins.split(" ").filter((one) => one !== "");
  const link = openLink({
    script: data.stream,
    cluster: clusterName,
    me,
    key,
    page: {
      me,
      cursor: data.cursor,
      opened: performance.timeOrigin,
      origins,
      shared: data.shared === "yes",
      parts: partsOf(data.stream, origins),
      show: conversation ?? "",
    },
    onMessage(message) {
      if (message.type === "event")
        handlers[message.name]?.(message.name === "message" ? message.data : JSON.parse(message.data), message.again);
      else if (message.type === "lost") navigation.lost();
      else if (message.type === "open") {
        navigation.found();
        // Who came and went meanwhile is in no event.
        if (message.again) list.refreshSoon();
      } else if (message.type === "tick") roll?.setKept(cluster.keptNow());
      else if (message.type === "state") onState(message.state);
      else if (message.type === "move") moveTo(message.origin, message.tokens);
      else if (message.type === "seat") seat = message.seat;
      else if (message.type === "stale") void reset();
      else if (message.type === "login") toLogin();
      else if (message.type === "other") endForOther(message.name);
    },
  });

  // A form of the page itself is under way: its answer is the next page, whatever the stream says meanwhile.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.getAttribute("method") === "dialog") return;
    leaving = true;
    setTimeout(() => (leaving = false), FORM_MS);
  });
  listenToKeys({
    "?": () => document.getElementById("help").showModal(),
    c: () => composer?.focus(),
    n: () => document.querySelector("#sidebar .new-message").click(),
    p: () => document.querySelector('.menu a[href="/people"]').click(),
    r: () => void cluster.openPanel(),
    m: () => reading?.markAll(),
    s: () => selection?.toggle(),
    Escape() {
      if (selection?.isOn()) selection.setMode(false);
      // Out of the field, so that single keys are keys again.
      else if (isTyping(document.activeElement)) (roll?.log ?? document.getElementById("main")).focus();
    },
  });
}
