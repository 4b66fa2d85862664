/**
 * Bounds the request bodies that are being received: the size of one, and the number of large ones, in all and by
 * address. A body may take 40 s to arrive, and the server holds the part that has arrived, so thousands of slow bodies
 * must not fill the memory. Almost all bodies fit into SMALL_BODY_BYTES and are not counted.
 */
import type { Context, MiddlewareHandler, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { failed } from "../../chat/errors.ts";
import { answerError } from "./answer.tsx";
import type { WebDeps, WebEnv } from "./deps.ts";
import { callerOf } from "./request.ts";

/** The most bytes of one body. */
const BODY_BYTES_MAX = 64 * 1024;
const SMALL_BODY_BYTES = 16 * 1024;
/** The most large bodies at one time. */
const LARGE_BODIES_MAX = 256;
const LARGE_BODIES_PER_ADDRESS_MAX = 64;

/** The most bytes that the body can have; null if no header says that there is one. */
function bytesToCome(c: Context<WebEnv>): number | null {
  if (c.req.header("transfer-encoding") !== undefined) return BODY_BYTES_MAX;
  const length = c.req.header("content-length");
  return length === undefined ? null : Number(length);
}

/** 413 for a body over BODY_BYTES_MAX; 429 for a large one while there are too many of them. */
export function limitBodies(deps: WebDeps): MiddlewareHandler<WebEnv> {
  // Counts the bytes of a body without a length.
  const measured = bodyLimit({
    maxSize: BODY_BYTES_MAX,
    onError: (c) =>
      answerError(c, failed("too_large", "This is larger than 64 KiB, the most that one request can hold.").error),
  });
  const byAddress = new Map<string, number>();
  let all = 0;
  const inRoom = async (c: Context<WebEnv>, next: Next): Promise<Response | void> => {
    const { address } = callerOf(c, deps);
    const own = byAddress.get(address) ?? 0;
    if (all >= LARGE_BODIES_MAX || own >= LARGE_BODIES_PER_ADDRESS_MAX) {
      const sentence = "This server is receiving too much at once. Try again in a moment.";
      return answerError(c, failed("slow_down", sentence, { retryAfterMs: 1000 }).error);
    }
    all++;
    byAddress.set(address, own + 1);
    try {
      return await measured(c, next);
    } finally {
      all--;
      const left = byAddress.get(address)! - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    }
  };
  return (c, next) => {
    const bytes = bytesToCome(c);
    if (bytes !== null && bytes <= SMALL_BODY_BYTES) return next();
    return bytes === null || bytes > BODY_BYTES_MAX ? measured(c, next) : inRoom(c, next);
  };
}
