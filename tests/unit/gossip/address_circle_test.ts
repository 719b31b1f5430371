import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { AddressCircle } from "../../../gossip/address_circle.ts";

function circle(...addresses: string[]): AddressCircle {
  const made = new AddressCircle();
  for (const address of addresses) made.add(address);
  return made;
}

Deno.test("AddressCircle.following() gives everybody once, from behind any address, known or not", () => {
  const made = circle("d", "b", "a", "b");
  assertEquals(made.size, 3);
  assertEquals([...made.following("a")], ["b", "d", "a"]);
  assertEquals([...made.following("c")], ["d", "a", "b"]);
  assertEquals([...made.following("d")], ["a", "b", "d"]);
  made.delete("b");
  made.delete("c");
  assertEquals([...made.following("")], ["a", "d"]);
  assertEquals([...circle().following("a")], []);
});

Deno.test("AddressCircle.within() gives those behind one address up to another, round the circle, everybody when they are one", () => {
  const made = circle("a", "b", "c", "d");
  assertEquals(made.within({ after: "a", upTo: "c" }), ["b", "c"]);
  assertEquals(made.within({ after: "c", upTo: "a" }), ["d", "a"]);
  assertEquals(made.within({ after: "bb", upTo: "bbb" }), []);
  assertEquals(made.within({ after: "b", upTo: "b" }), ["c", "d", "a", "b"]);
});

Deno.test("AddressCircle: stretches that follow each other hold everybody once, whoever made them", () => {
  const address = fc.string({ minLength: 1, maxLength: 2 });
  fc.assert(fc.property(fc.uniqueArray(address), fc.uniqueArray(address, { minLength: 1 }), (nodes, bounds) => {
    const made = circle(...nodes);
    const marks = [...circle(...bounds).following("")];
    const all = marks.flatMap((upTo, i) => made.within({ after: marks.at(i - 1)!, upTo }));
    assertEquals(all.sort(), [...nodes].sort());
  }));
});
