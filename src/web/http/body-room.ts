/**
 * Room for large request bodies that are on their way, in all and by address. A body may take
 * 40 s to arrive, and the server keeps what has come: thousands of slow ones must not fill
 * the memory. What people and programs send fits into SMALL_BODY_BYTES and is not counted.
 */
import type { MiddlewareHandler } from "hono";
import { failed } from "../../chat/errors.ts";
import { answerError } from "./answer.tsx";
import type { WebDeps, WebEnv } from "./deps.ts";
import { callerOf } from "./request.ts";
import { BODY_BYTES_MAX } from "./security.ts";

export const SMALL_BODY_BYTES = 16 * 1024;
/** Large bodies at the same time. */
const LARGE_BODIES_MAX = 256;
const LARGE_BODIES_PER_ADDRESS_MAX = 64;

/** Refuses large bodies while there are too many of them; after limitBodies, which refuses what is too large. */
export function limitLargeBodies(deps: WebDeps): MiddlewareHandler<WebEnv> {
  const byAddress = new Map<string, number>();
  let all = 0;
  return async (c, next) => {
    const length = c.req.header("content-length");
    const isChunked = c.req.header("transfer-encoding") !== undefined;
    const bytes = isChunked ? BODY_BYTES_MAX : Number(length ?? 0);
    if (bytes <= SMALL_BODY_BYTES) return next();
    const { address } = callerOf(c, deps);
    const own = byAddress.get(address) ?? 0;
    if (all >= LARGE_BODIES_MAX || own >= LARGE_BODIES_PER_ADDRESS_MAX) {
      const sentence = "This replica is receiving too much at once; try again in a moment.";
      return answerError(c, failed("slow_down", sentence, { retryAfterMs: 1000 }).error);
    }
    all++;
    byAddress.set(address, own + 1);
    try {
      await next();
    } finally {
      all--;
      const left = byAddress.get(address)! - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    }
  };
}
