import { assertEquals } from "@std/assert";
import { describeTopology } from "../../../../core/admin/topology.ts";
import { ringView } from "../../../support/ring_view.ts";

Deno.test("describeTopology() gives tokens as decimal texts and shares in percent of the rack", () => {
  const view = ringView(
    [
      "10.0.0.1:8101:rack1:dc1:1073741824",
      "10.0.0.2:8101:rack1:dc1:4294967295,2147483648",
      "10.0.1.1:8102:rack2:dc1:5",
    ],
    { "10.0.0.2": "STANDBY" },
  );
  const node = (
    host: string,
    port: number,
    tokens: string[],
    ownership_percent: number,
    state: string,
    self: boolean,
  ) => ({
    name: host,
    host,
    port,
    tokens,
    ownership_percent,
    state,
    self,
  });
  assertEquals(describeTopology(view, "murmur", undefined), {
    version: 7,
    hash: "murmur",
    hash_tag: null,
    datacenters: [{
      name: "dc1",
      racks: [
        {
          name: "rack1",
          nodes: [
            node("10.0.0.1", 8101, ["1073741824"], 25, "NORMAL", true),
            node("10.0.0.2", 8101, ["4294967295", "2147483648"], 75, "STANDBY", false),
          ],
        },
        { name: "rack2", nodes: [node("10.0.1.1", 8102, ["5"], 100, "NORMAL", false)] },
      ],
    }],
  });
});
