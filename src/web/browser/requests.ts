/**
 * Requests of the page. A request that changes something has an id that stays the same for all tries, so it can be
 * repeated until a replica answers: the same id gets the same answer.
 */

/** A frozen replica never answers. On the front port the next try may reach another one. */
const ANSWER_MS = 4000;
const WAITS_MS = [100, 200, 400, 800, 1500, 3000];

/** Names the user for whom the page was rendered (see src/web/http/owner.ts). Empty on a page without a login. */
export const ownerHeaders = (): Record<string, string> => {
  const me = document.body.dataset["me"];
  return me === undefined ? {} : { "lastword-as": me };
};

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The wait before try number `tries` + 1. It grows, and differs between pages. */
export const waitBefore = (tries: number): number =>
  WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]! * (0.75 + Math.random() / 2);

/** A UUID of version 7: ordered by time, which keeps the replicas' index of requests compact. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let i = 5; i >= 0; i--, time = Math.floor(time / 256)) bytes[i] = time % 256;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A replica's answer in JSON; every field may be missing. */
export interface AnswerJson {
  readonly code?: string;
  /** Why the replica refused the request, for the user. */
  readonly sentence?: string;
  /** The field that is wrong. */
  readonly field?: string;
  readonly retryAfterMs?: number;
  /** Who is logged in now, with the code other_login. */
  readonly name?: string;
  /** After a send: the confirmed row as HTML, the number of replicas that have saved it, and its conversation. */
  readonly row?: string;
  readonly kept?: number;
  readonly message?: { readonly conversationId: string };
}

export interface Answer {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly json: AnswerJson;
}

/** The fields of a form. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Makes one try. Status 0 means that there was no answer, so the outcome is unknown. */
export async function post(path: string, fields: Fields): Promise<Answer> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
  }
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { Accept: "application/json", "lastword-page": "yes", ...ownerHeaders() },
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: answer.status, json: (await answer.json().catch(() => ({}))) as AnswerJson };
  } catch {
    return { status: 0, json: {} };
  }
}

/** Keeps a draft. False: no replica has it. `isLeaving`: the page may be gone before the answer comes. */
export async function saveDraft(conversation: string, text: string, isLeaving: boolean): Promise<boolean> {
  try {
    const answer = await fetch(`/c/${conversation}/draft`, {
      method: "POST",
      headers: { Accept: "application/json", "lastword-page": "yes", ...ownerHeaders() },
      body: new URLSearchParams({ body: text }),
      keepalive: isLeaving,
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** True if the page belongs to another user than the browser's login. */
export const isOtherLogin = (answer: Answer): boolean => answer.status === 409 && answer.json.code === "other_login";

/** True if another try with the same id may succeed: no answer, no leader, or too many requests. */
export const isPassing = (status: number): boolean => status === 0 || status === 429 || status >= 500;

/** Tries up to `tries` times, until the answer is final. `onWait()` is called if the first try has no final answer. */
export async function postUntilDone(
  path: string,
  fields: Fields,
  tries = 12,
  onWait = (): void => {},
): Promise<Answer> {
  for (let tried = 0; ; tried++) {
    const answer = await post(path, fields);
    if (!isPassing(answer.status) || tried + 1 >= tries) return answer;
    if (tried === 0) onWait();
    await sleep(waitBefore(tried));
  }
}

/** The main part of a page, beside the list, and its path. */
export interface MainAnswer {
  readonly main: HTMLElement;
  /** Differs from the requested path after a redirect. */
  readonly path: string;
}

/**
 * Makes one try to fetch the main part of a page. "none": try again. "refused": the page has to be loaded as a whole.
 */
export async function getMain(path: string, attempt: AbortController): Promise<MainAnswer | "none" | "refused"> {
  const limit = setTimeout(() => attempt.abort(), ANSWER_MS);
  try {
    const answer = await fetch(path, {
      headers: { "HX-Request": "true", "HX-Target": "main#main", ...ownerHeaders() },
      signal: attempt.signal,
    });
    if (isPassing(answer.status)) return "none";
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const main = holder.content.querySelector<HTMLElement>("main#main");
    if (answer.status !== 200 || main === null) return "refused";
    const { pathname, search } = new URL(answer.url);
    return { main, path: pathname + search };
  } catch {
    return "none";
  } finally {
    clearTimeout(limit);
  }
}

/** The text of a message; null if the request failed. */
export async function getMessageText(conversation: string, id: string): Promise<string | null> {
  try {
    const answer = await fetch(`/c/${conversation}/message?ids=${encodeURIComponent(id)}`, {
      headers: { Accept: "application/json", ...ownerHeaders() },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const json = (await answer.json()) as { readonly message?: { readonly body?: string } };
    return json.message?.body ?? null;
  } catch {
    return null;
  }
}

/** A piece of a page as HTML; null if the request failed. */
export async function getText(path: string): Promise<string | null> {
  try {
    const answer = await fetch(path, {
      headers: { "HX-Request": "true", ...ownerHeaders() },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok && answer.status !== 204 ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** The same as a document fragment. */
export async function getPiece(path: string): Promise<DocumentFragment | null> {
  const text = await getText(path);
  if (text === null) return null;
  const holder = document.createElement("template");
  holder.innerHTML = text;
  return holder.content;
}
