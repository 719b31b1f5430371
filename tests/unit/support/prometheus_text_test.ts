/** What a Prometheus server would refuse must not pass. */
import { assertEquals, assertThrows } from "@std/assert";
import { parseMetrics, valueOf } from "../../support/prometheus_text.ts";

const family = (name: string, type: string, ...samples: string[]) =>
  [`# HELP ${name} What it is.`, `# TYPE ${name} ${type}`, ...samples, ""].join("\n");
const buckets = (...counts: number[]) => ["0.1", "1", "+Inf"].map((le, i) => `t_bucket{le="${le}"} ${counts[i]}`);

Deno.test("parseMetrics() reads labels and values of every kind", () => {
  const text = family("up", "gauge", 'up{a="x\\"y\\\\z\\n",b=""} 1', "up NaN", 'up{a="2"} -1.5e-7') +
    family("t", "histogram", ...buckets(1, 2, 2), "t_sum 0.6", "t_count 2");
  const families = parseMetrics(text);
  assertEquals([...families.keys()], ["up", "t"]);
  assertEquals(families.get("up")!.samples[0]!.labels, { a: 'x"y\\z\n', b: "" });
  assertEquals(valueOf(families, "up", { a: "2" }), -1.5e-7);
  assertEquals(valueOf(families, "t_bucket", { le: "1" }), 2);
  assertEquals(valueOf(families, "t_count"), 2);
  assertEquals(valueOf(families, "up", { a: "3" }), undefined);
});

Deno.test("parseMetrics() refuses what a server would refuse, or advises against", () => {
  const wrong = [
    family("a_total", "counter", "a_total 1").trimEnd(),
    family("a", "counter", "a 1"),
    family("a_total", "gauge", "a_total 1"),
    family("a_total", "counter", "a_total -1"),
    family("a_ms", "gauge", "a_ms 1"),
    family("a", "gauge"),
    family("a", "gauge", "a 1", "a 1"),
    family("a", "gauge", 'a{x="1",y="2"} 1', 'a{y="2",x="1"} 1'),
    family("a", "gauge", "b 1"),
    family("a", "gauge", "a one"),
    family("a", "gauge", 'a{x="un"escaped"} 1'),
    family("a", "gauge", 'a{x="1",x="2"} 1'),
    family("a", "gauge", 'a{1x="1"} 1'),
    family("1a", "gauge", "1a 1"),
    family("a", "gauge", "a 1") + family("a", "gauge", 'a{x="1"} 1'),
    family("a", "gauge", "a 1") + family("b", "gauge", "b 1", 'a{x="1"} 1'),
    "# TYPE a gauge\na 1\n",
    "a 1\n",
    family("t", "histogram", ...buckets(2, 1, 2), "t_sum 0.6", "t_count 2"),
    family("t", "histogram", ...buckets(1, 2, 2), "t_sum 0.6", "t_count 3"),
    family("t", "histogram", ...buckets(1, 2, 2).slice(0, 2), "t_sum 0.6", "t_count 2"),
    family("t", "histogram", ...buckets(1, 2, 2).reverse(), "t_sum 0.6", "t_count 2"),
    family("t", "histogram", ...buckets(1, 2, 2), "t_count 2"),
  ];
  for (const text of wrong) assertThrows(() => parseMetrics(text), Error, "", text);
});
