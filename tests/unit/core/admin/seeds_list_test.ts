import { assertEquals } from "@std/assert";
import { seedsList, showSeeds } from "../../../../core/admin/seeds_list.ts";
import { parseRecords } from "../../../../gossip/seeds/records.ts";
import { parseSeed } from "../../../support/seed_records.ts";
import { ringView } from "../../../support/ring_view.ts";

Deno.test("seedsList() has this node and all others, in the words that a seeds provider reads", () => {
  const records = ["10.0.0.1:8101:r1:dc1:0", "10.0.0.2:8101:r2:dc1:5,9", "seeds.example:8101:r1:dc2:0"];
  const { topology } = ringView(records);
  assertEquals(seedsList(topology), records.join("|"));
  const read = parseRecords(seedsList(topology), parseSeed);
  assertEquals(read.map(({ host, tokens }) => [host, ...tokens]), [
    ["10.0.0.1", 0],
    ["10.0.0.2", 5, 9],
    ["seeds.example", 0],
  ]);
});

Deno.test("showSeeds() refuses a list that would lead nobody to this node", async () => {
  const answer = (host: string) => showSeeds(ringView([`${host}:8101:r1:dc1:0`, "10.0.0.2:8101:r2:dc1:0"]).topology);
  assertEquals([answer("0.0.0.0").status, answer("10.0.0.1").status], [409, 200]);
  assertEquals(await answer("10.0.0.1").text(), "10.0.0.1:8101:r1:dc1:0|10.0.0.2:8101:r2:dc1:0");
});
