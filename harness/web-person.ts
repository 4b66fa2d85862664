/**
 * Somebody at the page without a browser: keeps cookies as one does (by host name, not by port),
 * posts forms, asks for JSON, and reads the event stream. For what the page's HTTP side promises.
 *
 *   const anna = new WebPerson("anna");
 *   await anna.register(cluster.web(0));
 *   const events = await anna.events(cluster.web(2));
 *   await events.until("message", (data) => data.includes("hello"));
 */
import { until } from "./until.ts";

export const WEB_PASSWORD = "correct horse battery";

export interface AskOptions {
  /** Makes it a POST. */
  readonly form?: Record<string, string | readonly string[]>;
  /** As a browser asks for a page; JSON if absent. */
  readonly page?: boolean;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly timeoutMs?: number;
}

export interface SseEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string;
}

const WAIT_MS = 10_000;
const LOGIN_COOKIE = /^lastword-[A-Za-z0-9]{6}$/;

/** One person with one browser's cookies. */
export class WebPerson {
  readonly name: string;
  /** Certificate authority to trust, PEM; for pages over TLS. */
  readonly ca: string | undefined;
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #streams: EventReader[] = [];

  constructor(name: string, ca?: string) {
    this.name = name;
    this.ca = ca;
  }

  /** The login at the host of `origin`: value of its cookie, whose name says which cluster it is of. */
  cookie(origin: string): string | undefined {
    for (const [name, value] of this.#jar(origin)) if (LOGIN_COOKIE.test(name)) return value;
    return undefined;
  }

  setCookie(origin: string, name: string, value: string): void {
    this.#jar(origin).set(name, value);
  }

  /** The same person with a copy of the cookies: Back, another tab, a thief. */
  copy(): WebPerson {
    const other = new WebPerson(this.name, this.ca);
    for (const [host, jar] of this.#jars)
      for (const [name, value] of jar) other.setCookie(`http://${host}`, name, value);
    return other;
  }

  #jar(origin: string): Map<string, string> {
    const host = new URL(origin).hostname;
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }

  #init(origin: string, options: AskOptions): BunFetchRequestInit {
    const headers: Record<string, string> = {
      accept: options.page === true ? "text/html" : "application/json",
      ...options.headers,
    };
    const jar = [...this.#jar(origin)].map(([name, value]) => `${name}=${value}`).join("; ");
    if (jar !== "" && headers.cookie === undefined) headers.cookie = jar;
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(options.form ?? {}))
      for (const one of [value].flat() as string[]) body.append(name, one);
    return {
      method: options.method ?? (options.form === undefined ? "GET" : "POST"),
      headers,
      redirect: "manual",
      ...(options.form === undefined ? {} : { body }),
      ...(this.ca === undefined ? {} : { tls: { ca: this.ca } }),
    };
  }

  /** One request; redirects are answers. */
  async ask(origin: string, path: string, options: AskOptions = {}): Promise<Response> {
    const signal = AbortSignal.timeout(options.timeoutMs ?? WAIT_MS);
    const answer = await fetch(origin + path, { ...this.#init(origin, options), signal });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (value === "" || /max-age=0(;|$)/i.test(line)) this.#jar(origin).delete(name);
      else this.#jar(origin).set(name, value);
    }
    return answer;
  }

  /** One request whose answer is JSON with status 200 or 201; throws on any other. */
  async json<T = Record<string, unknown>>(origin: string, path: string, options: AskOptions = {}): Promise<T> {
    const answer = await this.ask(origin, path, options);
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as T;
  }

  /** With one id until a replica leads: the answer is the same however often it is asked. */
  async register(origin: string): Promise<void> {
    await this.#enter(origin, "/register", { name: this.name, password: WEB_PASSWORD, id: crypto.randomUUID() });
  }

  async logIn(origin: string, password = WEB_PASSWORD): Promise<void> {
    await this.#enter(origin, "/login", { name: this.name, password });
  }

  /** Tries until a replica leads; throws on any other refusal. */
  async #enter(origin: string, path: string, form: Record<string, string>): Promise<void> {
    await until(async () => {
      const answer = await this.ask(origin, path, { form });
      if (answer.status === 503 || answer.status === 504) return false;
      if (answer.status !== 201 && answer.status !== 200)
        throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
      return true;
    });
  }

  /** Sends to a name; answers the message's id and conversation. */
  async send(origin: string, to: string, body: string): Promise<{ id: string; conversationId: string }> {
    const form = { name: to, body, id: crypto.randomUUID() };
    return (await this.json<{ message: { id: string; conversationId: string } }>(origin, "/to", { form })).message;
  }

  /** Texts of a conversation, oldest first. */
  async texts(origin: string, conversationId: string): Promise<string[]> {
    const { messages } = await this.json<{ messages: { body: string }[] }>(origin, `/c/${conversationId}`);
    return messages.map((message) => message.body);
  }

  /** The person's event stream at a replica; `query` goes into the address. */
  async events(origin: string, query: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    const path = `/events?${new URLSearchParams(query).toString()}`;
    const answer = await fetch(origin + path, { ...this.#init(origin, {}), signal: abort.signal });
    if (answer.status !== 200 || answer.body === null) throw new Error(`/events answered ${answer.status}`);
    const reader = new EventReader(answer.body, abort);
    this.#streams.push(reader);
    return reader;
  }

  /** Ends the streams. */
  leave(): void {
    for (const stream of this.#streams) stream.close();
  }
}

/** Everything that came by one stream. */
export class EventReader {
  readonly seen: SseEvent[] = [];
  /** Resolves when the stream is over, whoever ended it. */
  readonly over: Promise<void>;
  readonly #abort: AbortController;
  #wake: (() => void)[] = [];
  #isOver = false;

  constructor(body: ReadableStream<Uint8Array>, abort: AbortController) {
    this.#abort = abort;
    this.over = this.#read(body).finally(() => {
      this.#isOver = true;
      this.#notify();
    });
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const chunk of body) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
        rest = parts.pop() ?? "";
        for (const part of parts) this.#event(part);
      }
    } catch {
      // Closed by us, or the replica died: over either way.
    }
  }

  #event(text: string): void {
    const fields = (name: string): string[] =>
      text
        .split("\n")
        .filter((line) => line.startsWith(`${name}: `))
        .map((line) => line.slice(name.length + 2));
    this.seen.push({ name: fields("event")[0] ?? "", data: fields("data").join("\n"), id: fields("id")[0] ?? "" });
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const one of wake) one();
  }

  /** The first event of this name, from index `from` on, for which `fits` holds. */
  async until(
    name: string,
    fits: (data: string) => boolean = () => true,
    options: { from?: number; timeoutMs?: number } = {},
  ): Promise<SseEvent> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? WAIT_MS);
    timeout.addEventListener("abort", () => this.#notify());
    for (;;) {
      const found = this.seen.slice(options.from ?? 0).find((event) => event.name === name && fits(event.data));
      if (found !== undefined) return found;
      if (timeout.aborted || this.#isOver) {
        const names = this.seen.map((event) => event.name).join();
        throw new Error(`no ${name} event ${this.#isOver ? "before the end" : "in time"}; came: ${names}`);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}
