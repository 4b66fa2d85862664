/** A broken invariant. The process ends and the other replicas continue. Assertions stay on in production. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/** Throws BrokenInvariant with `what` (the invariant, in words) unless the condition holds. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new BrokenInvariant(what);
}
