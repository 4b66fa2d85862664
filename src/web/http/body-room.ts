/**
 * Bounds the request bodies that are being received: the size of one, and the number of large ones, in all and by
 * address. A body may take 40 s to arrive, and the server holds the part that has arrived, so thousands of slow bodies
 * must not fill the memory. Almost all bodies fit into SMALL_BODY_BYTES and are not counted.
 */
import type { Context, MiddlewareHandler, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { UPLOAD_PART_BYTES } from "../../chat/bounds.ts";
import { failed } from "../../chat/errors.ts";
import { answerError } from "./answer.tsx";
import type { WebDeps, WebEnv } from "./deps.ts";
import { callerOf } from "./request.ts";

/** The most bytes of one body. */
const BODY_BYTES_MAX = 64 * 1024;
const SMALL_BODY_BYTES = 16 * 1024;
/** Without a script, a form brings whole files. */
const FILES_BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Parts of files, and forms with files, that are received at one time, in all and by address. */
const PARTS = { all: 32, perAddress: 8 } as const;
const FILES = { all: 4, perAddress: 2 } as const;
/** The most large bodies at one time. */
const LARGE_BODIES_MAX = 256;
const LARGE_BODIES_PER_ADDRESS_MAX = 64;

const UPLOAD_PATH = /^\/uploads\/[\w-]{1,40}$/;
const FILES_PATH = /^\/c\/[\w.~-]{1,200}\/files$/;

/** The most bytes that the body can have; null if no header says that there is one. */
function bytesToCome(c: Context<WebEnv>): number | null {
  if (c.req.header("transfer-encoding") !== undefined) return BODY_BYTES_MAX;
  const length = c.req.header("content-length");
  return length === undefined ? null : Number(length);
}

/** Bodies of one sort that are being received. */
class Receiving {
  readonly #max: { readonly all: number; readonly perAddress: number };
  readonly #byAddress = new Map<string, number>();
  readonly #measured: MiddlewareHandler<WebEnv>;
  #all = 0;

  /** `measured` counts the bytes of a body without a length. */
  constructor(max: { readonly all: number; readonly perAddress: number }, measured: MiddlewareHandler<WebEnv>) {
    this.#max = max;
    this.#measured = measured;
  }

  async receive(c: Context<WebEnv>, next: Next, address: string): Promise<Response | void> {
    const own = this.#byAddress.get(address) ?? 0;
    if (this.#all >= this.#max.all || own >= this.#max.perAddress) {
      const sentence = "This server is receiving too much at once. Try again in a moment.";
      return answerError(c, failed("slow_down", sentence, { retryAfterMs: 1000 }).error);
    }
    this.#all++;
    this.#byAddress.set(address, own + 1);
    try {
      return await this.#measured(c, next);
    } finally {
      this.#all--;
      const left = this.#byAddress.get(address)! - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    }
  }
}

function atMost(maxSize: number, words: string): MiddlewareHandler<WebEnv> {
  const sentence = `This is larger than ${words}, the most that one request can hold.`;
  return bodyLimit({ maxSize, onError: (c) => answerError(c, failed("too_large", sentence).error) });
}

/**
 * 413 for a body over BODY_BYTES_MAX; 429 for a large one while there are too many of them. Parts of files, and forms with
 * files, may have more.
 */
export function limitBodies(deps: WebDeps): MiddlewareHandler<WebEnv> {
  const measured = atMost(BODY_BYTES_MAX, "64 KiB");
  const large = new Receiving({ all: LARGE_BODIES_MAX, perAddress: LARGE_BODIES_PER_ADDRESS_MAX }, measured);
  const parts = new Receiving(PARTS, atMost(UPLOAD_PART_BYTES, "1 MiB"));
  const files = new Receiving(FILES, atMost(FILES_BODY_BYTES_MAX, "8 MiB"));
  return (c, next) => {
    const bytes = bytesToCome(c);
    if (bytes !== null && bytes <= SMALL_BODY_BYTES) return next();
    const { address } = callerOf(c, deps);
    if (UPLOAD_PATH.test(c.req.path)) return parts.receive(c, next, address);
    if (FILES_PATH.test(c.req.path)) return files.receive(c, next, address);
    return bytes === null || bytes > BODY_BYTES_MAX ? measured(c, next) : large.receive(c, next, address);
  };
}
