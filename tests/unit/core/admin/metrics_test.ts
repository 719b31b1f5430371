/** The whole text of a node that has done nothing yet; what its numbers mean is tested in tests/sim/metrics_test.ts. */
import { assertEquals } from "@std/assert";
import { renderMetrics, tableMetrics } from "../../../../core/admin/metrics.ts";
import { parseMetrics } from "../../../support/prometheus_text.ts";
import { racks, SimCluster } from "../../../support/sim_cluster.ts";

Deno.test("renderMetrics() is well formed, and names no family twice", async () => {
  await using cluster = await SimCluster.start(racks(2));
  const families = parseMetrics(renderMetrics(cluster.nodes[0]!.running.node));
  assertEquals(tableMetrics.filter(({ name }) => !families.has(name)), []);
});
