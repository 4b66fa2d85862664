/**
 * Calls the user who looks elsewhere: by the icon of the page, by the badge of an installed one, and by a notification
 * of the system. One page of the browser shows it, unless a focused page shows that conversation. It is taken away when
 * the user has read the conversation, here or on another device.
 */
import { required } from "./elements.ts";
import type { ListRow } from "./list.ts";
import { offerNotifications } from "./notice-offer.ts";
import { isQuiet } from "./quiet-hours.ts";

/** How long the focused pages have to say that the user sees the conversation anyhow. */
const SEEN_MS = 250;
const TONE_HZ = 660;
const TONE_SECONDS = 0.18;

interface NoticesInput {
  /** Names this login's user and cluster: pages of others do not matter. */
  readonly key: string;
  /** The log position of the page: what is newer has not been told by another page before. */
  readonly from: number;
  /** The conversations on this page. */
  readonly shown: () => readonly (string | null)[];
  readonly open: (path: string) => void;
}

/** What a notification says. */
type Notice = Pick<ListRow, "conversationId" | "title" | "text">;

/** The notices of one page. */
export class Notices {
  readonly #input: NoticesInput;
  readonly #channel: BroadcastChannel;
  /** Calls by conversation. */
  readonly #calls = new Map<string, number>();
  /** The newest message of each conversation of which a row came. */
  readonly #lastSeqs = new Map<string, number>();
  /** What waits for the pages that may say that it is seen. */
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #open = new Map<string, Notification>();
  /** Of all pages of the browser this is the one that shows notifications. */
  #isTeller = false;

  constructor(input: NoticesInput) {
    this.#input = input;
    this.#channel = new BroadcastChannel(`lastword-seen-${input.key}`);
    this.#channel.addEventListener("message", ({ data }: MessageEvent<string>) => this.#drop(data));
    for (const row of document.querySelectorAll<HTMLElement>("#sidebar li[data-calls]"))
      this.#calls.set(row.id.slice("s-".length), Number(row.dataset["calls"]));
    // Kept until the page is closed; another page gets it then. Browsers have neither in pages that are not secure.
    if ((navigator.locks as LockManager | undefined) !== undefined)
      void navigator.locks.request(`lastword-notices-${input.key}`, async () => {
        this.#isTeller = true;
        await new Promise(() => {});
      });
  }

  /** `calls`: the number of all unread messages that call the user, in the words of the list. */
  showTotal(calls: string): void {
    const icon = required<HTMLLinkElement>('link[rel="icon"]');
    icon.dataset["plain"] ??= icon.getAttribute("href") ?? "";
    // A page of the version before has no icon with a dot.
    const href = (calls === "0" ? undefined : icon.dataset["dot"]) ?? icon.dataset["plain"];
    if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
    const count = Number.parseInt(calls, 10);
    if ("setAppBadge" in navigator) void navigator.setAppBadge(count).catch(() => {});
  }

  /** What waits in a conversation has changed. */
  changed(row: ListRow): void {
    const { conversationId, here, lastSeq } = row;
    const before = this.#calls.get(conversationId) ?? (lastSeq > this.#input.from ? 0 : here);
    // Messages that the user has marked as unread are no news.
    const known = this.#lastSeqs.get(conversationId);
    const isNews = known === undefined ? lastSeq > this.#input.from : lastSeq !== known;
    this.#calls.set(conversationId, here);
    this.#lastSeqs.set(conversationId, lastSeq);
    if (here === 0) this.#drop(conversationId);
    else if (here > before && isNews) this.called(row);
  }

  /** Something in the conversation calls the user. */
  called(row: Notice): void {
    const { conversationId } = row;
    if (document.hasFocus() && this.#input.shown().includes(conversationId)) {
      this.#channel.postMessage(conversationId);
      return;
    }
    if (!this.#isTeller || this.#waiting.has(conversationId)) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(conversationId);
      this.#show(row);
    }, SEEN_MS);
    this.#waiting.set(conversationId, timer);
  }

  #show({ conversationId, title, text }: Notice): void {
    const { notify, sound, quiet = "" } = document.body.dataset;
    if (isQuiet(quiet, new Date())) return;
    if (sound === "yes") playTone();
    if (notify !== "yes" || !("Notification" in window)) return;
    if (Notification.permission === "default") return offerNotifications();
    if (Notification.permission !== "granted") return;
    const options = { body: text, tag: `${this.#input.key} ${conversationId}`, renotify: true, silent: true };
    const notification = new Notification(title, { ...options, icon: document.body.dataset["icon"] ?? "" });
    notification.addEventListener("click", () => {
      window.focus();
      this.#input.open(`/c/${conversationId}`);
      notification.close();
    });
    this.#open.set(conversationId, notification);
  }

  /** The user sees the conversation, or has read it. */
  #drop(conversationId: string): void {
    clearTimeout(this.#waiting.get(conversationId));
    this.#waiting.delete(conversationId);
    this.#open.get(conversationId)?.close();
    this.#open.delete(conversationId);
  }
}

/** A short tone. Browsers play none before the user has done something on the page. */
function playTone(): void {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: TONE_HZ });
  const volume = new GainNode(audio, { gain: 0.1 });
  tone.connect(volume).connect(audio.destination);
  tone.addEventListener("ended", () => void audio.close());
  tone.start();
  tone.stop(audio.currentTime + TONE_SECONDS);
}

/** On the account page: says whether the browser shows notifications, and asks it to. */
export function openNoticeSetting(main: ParentNode): void {
  const state = main.querySelector("#notify-state");
  const button = main.querySelector<HTMLButtonElement>("#notify-ask");
  if (state === null || button === null) return;
  const draw = (): void => {
    const permission = "Notification" in window && isSecureContext ? Notification.permission : "none";
    button.hidden = permission !== "default";
    state.textContent = {
      granted: "This browser shows notifications of this chat.",
      denied: "This browser blocks notifications of this chat. Allow them in its settings for this site.",
      default: "This browser has not been allowed to show notifications yet.",
      none: "Browsers show notifications only of pages at https addresses or at localhost.",
    }[permission];
  };
  button.addEventListener("click", () => void Notification.requestPermission().then(draw));
  draw();
}
