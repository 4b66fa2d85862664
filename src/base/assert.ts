/** A broken invariant: the process stops and the other replicas carry on. Stays on in production. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/** Throws BrokenInvariant with `what` (the invariant, in words) unless the condition holds. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new BrokenInvariant(what);
}
