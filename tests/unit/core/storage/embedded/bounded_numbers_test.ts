import { assertEquals, assertThrows } from "@std/assert";
import { encode } from "../../../../../core/bytes.ts";
import { countFrom, randomCount } from "../../../../../core/storage/embedded/bounded_numbers.ts";
import { type Call, CommandError } from "../../../../../core/storage/embedded/call.ts";

/** A call with one argument, at index 1. */
function callWith(text: string): Call {
  return { arg: () => encode(text) } as unknown as Call;
}

Deno.test("countFrom() takes whole numbers from its least on and throws the given error for all else", () => {
  assertEquals(countFrom(callWith("0"), 1, 0), 0);
  assertEquals(countFrom(callWith("17"), 1, 1), 17);
  assertEquals(countFrom(callWith("9223372036854775807"), 1, 1), Number.MAX_SAFE_INTEGER);
  for (const text of ["-1", "x", "", "1.5", "9223372036854775808"]) {
    assertThrows(() => countFrom(callWith(text), 1, 0), CommandError, "ERR value is out of range, must be positive");
    assertThrows(() => countFrom(callWith(text), 1, 0, "ERR mine"), CommandError, "ERR mine");
  }
  assertThrows(() => countFrom(callWith("0"), 1, 1), CommandError);
});

Deno.test("randomCount() takes any whole number that has a counterpart of the other sign", () => {
  assertEquals(randomCount(callWith("-3"), 1), -3);
  assertThrows(() => randomCount(callWith("x"), 1), CommandError, "ERR value is not an integer or out of range");
  assertThrows(
    () => randomCount(callWith("-9223372036854775808"), 1),
    CommandError,
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
  );
});
