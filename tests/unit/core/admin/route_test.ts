import { assertEquals, assertThrows } from "@std/assert";
import { findRoute, methodsOf, type Route } from "../../../../core/admin/route.ts";

const route = (path: string, changes?: true): Route => ({
  path,
  access: "operator",
  doc: "",
  handle: () => new Response(),
  ...(changes && { changes }),
});
const table = [route("/"), route("/peer/<up|down>/all", true), route("/peer/<up|down>/<name>", true)];

function found(path: string): readonly [number, ...string[]] | undefined {
  const match = findRoute(table, path);
  return match && [table.indexOf(match.route), ...match.args];
}

Deno.test("findRoute() takes the first row whose parts fit, and gives what stands in the places of its arguments", () => {
  assertEquals(found("/"), [0]);
  assertEquals(found("/peer/up/all"), [1, "up"]);
  assertEquals(found("/peer/sideways/10.0.0.1"), [2, "sideways", "10.0.0.1"]);
  assertEquals(found("/peer/up/a%2Fb%20c"), [2, "up", "a/b c"]);
  assertEquals(found("/peer/up/"), [2, "up", ""]);
  for (const path of ["", "/x", "/peer", "/peer/up", "/peer/up/a/b", "//peer/up/a"]) {
    assertEquals(found(path), undefined);
  }
  assertThrows(() => found("/peer/up/%zz"), URIError);
});

Deno.test("methodsOf() lets changes be made by GET and POST, and the rest be read by GET and HEAD", () => {
  assertEquals(table.map(methodsOf), [["GET", "HEAD"], ["GET", "POST"], ["GET", "POST"]]);
});
