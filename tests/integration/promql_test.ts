import { assertEquals, assertThrows } from "@std/assert";
import { parsePromql } from "../support/promql.ts";

Deno.test("parsePromql() finds selectors, their matchers and labels of groupings", () => {
  const { selectors, groupings } = parsePromql(
    'histogram_quantile(0.99, sum by (le, hop) (rate(a_bucket{hop=~"x|y", job!="$job"}[$__rate_interval]))) ' +
      "/ on (job) group_left (rack) b > 0.5",
  );
  assertEquals(selectors, [
    {
      name: "a_bucket",
      matchers: [{ label: "hop", operator: "=~", value: "x|y" }, { label: "job", operator: "!=", value: "$job" }],
    },
    { name: "b", matchers: [] },
  ]);
  assertEquals(groupings, ["le", "hop", "job", "rack"]);
});

Deno.test("parsePromql() refuses what Prometheus refuses", () => {
  for (const text of ["rate(x[5m)", "sum by le (x)", "x{a=b}", "", "x + ", '{job="a"}']) {
    assertThrows(() => parsePromql(text), Error, undefined, text);
  }
});
