import { assertEquals, assertThrows } from "@std/assert";
import { FlagError, number, readArguments, something } from "../../../conf/getopt.ts";
import { wholeNumber } from "../../../conf/value_kinds.ts";

const rows = [
  { short: "h", long: "help", field: "help", doc: "" },
  { short: "n", long: "number", field: "n", argument: number(wholeNumber(1, 9)), doc: "" },
  { long: "name", field: "names", argument: something("a name"), doc: "", repeated: true },
] as const;

function read(...args: string[]) {
  const others: string[] = [];
  const { values } = readArguments(rows, args, (argument) => void others.push(argument));
  return { values, others };
}

Deno.test("readArguments() hands on what is no flag, and everything behind --", () => {
  assertEquals(read("a", "-n", "3", "b", "-", "--", "-n", "c"), {
    values: { n: 3 },
    others: ["a", "b", "-", "-n", "c"],
  });
  assertEquals(read("--name=x", "--name", "y", "-?"), { values: { names: ["x", "y"], help: true }, others: [] });
  assertEquals(read(), { values: {}, others: [] });
});

Deno.test("readArguments() refuses what it does not know", () => {
  for (const args of [["--nobody"], ["-x"], ["-n"], ["-n", "0"], ["--n"], ["--help=1"]]) {
    assertThrows(() => read(...args), FlagError);
  }
});
