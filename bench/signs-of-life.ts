/** Sends what an open page sends besides reading: a request every 10 s that says that it is still open. */
import { HttpSocket } from "./wires/http-socket.ts";

/** The same interval as in a page (src/web/browser/hub.ts). */
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

interface Due {
  readonly page: Page;
  readonly atMs: number;
}

/** Sends the signs of life of all pages of one run. */
export class SignsOfLife {
  /** Signs of life that were answered with an error, or not at all. */
  failed = 0;
  /** One queue for each origin. All pages wait equally long, so a queue is in the order in which its signs are due. */
  readonly #queues = new Map<string, Due[]>();
  readonly #sockets = new Set<HttpSocket>();
  readonly #gone = new Set<Page>();
  #closed = false;

  /** Sends signs of life for `page` from now on, the first one within 10 s. */
  add(page: Page): void {
    const queue = this.#queues.get(page.origin) ?? this.#begin(page.origin);
    queue.push({ page, atMs: performance.now() });
  }

  /** Sends no more signs of life for `page`. */
  remove(page: Page): void {
    this.#gone.add(page);
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.close();
  }

  #begin(origin: string): Due[] {
    const queue: Due[] = [];
    this.#queues.set(origin, queue);
    for (let i = 0; i < CONNECTIONS; i++) void this.#sayAll(origin, queue);
    return queue;
  }

  /** Sends all signs that are due over one connection, one after another. */
  async #sayAll(origin: string, queue: Due[]): Promise<void> {
    const { host } = new URL(origin);
    let socket: HttpSocket | null = null;
    while (!this.#closed) {
      const next = queue[0];
      if (next === undefined || next.atMs > performance.now()) {
        await Bun.sleep(LOOK_MS);
        continue;
      }
      queue.shift();
      if (this.#gone.delete(next.page)) continue;
      queue.push({ page: next.page, atMs: performance.now() + EVERY_MS });
      // A replica closes idle connections, and browsers then connect again.
      if (socket === null || socket.isOver) socket = await this.#connect(host);
      if (socket !== null) await this.#say(socket, host, next.page);
    }
  }

  async #connect(host: string): Promise<HttpSocket | null> {
    try {
      const socket = await HttpSocket.connect(host);
      this.#sockets.add(socket);
      return socket;
    } catch (error) {
      this.#failedWith(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  async #say(socket: HttpSocket, host: string, page: Page): Promise<void> {
    const form = `stream=${page.stream}&seats=1`;
    const head =
      `POST /events/alive HTTP/1.1\r\nHost: ${host}\r\nCookie: ${page.cookie}\r\nAccept: application/json\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n`;
    try {
      const { status } = await socket.request(Buffer.from(head + form, "latin1"));
      if (status !== 204 && status !== 200) this.#failedWith(`status ${status}`);
    } catch (error) {
      // The run is over, or the replica is dead, which its streams notice too.
      this.#sockets.delete(socket);
      this.#failedWith(error instanceof Error ? error.message : String(error));
    }
  }

  #failedWith(why: string): void {
    this.failed += 1;
    if (!this.#closed && this.failed === 1) process.stderr.write(`the first sign of life that failed: ${why}\n`);
  }
}
