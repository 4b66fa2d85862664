/** What an open page does besides reading: every 10 s a request of its own says that it is still there. */
import { HttpSocket } from "./wires/http-socket.ts";

/** As often as a page does (src/web/browser/stream.js). */
const EVERY_MS = 10_000;
const LOOK_MS = 20;
/** Connections to one replica, with one request under way on each. */
const CONNECTIONS = 4;

/** One open page. */
export interface Page {
  readonly origin: string;
  /** `name=token`. */
  readonly cookie: string;
  /** The name that it gave its stream in `?alive=`. */
  readonly stream: string;
}

/** The signs of life of all pages of one run. */
export class SignsOfLife {
  /** Signs that were answered, and those that were answered with an error. */
  said = 0;
  failed = 0;
  /** All wait equally long, so the queue is in the order in which they are due. */
  readonly #due: { readonly page: Page; readonly atMs: number }[] = [];
  readonly #free = new Map<string, HttpSocket[]>();
  readonly #sockets: HttpSocket[] = [];
  #timer: ReturnType<typeof setInterval> | null = null;
  #busy = false;

  /** From now on `page` says that it is there, for the first time at once. */
  add(page: Page): void {
    this.#due.push({ page, atMs: performance.now() });
    this.#timer ??= setInterval(() => void this.#sayDue(), LOOK_MS);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.close();
  }

  async #sayDue(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#due[0]; next !== undefined && next.atMs <= performance.now(); next = this.#due[0]) {
      this.#due.shift();
      const { page } = next;
      const free = this.#free.get(page.origin) ?? (await this.#connect(page.origin));
      const socket = free.pop();
      if (socket === undefined) {
        this.#due.unshift(next);
        break;
      }
      this.#due.push({ page, atMs: performance.now() + EVERY_MS });
      void this.#say(page, socket, free);
    }
    this.#busy = false;
  }

  async #say(page: Page, socket: HttpSocket, free: HttpSocket[]): Promise<void> {
    const form = `stream=${page.stream}&seats=1`;
    const { host } = new URL(page.origin);
    const head =
      `POST /events/alive HTTP/1.1\r\nHost: ${host}\r\nCookie: ${page.cookie}\r\nAccept: application/json\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n`;
    try {
      const { status } = await socket.request(Buffer.from(head + form, "latin1"));
      if (status === 204 || status === 200) this.said += 1;
      else this.failed += 1;
      free.push(socket);
    } catch {
      // The run is over, or the replica is gone, which its streams say as well.
      this.failed += 1;
    }
  }

  async #connect(origin: string): Promise<HttpSocket[]> {
    const { host } = new URL(origin);
    const made = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpSocket.connect(host)));
    this.#sockets.push(...made);
    this.#free.set(origin, made);
    return made;
  }
}
