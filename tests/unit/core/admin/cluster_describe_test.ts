import { assertEquals } from "@std/assert";
import { describeCluster } from "../../../../core/admin/cluster_describe.ts";
import { ringView } from "../../../support/ring_view.ts";
import sample from "../../../fixtures/c_cluster_describe.json" with { type: "text" };

Deno.test("describeCluster() says what C Dynomite says, keys in its order, and each node's state behind them", () => {
  const view = ringView(
    [
      "127.0.0.1:17021:rack1:dc1:0",
      "127.0.0.3:17041:rack3:dc1:0",
      "127.0.0.4:17051:rack1:dc2:0",
      "127.0.0.2:17031:rack2:dc1:0",
    ],
    { "127.0.0.3": "DOWN" },
  );
  const text = JSON.stringify(describeCluster(view));
  const states = [...text.matchAll(/,"state":"(\w+)"\}/g)].map(([, state]) => state);
  assertEquals(states, ["NORMAL", "NORMAL", "DOWN", "NORMAL"]);
  assertEquals(text.replaceAll(/,"state":"\w+"/g, ""), JSON.stringify(JSON.parse(sample)));
});
