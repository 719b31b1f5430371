import { assertEquals, assertThrows } from "@std/assert";
import { StateKey } from "../../../gossip/endpoint_state.ts";
import { addressOf, ownValues, placeOf, readAddress } from "../../../gossip/place.ts";

const self = { name: "n", host: "10.0.0.1", port: 8101, rack: "rack1", datacenter: "dc1", tokens: [0, 4294967295] };
const state = (changes: [number, string][] = []) => {
  const values = ownValues(self, "1.0");
  for (const [key, value] of changes) values.set(key, { version: 9, value });
  return { generation: 1, heartbeat: 1, values };
};

Deno.test("placeOf() reads what ownValues() says", () => {
  assertEquals(placeOf("10.0.0.1:8101", state()), { ...self, name: "10.0.0.1" });
});

Deno.test("placeOf() refuses places that a configuration would refuse", () => {
  const refused = (address: string, ...changes: [number, string][]) =>
    assertEquals(placeOf(address, state(changes)), undefined);
  refused("10.0.0.1");
  refused("10.0.0.1:8101", [StateKey.Tokens, ""]);
  refused("10.0.0.1:8101", [StateKey.Tokens, "4294967296"]);
  refused("10.0.0.1:8101", [StateKey.Tokens, "1,1"]);
  refused("10.0.0.1:8101", [StateKey.Tokens, "1, 2"]);
  refused("10.0.0.1:8101", [StateKey.Tokens, "-1"]);
  refused("10.0.0.1:8101", [StateKey.Rack, ""]);
  refused("10.0.0.1:8101", [StateKey.Rack, "rack 1"]);
  refused("10.0.0.1:8101", [StateKey.Datacenter, "a:b"]);
});

Deno.test("readAddress() is the inverse of addressOf(), and takes nothing else", () => {
  for (const address of ["10.0.0.1:8101", "node-1.example:1", "[::1]:65535"]) {
    assertEquals(addressOf(readAddress(address)!), address);
  }
  for (
    const text of ["", "a", "a:", ":1", "a:0", "a:65536", "a b:1", "::1:8101", "[]:1", "a:01", "x".repeat(241) + ":1"]
  ) {
    assertEquals(readAddress(text), undefined, text);
  }
});

Deno.test("ownValues() refuses more tokens than others would take", () => {
  const tokens = Array.from({ length: 1000 }, (_, i) => 4_000_000_000 + i);
  assertThrows(() => ownValues({ ...self, tokens }, "1.0"), Error, "tokens: 1000 are more than gossip can carry");
});
