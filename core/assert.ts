/** Fails loudly when one of our own invariants is broken. Never used for what a client, peer or operator sent. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${what}`);
}
