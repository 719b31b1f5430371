import { assertEquals } from "@std/assert";
import { MetricsText } from "../../../../core/admin/metrics_text.ts";
import { Histogram } from "../../../../core/histogram.ts";
import { parseMetrics } from "../../../support/prometheus_text.ts";

Deno.test("MetricsText writes families with help, type and samples, and escapes what would end a label or a line", () => {
  const out = new MetricsText();
  out.family("a_total", "counter", "A back\\slash and\na line.").add(1).add(2, { name: 'q"\\\n', other: "" });
  out.family("none", "gauge", "Of which there is nothing to tell.");
  out.family("b", "gauge", "Anything.").add(Infinity, { v: "1" }).add(-Infinity, { v: "2" }).add(NaN, { v: "3" });
  assertEquals(
    String(out),
    `# HELP a_total A back\\\\slash and\\na line.
# TYPE a_total counter
a_total 1
a_total{name="q\\"\\\\\\n",other=""} 2
# HELP b Anything.
# TYPE b gauge
b{v="1"} +Inf
b{v="2"} -Inf
b{v="3"} NaN
`,
  );
  assertEquals(parseMetrics(String(out)).get("a_total")!.samples[1]!.labels, { name: 'q"\\\n', other: "" });
});

Deno.test("MetricsText.addHistogram() tells of everything, in base units, whatever the window", () => {
  const histogram = new Histogram();
  for (const us of [50, 500, 3000]) histogram.record(us);
  histogram.resetWindow();
  histogram.record(40_000_000);
  const out = new MetricsText();
  out.family("t_seconds", "histogram", "Times.").addHistogram(histogram, [0.0001, 0.001, 10], 1_000_000, { hop: "x" });
  assertEquals(String(out).split("\n").slice(2, -1), [
    't_seconds_bucket{hop="x",le="0.0001"} 1',
    't_seconds_bucket{hop="x",le="0.001"} 2',
    't_seconds_bucket{hop="x",le="10"} 3',
    't_seconds_bucket{hop="x",le="+Inf"} 4',
    't_seconds_sum{hop="x"} 40.00355',
    't_seconds_count{hop="x"} 4',
  ]);
  parseMetrics(String(out));
});
