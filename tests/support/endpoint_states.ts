/** Arbitrary states of endpoints, from few numbers, so that they collide. */
import fc from "fast-check";
import type { EndpointState } from "../../gossip/endpoint_state.ts";
import type { Delta, Digest } from "../../gossip/digest.ts";

const small = fc.integer({ min: 1, max: 6 });

export const arbitraryState: fc.Arbitrary<EndpointState> = fc.record({
  generation: fc.integer({ min: 1, max: 3 }),
  heartbeat: small,
  values: fc.array(fc.tuple(small, fc.record({ version: small, value: fc.constantFrom("", "a", "b", "über") })), {
    maxLength: 6,
  }).map((entries) => new Map(entries)),
});

export const arbitraryAddress: fc.Arbitrary<string> = fc.constantFrom(
  "10.0.0.1:8101",
  "10.0.0.2:8101",
  "[::1]:8101",
  "höst:1",
);

export const arbitraryDigest: fc.Arbitrary<Digest> = fc.record({
  address: arbitraryAddress,
  generation: fc.maxSafeNat(),
  version: fc.maxSafeNat(),
});

export const arbitraryDelta: fc.Arbitrary<Delta> = fc.record({
  address: arbitraryAddress,
  since: fc.maxSafeNat(),
  state: arbitraryState,
});
