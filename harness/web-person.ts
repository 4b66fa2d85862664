/**
 * A visitor of the page without a browser: keeps cookies like one (by host name, not by port), posts
 * forms, requests JSON, and reads the event stream. For tests of the page's HTTP side.
 *
 *   const anna = new WebPerson("anna");
 *   await anna.register(cluster.web(0));
 *   const events = await anna.events(cluster.web(2));
 *   await events.until("message", (data) => data.includes("hello"));
 */
import { until } from "./until.ts";

/** The password of every WebPerson. */
export const WEB_PASSWORD = "correct horse battery";

/** What a request needs. */
export interface AskOptions {
  /** Fields to post. With them the method is POST by default. */
  readonly form?: Record<string, string | readonly string[]>;
  /** Bytes to post in place of fields. */
  readonly body?: Uint8Array<ArrayBuffer>;
  /** True to request HTML as a browser does; by default JSON. */
  readonly page?: boolean;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly timeoutMs?: number;
}

/** An event of an event stream. */
export interface SseEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string;
}

const WAIT_MS = 60_000;
/** A request that a frozen replica does not answer is given up, so that the next one is asked. */
const REQUEST_MS = 20_000;
const ENTER_MS = 60_000;
const LOGIN_COOKIE = /^lastword-[A-Za-z0-9]{6}$/;

/** One person with one browser's cookies. */
export class WebPerson {
  readonly name: string;
  /** The certificate authority to trust, PEM, for pages over TLS. */
  readonly ca: string | undefined;
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #streams: EventReader[] = [];

  constructor(name: string, ca?: string) {
    this.name = name;
    this.ca = ca;
  }

  /** The value of the login cookie for the host of `origin`. */
  cookie(origin: string): string | undefined {
    for (const [name, value] of this.#jar(origin)) if (LOGIN_COOKIE.test(name)) return value;
    return undefined;
  }

  setCookie(origin: string, name: string, value: string): void {
    this.#jar(origin).set(name, value);
  }

  /** The same person with a copy of the cookies, as after Back, in another tab, or in the hands of a thief. */
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
      method: options.method ?? (options.form === undefined && options.body === undefined ? "GET" : "POST"),
      headers,
      redirect: "manual",
      ...(options.form === undefined ? {} : { body }),
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(this.ca === undefined ? {} : { tls: { ca: this.ca } }),
    };
  }

  /** Makes one request. Redirects are not followed. */
  async ask(origin: string, path: string, options: AskOptions = {}): Promise<Response> {
    const signal = AbortSignal.timeout(options.timeoutMs ?? REQUEST_MS);
    const answer = await fetch(origin + path, { ...this.#init(origin, options), signal });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (value === "" || /max-age=0(;|$)/i.test(line)) this.#jar(origin).delete(name);
      else this.#jar(origin).set(name, value);
    }
    return answer;
  }

  /** Makes one request whose answer must be JSON with status 200 or 201; throws otherwise. */
  async json<T = Record<string, unknown>>(origin: string, path: string, options: AskOptions = {}): Promise<T> {
    const answer = await this.ask(origin, path, options);
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as T;
  }

  /**
   * Registers, and repeats the request with the same id until a replica leads, which is safe because repeats are
   * idempotent.
   */
  async register(origin: string): Promise<void> {
    await this.#enter(origin, "/register", { name: this.name, password: WEB_PASSWORD, id: crypto.randomUUID() });
  }

  async logIn(origin: string, password = WEB_PASSWORD): Promise<void> {
    await this.#enter(origin, "/login", { name: this.name, password });
  }

  /** Tries until a replica leads, however long a busy machine needs; throws on any other refusal. */
  async #enter(origin: string, path: string, form: Record<string, string>): Promise<void> {
    await until(async () => {
      const answer = await this.ask(origin, path, { form });
      if (answer.status === 503 || answer.status === 504) return false;
      if (answer.status !== 201 && answer.status !== 200)
        throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
      return true;
    }, ENTER_MS);
  }

  /** Sends a message to a user by name. Returns the id of the message and its conversation. */
  async send(origin: string, to: string, body: string): Promise<{ id: string; conversationId: string }> {
    const form = { name: to, body, id: crypto.randomUUID() };
    return (await this.json<{ message: { id: string; conversationId: string } }>(origin, "/to", { form })).message;
  }

  /** The texts of a conversation, oldest first. */
  async texts(origin: string, conversationId: string): Promise<string[]> {
    const { messages } = await this.json<{ messages: { body: string }[] }>(origin, `/c/${conversationId}`);
    return messages.map((message) => message.body);
  }

  /** Opens the person's event stream at a replica; `query` is added to the address. */
  async events(origin: string, query: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    const path = `/events?${new URLSearchParams(query).toString()}`;
    const answer = await fetch(origin + path, { ...this.#init(origin, {}), signal: abort.signal });
    if (answer.status !== 200 || answer.body === null) throw new Error(`/events answered ${answer.status}`);
    const reader = new EventReader(answer.body, abort);
    this.#streams.push(reader);
    return reader;
  }

  /** Closes all event streams. */
  leave(): void {
    for (const stream of this.#streams) stream.close();
  }
}

/** Reads an event stream and keeps all of its events. */
export class EventReader {
  readonly seen: SseEvent[] = [];
  /** Resolves when the stream has ended, for whatever reason. */
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
      // We have closed the stream, or the replica has died; it has ended in both cases.
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

  /** Waits for an event of this name for which `fits` holds, and returns the first one from index `from` on. */
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
